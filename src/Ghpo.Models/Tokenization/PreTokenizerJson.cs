using Ghpo.Models.Tokenization.Patterns;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>The <c>pre_tokenizer</c> of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    public static PreTokenizer Read(JsonSection section) => section.Type switch
    {
        "Sequence" => new SequencePreTokenizer([.. section.Array("pretokenizers").Select(Read)]),
        "ByteLevel" => new ByteLevelPreTokenizer(section.Bool("add_prefix_space", true), section.Bool("use_regex", true)),
        "Split" => ReadSplit(section),
        "Metaspace" => ReadMetaspace(section),
        "Whitespace" => new SequencePreTokenizer([new CharacterSplit(UnicodeClass.IsSpace, SplitBehavior.Removed), new WordSplit()]),
        "WhitespaceSplit" => new CharacterSplit(UnicodeClass.IsSpace, SplitBehavior.Removed),
        "Digits" => new CharacterSplit(point => UnicodeClass.Of(point) == UnicodeClass.Number, section.Bool("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Punctuation" => new CharacterSplit(IsPunctuation, ReadBehavior(section, SplitBehavior.Isolated)),
        "BertPreTokenizer" => new SequencePreTokenizer([new CharacterSplit(UnicodeClass.IsSpace, SplitBehavior.Removed), new CharacterSplit(IsPunctuation, SplitBehavior.Isolated)]),
        "CharDelimiterSplit" => new PatternSplit(new LiteralPattern(section.String("delimiter")), SplitBehavior.Removed, invert: false),
        "FixedLength" => new FixedLengthSplit(section.Optional("length") is null ? 5 : section.Int("length")),
        _ => throw section.Unknown("pre-tokenizer"),
    };

    /// <summary>A splitter by regular expression: written out by hand where the pattern is a common one.</summary>
    public static PreTokenizer SplitBy(string expression) => (PreTokenizer?)KnownSplit.For(expression) ?? new PatternSplit(RegexPattern.Parse(expression), SplitBehavior.Isolated, invert: false);

    private static PreTokenizer ReadSplit(JsonSection section)
    {
        var behavior = ReadBehavior(section, SplitBehavior.Isolated);
        var invert = section.Bool("invert", false);
        var expression = section.Required("pattern").OptionalString("Regex");
        // Known patterns match everything, so that nothing lies between matches: kept apart they are the same, inverted and removed as well.
        var keepsMatches = (behavior == SplitBehavior.Isolated && !invert) || (behavior == SplitBehavior.Removed && invert);
        if (keepsMatches && expression is not null && KnownSplit.For(expression) is { } known)
            return known;
        return new PatternSplit(PatternJson.Read(section), behavior, invert);
    }

    private static MetaspacePreTokenizer ReadMetaspace(JsonSection section)
    {
        var (replacement, scheme) = Metaspace(section);
        return new MetaspacePreTokenizer(replacement, scheme, section.Bool("split", true));
    }

    /// <summary>Replacement and scheme of a Metaspace; files from before the scheme say <c>add_prefix_space</c>.</summary>
    public static (char Replacement, PrependScheme Scheme) Metaspace(JsonSection section)
    {
        var replacement = section.OptionalString("replacement") ?? "▁";
        if (replacement.Length != 1)
            throw section.Error("'replacement' must be one character");
        var scheme = section.OptionalString("prepend_scheme") switch
        {
            null => section.Bool("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            var other => throw section.Error($"the prepend_scheme '{other}' is not known here (always, first, never)"),
        };
        return (replacement[0], scheme);
    }

    private static bool IsPunctuation(int point) => (point < 128 && char.IsAscii((char)point) && (char.IsPunctuation((char)point) || char.IsSymbol((char)point))) || UnicodeClass.IsPunctuation(point);

    private static SplitBehavior ReadBehavior(JsonSection section, SplitBehavior otherwise) => section.OptionalString("behavior") switch
    {
        null => otherwise,
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw section.Error($"the behavior '{other}' is not known here"),
    };
}
