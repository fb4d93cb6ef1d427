using System.Runtime.CompilerServices;
using System.Text.Json;
using Ghpo.Models.Tokenization.Models;

namespace Ghpo.Models.Tokenization;

/// <summary>The <c>model</c> of tokenizer.json.</summary>
internal static class ModelJson
{
    /// <summary>Ids beyond this are taken for damage (the largest vocabularies have some hundred thousand tokens).</summary>
    public const int LargestId = 1 << 24;

    public static WordModel Read(JsonSection model) => (model.OptionalString("type") ?? Guess(model)) switch
    {
        "BPE" => ReadBpe(model),
        "WordLevel" => new WordLevelModel(ReadVocabulary(model.Object("vocab")), model.String("unk_token")),
        "WordPiece" => ReadWordPiece(model),
        "Unigram" => ReadUnigram(model),
        _ => throw model.Unknown("model"),
    };

    /// <summary>Token to id.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Dictionary<string, int> ReadVocabulary(JsonSection section)
    {
        var vocabulary = new Dictionary<string, int>(section.Element.GetPropertyCount());
        foreach (var entry in section.Element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id) || id is < 0 or > LargestId)
                throw section.Error($"the id of token '{entry.Name}' must be a whole number from 0 to {LargestId}");
            vocabulary[entry.Name] = id;
        }

        return vocabulary;
    }

    /// <summary>Adds one merge to a table; both parts and their merge must be in the vocabulary.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryAddMerge(MergeTable merges, Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> vocabulary, ReadOnlySpan<char> left, ReadOnlySpan<char> right, int rank, int prefixLength)
    {
        Span<char> merged = left.Length + right.Length <= 256 ? stackalloc char[left.Length + right.Length] : new char[left.Length + right.Length];
        left.CopyTo(merged);
        right.CopyTo(merged[left.Length..]);
        ReadOnlySpan<char> whole = merged;
        if (prefixLength > 0)
            whole = string.Concat(left, right[Math.Min(prefixLength, right.Length)..]);
        if (!vocabulary.TryGetValue(left, out var leftId) || !vocabulary.TryGetValue(right, out var rightId) || !vocabulary.TryGetValue(whole, out var id))
            return false;
        merges.Add(leftId, rightId, rank, id);
        return true;
    }

    private static BpeModel ReadBpe(JsonSection model)
    {
        var vocabulary = ReadVocabulary(model.Object("vocab"));
        var options = new BpeOptions
        {
            UnknownToken = model.OptionalString("unk_token"),
            FuseUnknown = model.Bool("fuse_unk", false),
            ByteFallback = model.Bool("byte_fallback", false),
            IgnoreMerges = model.Bool("ignore_merges", false),
            ContinuingSubwordPrefix = NullIfEmpty(model.OptionalString("continuing_subword_prefix")),
            EndOfWordSuffix = NullIfEmpty(model.OptionalString("end_of_word_suffix")),
        };

        var list = model.Required("merges");
        if (list.Element.ValueKind != JsonValueKind.Array)
            throw list.Error("expected a list");
        var merges = new MergeTable(list.Element.GetArrayLength());
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var rank = 0;
        foreach (var merge in list.Element.EnumerateArray())
        {
            var (left, right) = Parts(merge) ?? throw list.Error($"merge {rank} must be a pair of tokens");
            if (!TryAddMerge(merges, lookup, left, right, rank, options.ContinuingSubwordPrefix?.Length ?? 0))
                throw list.Error($"merge {rank} ('{left}' with '{right}') speaks of a token that is not in the vocabulary");
            rank++;
        }

        return new BpeModel(vocabulary, merges, options);
    }

    // "a b" in older files, ["a", "b"] in newer ones.
    private static (string Left, string Right)? Parts(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array && merge.GetArrayLength() == 2 && merge[0].ValueKind == JsonValueKind.String && merge[1].ValueKind == JsonValueKind.String)
            return (merge[0].GetString()!, merge[1].GetString()!);
        if (merge.ValueKind != JsonValueKind.String)
            return null;
        var text = merge.GetString()!;
        var space = text.IndexOf(' ');
        return space < 0 || text.IndexOf(' ', space + 1) >= 0 ? null : (text[..space], text[(space + 1)..]);
    }

    private static WordPieceModel ReadWordPiece(JsonSection model) => new(
        ReadVocabulary(model.Object("vocab")),
        model.OptionalString("unk_token") ?? "[UNK]",
        model.OptionalString("continuing_subword_prefix") ?? "##",
        model.Optional("max_input_chars_per_word") is null ? 100 : model.Int("max_input_chars_per_word"));

    private static UnigramModel ReadUnigram(JsonSection model)
    {
        var list = model.Required("vocab");
        if (list.Element.ValueKind != JsonValueKind.Array)
            throw list.Error("expected a list of pairs of token and score");
        var pieces = new List<(string, double)>(list.Element.GetArrayLength());
        foreach (var entry in list.Element.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[0].ValueKind != JsonValueKind.String || entry[1].ValueKind != JsonValueKind.Number)
                throw list.Error($"entry {pieces.Count} must be a pair of token and score");
            pieces.Add((entry[0].GetString()!, entry[1].GetDouble()));
        }

        int? unknown = model.Optional("unk_id") is null ? null : model.Int("unk_id");
        if (unknown is { } id && (uint)id >= (uint)pieces.Count)
            throw model.Error($"unk_id {id} is not in the vocabulary of {pieces.Count}");
        return new UnigramModel(pieces, unknown, model.Bool("byte_fallback", false));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    // Old files do not say what their model is; it shows in what they have.
    private static string Guess(JsonSection model) => model.Optional("merges") is not null ? "BPE"
        : model.Optional("vocab") is { Element.ValueKind: JsonValueKind.Array } ? "Unigram"
        : model.Optional("continuing_subword_prefix") is not null ? "WordPiece" : "WordLevel";
}
