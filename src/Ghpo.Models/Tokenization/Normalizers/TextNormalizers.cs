using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>Lower case, character by character.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    // The one letter whose lower case is two characters.
    public override string Normalize(string text) => text.Replace("\u0130", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
}

/// <summary>Takes white space from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override string Normalize(string text) => (left, right) switch
    {
        (true, true) => text.Trim(),
        (true, false) => text.TrimStart(),
        (false, true) => text.TrimEnd(),
        _ => text,
    };
}

/// <summary>Takes combining marks away.</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override string Normalize(string text) => CharacterFilter.Where(text, point => !UnicodeClass.IsMark(point));
}

/// <summary>Puts a text in front, unless there is nothing to put it in front of.</summary>
internal sealed class PrependNormalizer(string prepend) : Normalizer
{
    public override string Normalize(string text) => text.Length == 0 ? text : prepend + text;
}

/// <summary>Replaces a pattern.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : Normalizer
{
    public override string Normalize(string text) => pattern.Replace(text, content);
}

/// <summary>Writes UTF-8 bytes in GPT-2's alphabet.</summary>
internal sealed class ByteLevelNormalizer : Normalizer
{
    public override string Normalize(string text) => ByteAlphabet.Map(text);
}

/// <summary>SentencePiece's "nmt": control characters go, unusual spaces become spaces.</summary>
internal sealed class NmtNormalizer : Normalizer
{
    public override string Normalize(string text) => CharacterFilter.Select(text, point => point switch
    {
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => -1,
        9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => ' ',
        _ => point,
    });
}

/// <summary>Text, code point by code point.</summary>
internal static class CharacterFilter
{
    public static string Where(string text, Func<int, bool> keep) => Select(text, point => keep(point) ? point : -1);

    /// <summary>Each code point's replacement; -1 drops it.</summary>
    public static string Select(string text, Func<int, int> replace)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (replace(rune.Value) is >= 0 and var point)
                result.Append(new Rune(point).ToString());
        }

        return result.ToString();
    }
}
