using System.Globalization;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>The sets that <c>\p{…}</c> and <c>[:…:]</c> name: general categories, a few properties, and the scripts that split patterns use.</summary>
internal static class UnicodeProperty
{
    private static readonly Dictionary<string, UnicodeCategory[]> Categories = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Lu"] = [UnicodeCategory.UppercaseLetter],
        ["Ll"] = [UnicodeCategory.LowercaseLetter],
        ["Lt"] = [UnicodeCategory.TitlecaseLetter],
        ["Lm"] = [UnicodeCategory.ModifierLetter],
        ["Lo"] = [UnicodeCategory.OtherLetter],
        ["Mn"] = [UnicodeCategory.NonSpacingMark],
        ["Mc"] = [UnicodeCategory.SpacingCombiningMark],
        ["Me"] = [UnicodeCategory.EnclosingMark],
        ["Nd"] = [UnicodeCategory.DecimalDigitNumber],
        ["Nl"] = [UnicodeCategory.LetterNumber],
        ["No"] = [UnicodeCategory.OtherNumber],
        ["Pc"] = [UnicodeCategory.ConnectorPunctuation],
        ["Pd"] = [UnicodeCategory.DashPunctuation],
        ["Ps"] = [UnicodeCategory.OpenPunctuation],
        ["Pe"] = [UnicodeCategory.ClosePunctuation],
        ["Pi"] = [UnicodeCategory.InitialQuotePunctuation],
        ["Pf"] = [UnicodeCategory.FinalQuotePunctuation],
        ["Po"] = [UnicodeCategory.OtherPunctuation],
        ["Sm"] = [UnicodeCategory.MathSymbol],
        ["Sc"] = [UnicodeCategory.CurrencySymbol],
        ["Sk"] = [UnicodeCategory.ModifierSymbol],
        ["So"] = [UnicodeCategory.OtherSymbol],
        ["Zs"] = [UnicodeCategory.SpaceSeparator],
        ["Zl"] = [UnicodeCategory.LineSeparator],
        ["Zp"] = [UnicodeCategory.ParagraphSeparator],
        ["Cc"] = [UnicodeCategory.Control],
        ["Cf"] = [UnicodeCategory.Format],
        ["Cs"] = [UnicodeCategory.Surrogate],
        ["Co"] = [UnicodeCategory.PrivateUse],
        ["Cn"] = [UnicodeCategory.OtherNotAssigned],
    };

    private static readonly Dictionary<string, string> LongNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
        ["Uppercase_Letter"] = "Lu",
        ["Lowercase_Letter"] = "Ll",
        ["Decimal_Number"] = "Nd",
        ["Nonspacing_Mark"] = "Mn",
    };

    private static readonly Dictionary<string, int[]> Scripts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Han"] = [0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9,
            0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF, 0x2A700, 0x2B739, 0x2B740, 0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A, 0x31350, 0x323AF],
        ["Hiragana"] = [0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200],
        ["Katakana"] = [0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F, 0xFF71, 0xFF9D, 0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000,
            0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167],
        ["Hangul"] = [0x1100, 0x11FF, 0x302E, 0x302F, 0x3131, 0x318E, 0x3200, 0x321E, 0x3260, 0x327E, 0xA960, 0xA97C, 0xAC00, 0xD7A3, 0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB, 0xFFA0, 0xFFBE, 0xFFC2, 0xFFC7,
            0xFFCA, 0xFFCF, 0xFFD2, 0xFFD7, 0xFFDA, 0xFFDC],
        ["Thai"] = [0x0E01, 0x0E3A, 0x0E40, 0x0E5B],
        ["Lao"] = [0x0E81, 0x0EDF],
        ["Khmer"] = [0x1780, 0x17DD, 0x17E0, 0x17E9, 0x17F0, 0x17F9, 0x19E0, 0x19FF],
        ["Myanmar"] = [0x1000, 0x109F, 0xA9E0, 0xA9FE, 0xAA60, 0xAA7F],
        ["Devanagari"] = [0x0900, 0x0950, 0x0955, 0x0963, 0x0966, 0x097F, 0xA8E0, 0xA8FF],
        ["Hebrew"] = [0x0591, 0x05C7, 0x05D0, 0x05EA, 0x05EF, 0x05F4, 0xFB1D, 0xFB36, 0xFB38, 0xFB3C, 0xFB3E, 0xFB3E, 0xFB40, 0xFB41, 0xFB43, 0xFB44, 0xFB46, 0xFB4F],
        ["Cyrillic"] = [0x0400, 0x0484, 0x0487, 0x052F, 0x1C80, 0x1C8A, 0x1D2B, 0x1D2B, 0x1D78, 0x1D78, 0x2DE0, 0x2DFF, 0xA640, 0xA69F, 0xFE2E, 0xFE2F, 0x1E030, 0x1E06D, 0x1E08F, 0x1E08F],
    };

    /// <summary>The set of a name; throws <see cref="FormatException"/> for a name that is not known.</summary>
    public static CharacterSet Named(string name)
    {
        var plain = name.Replace(" ", "", StringComparison.Ordinal);
        if (plain.Contains('='))
            plain = plain[(plain.IndexOf('=') + 1)..];
        plain = LongNames.GetValueOrDefault(plain, plain);
        if (Categories.TryGetValue(plain, out var exact))
            return OfCategories(exact);
        if (plain.Length == 1 && Categories.Keys.Any(key => char.ToUpperInvariant(plain[0]) == key[0]))
            return OfCategories([.. Categories.Where(entry => entry.Key[0] == char.ToUpperInvariant(plain[0])).SelectMany(entry => entry.Value)]);
        if (Scripts.TryGetValue(plain, out var ranges))
            return OfRanges(ranges);
        return plain.ToLowerInvariant() switch
        {
            "alpha" or "alphabetic" => new(c => UnicodeClass.Of(c) == UnicodeClass.Letter || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.LetterNumber),
            "alnum" => new(c => UnicodeClass.Of(c) == UnicodeClass.Letter || CharacterSet.Digit.Contains(c)),
            "digit" => CharacterSet.Digit,
            "space" or "white_space" or "whitespace" => CharacterSet.Space,
            "word" => CharacterSet.Word,
            "upper" or "uppercase" => Named("Lu"),
            "lower" or "lowercase" => Named("Ll"),
            "punct" => new(c => UnicodeClass.IsPunctuation(c) || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol),
            "blank" => new(c => c == '\t' || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.SpaceSeparator),
            "cntrl" => Named("Cc"),
            "xdigit" => new(c => c < 128 && char.IsAsciiHexDigit((char)c)),
            "ascii" => CharacterSet.Range(0, 127),
            "any" => CharacterSet.Any,
            _ => throw new FormatException($"The character property '{name}' is not known here"),
        };
    }

    private static CharacterSet OfCategories(UnicodeCategory[] categories)
    {
        var mask = categories.Aggregate(0u, (bits, category) => bits | (1u << (int)category));
        return new(c => (UnicodeClass.CategoryBit(c) & mask) != 0);
    }

    private static CharacterSet OfRanges(int[] ranges) => new(c =>
    {
        for (var i = 0; i < ranges.Length; i += 2)
        {
            if (c >= ranges[i] && c <= ranges[i + 1])
                return true;
        }

        return false;
    });
}
