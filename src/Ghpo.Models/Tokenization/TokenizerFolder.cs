using System.Text.Json;
using System.Text.Unicode;

namespace Ghpo.Models.Tokenization;

/// <summary>Reads a tokenizer from the files of a checkpoint folder.</summary>
internal static class TokenizerFolder
{
    public static TokenizerParts Read(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder))
            throw new TokenizerException($"'{folder}': no such folder; expected one with tokenizer.json, or vocab.json and merges.txt.");

        using var config = ParseIfThere(Path.Combine(folder, "tokenizer_config.json"));
        var section = config is null ? (JsonSection?)null : new JsonSection(config.RootElement, Path.Combine(folder, "tokenizer_config.json"), "");
        var parts = ReadParts(folder, section);
        return Read(Path.Combine(folder, "tokenizer_config.json"), () => parts with
        {
            AddedTokens = AddedTokens(parts, folder, section),
            SpecialTokens = SpecialTokensOf(folder, section),
            CleansUpSpaces = section?.Bool("clean_up_tokenization_spaces", false) ?? false,
        });
    }

    /// <summary>Runs what reads a file's values; half of a surrogate pair (<c>"\ud800"</c>), which JSON may hold and text may not, becomes an error that names the file.</summary>
    public static T Read<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>A JSON file; damage becomes an error that names the file and line.</summary>
    public static JsonDocument Parse(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            if (!Utf8.IsValid(bytes))
                throw new TokenizerException($"{path}: not valid UTF-8; the file is damaged.");
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 256 });
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"{path}: not valid JSON at line {error.LineNumber + 1}: {error.Message}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    private static JsonDocument? ParseIfThere(string path) => File.Exists(path) ? Parse(path) : null;

    private static TokenizerParts ReadParts(string folder, JsonSection? config)
    {
        var files = TokenizerFiles.In(folder);
        var json = Path.Combine(folder, "tokenizer.json");
        if (File.Exists(json))
        {
            using var document = Parse(json);
            return Read(json, () => TokenizerJson.Read(document.RootElement, json, files));
        }

        var (vocabulary, merges) = (Path.Combine(folder, "vocab.json"), Path.Combine(folder, "merges.txt"));
        if (File.Exists(vocabulary) && File.Exists(merges))
            return MergesFolder.Read(vocabulary, merges, folder, config, files);
        var sentencePiece = Path.Combine(folder, "tokenizer.model");
        if (File.Exists(sentencePiece))
            return SentencePieceFile.Read(sentencePiece, config, files);
        throw new TokenizerException($"'{folder}': no tokenizer there; expected tokenizer.json, or vocab.json and merges.txt, or tokenizer.model.");
    }

    // transformers adds the tokens of tokenizer_config.json and added_tokens.json that the tokenizer itself does not list.
    private static List<AddedToken> AddedTokens(TokenizerParts parts, string folder, JsonSection? config)
    {
        var tokens = parts.AddedTokens.ToList();
        var known = tokens.Select(token => token.Content).ToHashSet();
        if (config?.Optional("added_tokens_decoder") is { Element.ValueKind: JsonValueKind.Object } decoder)
        {
            foreach (var entry in decoder.Element.EnumerateObject())
            {
                var section = new JsonSection(entry.Value, decoder.File, $"{decoder.Path}.{entry.Name}");
                if (!int.TryParse(entry.Name, out var id))
                    throw section.Error("the key must be a token id");
                if (TokenizerJson.ReadAddedToken(section, id) is var token && known.Add(token.Content))
                    tokens.Add(token);
            }
        }

        var path = Path.Combine(folder, "added_tokens.json");
        using var added = ParseIfThere(path);
        if (added is null)
            return tokens;
        foreach (var (content, id) in ModelJson.ReadVocabulary(new JsonSection(added.RootElement, path, "")))
        {
            if (known.Add(content))
                tokens.Add(new AddedToken(id, content));
        }

        return tokens;
    }

    private static SpecialTokens SpecialTokensOf(string folder, JsonSection? config)
    {
        var named = config is { } section ? SpecialTokens.Read(section.Element) : new SpecialTokens();
        if (named.ByName.Count > 0)
            return named;
        using var map = ParseIfThere(Path.Combine(folder, "special_tokens_map.json"));
        return map is null ? named : SpecialTokens.Read(map.RootElement);
    }
}
