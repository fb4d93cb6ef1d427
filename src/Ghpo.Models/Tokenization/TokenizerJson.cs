using System.Text.Json;

namespace Ghpo.Models.Tokenization;

/// <summary>Reads <c>tokenizer.json</c>. Whatever is not known is refused by name: a tokenizer is never loaded wrong.</summary>
internal static class TokenizerJson
{
    public static TokenizerParts Read(JsonElement root, string file, TokenizerFiles files)
    {
        var section = new JsonSection(root, file, "");
        var model = ModelJson.Read(section.Object("model"));
        var added = section.Array("added_tokens").Select(token => ReadAddedToken(token, token.Int("id"))).ToList();
        return new TokenizerParts(model)
        {
            Normalizer = section.Optional("normalizer") is { } normalizer ? NormalizerJson.Read(normalizer) : null,
            PreTokenizer = section.Optional("pre_tokenizer") is { } splitter ? PreTokenizerJson.Read(splitter) : null,
            PostProcessor = section.Optional("post_processor") is { } processor ? PostProcessorJson.Read(processor) : PostProcessor.None,
            Decoder = section.Optional("decoder") is { } decoder ? DecoderJson.Read(decoder) : null,
            AddedTokens = added,
            Files = files,
        };
    }

    /// <summary>One entry of <c>added_tokens</c>, or of <c>added_tokens_decoder</c> in tokenizer_config.json, where the id is the key.</summary>
    public static AddedToken ReadAddedToken(JsonSection token, int id)
    {
        if (id is < 0 or > ModelJson.LargestId)
            throw token.Error($"the id {id} is out of range");
        var special = token.Bool("special", false);
        return new AddedToken(id, token.String("content"))
        {
            Special = special,
            SingleWord = token.Bool("single_word", false),
            LStrip = token.Bool("lstrip", false),
            RStrip = token.Bool("rstrip", false),
            Normalized = token.Bool("normalized", !special),
        };
    }
}
