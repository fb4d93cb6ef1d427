using System.Runtime.CompilerServices;
using Ghpo.Models.Tokenization.Decoders;
using Ghpo.Models.Tokenization.Models;
using Ghpo.Models.Tokenization.Normalizers;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>A byte-level vocabulary as <c>vocab.json</c> and <c>merges.txt</c>. These files do not say how text is split: the tokenizer's class does.</summary>
internal static class MergesFolder
{
    public static TokenizerParts Read(string vocabularyFile, string mergesFile, string folder, JsonSection? config, TokenizerFiles files)
    {
        var name = ClassOf(folder, config);
        var (pattern, normalizer) = name switch
        {
            "Qwen2" => (KnownSplit.Qwen2Pattern, (Normalizer?)new UnicodeNormalizer(compatibility: false, compose: true)),
            "GPT2" or "Roberta" or "Bart" or "Longformer" => (KnownSplit.Gpt2Pattern, null),
            _ => throw new TokenizerException($"'{folder}': vocab.json and merges.txt do not say how text is split, and the tokenizer class '{name}' is not known here (Qwen2Tokenizer, GPT2Tokenizer): "
                + "provide tokenizer.json (in Python: AutoTokenizer.from_pretrained(folder).save_pretrained(folder))."),
        };

        using var document = TokenizerFolder.Parse(vocabularyFile);
        var vocabulary = ModelJson.ReadVocabulary(new JsonSection(document.RootElement, vocabularyFile, ""));
        var model = new BpeModel(vocabulary, ReadMerges(mergesFile, vocabulary), new BpeOptions());
        var prefix = config?.Bool("add_prefix_space", false) ?? false;
        return new TokenizerParts(model)
        {
            Normalizer = normalizer,
            PreTokenizer = pattern == KnownSplit.Gpt2Pattern
                ? new ByteLevelPreTokenizer(prefix, useRegex: true)
                : new SequencePreTokenizer([PreTokenizerJson.SplitBy(pattern), new ByteLevelPreTokenizer(addPrefixSpace: false, useRegex: false)]),
            PostProcessor = name == "GPT2" || name == "Qwen2" ? PostProcessor.None : Around(vocabulary, config),
            Decoder = new ByteLevelDecoder(),
            Files = files,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static MergeTable ReadMerges(string file, Dictionary<string, int> vocabulary)
    {
        var text = File.ReadAllText(file).AsSpan();
        var table = new MergeTable(text.Count('\n') + 1);
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var (rank, number) = (0, 0);
        while (!text.IsEmpty)
        {
            var end = text.IndexOf('\n');
            var line = (end < 0 ? text : text[..end]).TrimEnd('\r');
            text = end < 0 ? [] : text[(end + 1)..];
            number++;
            if (line.IsEmpty || (number == 1 && line.StartsWith("#version")))
                continue;
            var space = line.IndexOf(' ');
            if (space <= 0 || line[(space + 1)..].Contains(' '))
                throw new TokenizerException($"{file}, line {number}: expected two tokens with a space between, found '{line}'.");
            if (!ModelJson.TryAddMerge(table, lookup, line[..space], line[(space + 1)..], rank++, 0))
                throw new TokenizerException($"{file}, line {number}: '{line}' speaks of a token that is not in vocab.json.");
        }

        return table;
    }

    private static string ClassOf(string folder, JsonSection? config)
    {
        var name = config?.OptionalString("tokenizer_class");
        if (name is null && File.Exists(Path.Combine(folder, "config.json")))
        {
            using var model = TokenizerFolder.Parse(Path.Combine(folder, "config.json"));
            return new JsonSection(model.RootElement, Path.Combine(folder, "config.json"), "").OptionalString("model_type") switch
            {
                "qwen2" or "qwen3" or "qwen2_moe" or "qwen3_moe" => "Qwen2",
                "gpt2" => "GPT2",
                var other => other ?? "(none)",
            };
        }

        name ??= "(none)";
        return name.EndsWith("TokenizerFast", StringComparison.Ordinal) ? name[..^"TokenizerFast".Length]
            : name.EndsWith("Tokenizer", StringComparison.Ordinal) ? name[..^"Tokenizer".Length] : name;
    }

    // RoBERTa's kind puts its texts between two tokens.
    private static PostProcessor Around(Dictionary<string, int> vocabulary, JsonSection? config)
    {
        var special = config is { } section ? SpecialTokens.Read(section.Element).ByName : new Dictionary<string, string>();
        var (first, last) = (special.GetValueOrDefault("cls_token", "<s>"), special.GetValueOrDefault("sep_token", "</s>"));
        return vocabulary.TryGetValue(first, out var before) && vocabulary.TryGetValue(last, out var after) ? new PostProcessor([before], [after]) : PostProcessor.None;
    }
}
