using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ghpo.Models.Tokenization;

/// <summary>Makes the files of a tokenizer of whole words, and reads them back: what is saved is what was used.</summary>
internal static class WordVocabulary
{
    // Continuation prefixes do not occur here; the decoder wants one, so it gets a character that no text holds.
    private const string NoContinuation = "\uF8FF";

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TokenizerParts Create(IReadOnlyList<string> words, IReadOnlyList<string> special, IReadOnlyList<string> markers, string unknown, string? end, string? pad, string? chatTemplate)
    {
        if (words.Concat(special).Concat(markers).Append(unknown).Any(string.IsNullOrEmpty))
            throw new ArgumentException("A word of the vocabulary is empty.", nameof(words));
        pad ??= end;
        foreach (var role in new[] { end, pad })
        {
            if (role is not null && !special.Contains(role))
                throw new ArgumentException($"'{role}' is to be the end or padding token: list it among the special tokens.", nameof(special));
        }

        var ids = new Dictionary<string, int>();
        foreach (var token in special.Prepend(unknown).Concat(markers).Concat(words))
            ids.TryAdd(token, ids.Count);

        var added = special.Prepend(unknown).Select(content => (Content: content, Special: true))
            .Concat(markers.Concat(words.Where(word => word.Any(char.IsWhiteSpace))).Select(content => (Content: content, Special: false)))
            .DistinctBy(token => token.Content)
            .Select(token => Added(ids[token.Content], token.Content, token.Special));

        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. added]),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "WhitespaceSplit" },
            ["post_processor"] = null,
            ["decoder"] = Decoder(),
            ["model"] = new JsonObject
            {
                ["type"] = "WordLevel",
                ["vocab"] = new JsonObject(ids.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)JsonValue.Create(entry.Value)))),
                ["unk_token"] = unknown,
            },
        };

        var config = new JsonObject
        {
            ["tokenizer_class"] = "PreTrainedTokenizerFast",
            ["clean_up_tokenization_spaces"] = false,
            ["unk_token"] = unknown,
            ["eos_token"] = end,
            ["pad_token"] = pad,
        };
        if (chatTemplate is not null)
            config["chat_template"] = chatTemplate;

        var (tokenizerText, configText) = (tokenizer.ToJsonString(Options), config.ToJsonString(Options));
        using var tokenizerJson = JsonDocument.Parse(tokenizerText);
        using var configJson = JsonDocument.Parse(configText);
        var files = TokenizerFiles.Made(("tokenizer.json", tokenizerText), ("tokenizer_config.json", configText));
        return TokenizerJson.Read(tokenizerJson.RootElement, "tokenizer.json", files) with { SpecialTokens = SpecialTokens.Read(configJson.RootElement) };
    }

    private static JsonObject Added(int id, string content, bool special) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = special,
    };

    // Spaces between words; none around a line feed.
    private static JsonObject Decoder() => new()
    {
        ["type"] = "Sequence",
        ["decoders"] = new JsonArray(
            new JsonObject { ["type"] = "WordPiece", ["prefix"] = NoContinuation, ["cleanup"] = false },
            new JsonObject { ["type"] = "Fuse" },
            Replace(" \n", "\n"),
            Replace("\n ", "\n")),
    };

    private static JsonObject Replace(string text, string replacement) => new()
    {
        ["type"] = "Replace",
        ["pattern"] = new JsonObject { ["String"] = text },
        ["content"] = replacement,
    };
}
