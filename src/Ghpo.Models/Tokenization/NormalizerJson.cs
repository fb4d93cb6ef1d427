using Ghpo.Models.Tokenization.Normalizers;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization;

/// <summary>The <c>normalizer</c> of tokenizer.json.</summary>
internal static class NormalizerJson
{
    public static Normalizer Read(JsonSection section) => section.Type switch
    {
        "Sequence" => new SequenceNormalizer([.. section.Array("normalizers").Select(Read)]),
        "NFC" => new UnicodeNormalizer(compatibility: false, compose: true),
        "NFD" => new UnicodeNormalizer(compatibility: false, compose: false),
        "NFKC" => new UnicodeNormalizer(compatibility: true, compose: true),
        "NFKD" => new UnicodeNormalizer(compatibility: true, compose: false),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(section.Bool("strip_left", true), section.Bool("strip_right", true)),
        "StripAccents" => new StripAccentsNormalizer(),
        "Prepend" => new PrependNormalizer(section.String("prepend")),
        "Replace" => new ReplaceNormalizer(PatternJson.Read(section), section.String("content")),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Nmt" => new NmtNormalizer(),
        "BertNormalizer" => ReadBert(section),
        "Precompiled" => ReadPrecompiled(section),
        _ => throw section.Unknown("normalizer"),
    };

    private static BertNormalizer ReadBert(JsonSection section)
    {
        var lowercase = section.Bool("lowercase", true);
        return new BertNormalizer(section.Bool("clean_text", true), section.Bool("handle_chinese_chars", true), section.OptionalBool("strip_accents") ?? lowercase, lowercase);
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonSection section)
    {
        try
        {
            return new PrecompiledNormalizer(Convert.FromBase64String(section.String("precompiled_charsmap")));
        }
        catch (FormatException error)
        {
            throw section.Error(error.Message.TrimEnd('.'));
        }
    }
}

/// <summary>A pattern of tokenizer.json: <c>{"String": …}</c> or <c>{"Regex": …}</c>.</summary>
internal static class PatternJson
{
    public static TextPattern Read(JsonSection section)
    {
        var pattern = section.Required("pattern");
        if (pattern.OptionalString("String") is { } literal)
            return new LiteralPattern(literal);
        if (pattern.OptionalString("Regex") is not { } expression)
            throw pattern.Error("expected {\"String\": …} or {\"Regex\": …}");
        try
        {
            return RegexPattern.Parse(expression);
        }
        catch (FormatException error)
        {
            throw pattern.Error($"{error.Message} in the pattern {expression}");
        }
    }
}
