using System.Globalization;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>
/// Unicode classes by code point. <see cref="System.Text.RegularExpressions.Regex"/> works on UTF-16 units and takes letters beyond U+FFFF for none
/// (<c>\p{L}</c> does not match 𐐀 or 𠀀), which is why splitting does not use it.
/// </summary>
internal static class UnicodeClass
{
    public const byte Letter = 1;
    public const byte Number = 2;
    public const byte Space = 4;

    private const uint LetterMask = (1u << (int)UnicodeCategory.UppercaseLetter) | (1u << (int)UnicodeCategory.LowercaseLetter) | (1u << (int)UnicodeCategory.TitlecaseLetter)
        | (1u << (int)UnicodeCategory.ModifierLetter) | (1u << (int)UnicodeCategory.OtherLetter);

    private const uint NumberMask = (1u << (int)UnicodeCategory.DecimalDigitNumber) | (1u << (int)UnicodeCategory.LetterNumber) | (1u << (int)UnicodeCategory.OtherNumber);

    private const uint MarkMask = (1u << (int)UnicodeCategory.NonSpacingMark) | (1u << (int)UnicodeCategory.SpacingCombiningMark) | (1u << (int)UnicodeCategory.EnclosingMark);

    private const uint PunctuationMask = (1u << (int)UnicodeCategory.ConnectorPunctuation) | (1u << (int)UnicodeCategory.DashPunctuation) | (1u << (int)UnicodeCategory.OpenPunctuation)
        | (1u << (int)UnicodeCategory.ClosePunctuation) | (1u << (int)UnicodeCategory.InitialQuotePunctuation) | (1u << (int)UnicodeCategory.FinalQuotePunctuation) | (1u << (int)UnicodeCategory.OtherPunctuation);

    private static readonly byte[] Plane = BuildPlane();

    /// <summary><see cref="Letter"/>, <see cref="Number"/>, <see cref="Space"/> or 0.</summary>
    public static byte Of(int codePoint) => codePoint < Plane.Length ? Plane[codePoint] : Classify(codePoint);

    public static uint CategoryBit(int codePoint) => 1u << (int)CharUnicodeInfo.GetUnicodeCategory(codePoint);

    public static bool IsMark(int codePoint) => (CategoryBit(codePoint) & MarkMask) != 0;

    public static bool IsPunctuation(int codePoint) => (CategoryBit(codePoint) & PunctuationMask) != 0;

    public static bool IsSpace(int codePoint) => codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint);

    /// <summary><c>\w</c> of Rust's regular expressions: letters and what counts as alphabetic, marks, decimal digits, letter numbers, connectors, joiners.</summary>
    public static bool IsWord(int codePoint) => codePoint is 0x200C or 0x200D || IsAlphanumericOrConnector(codePoint);

    /// <summary><c>\w</c> of Oniguruma, which split patterns are written for: no joiners, but the superscripts and fractions of Latin-1.</summary>
    public static bool IsPatternWord(int codePoint) => codePoint is 0xB2 or 0xB3 or 0xB9 or (>= 0xBC and <= 0xBE) || IsAlphanumericOrConnector(codePoint);

    // Circled and squared letters are symbols by category and alphabetic by property.
    private static bool IsAlphanumericOrConnector(int codePoint) => codePoint is (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189)
        || (CategoryBit(codePoint) & (LetterMask | MarkMask | (1u << (int)UnicodeCategory.DecimalDigitNumber) | (1u << (int)UnicodeCategory.LetterNumber) | (1u << (int)UnicodeCategory.ConnectorPunctuation))) != 0;

    private static byte Classify(int codePoint)
    {
        var bit = CategoryBit(codePoint);
        return (bit & LetterMask) != 0 ? Letter : (bit & NumberMask) != 0 ? Number : IsSpace(codePoint) ? Space : (byte)0;
    }

    private static byte[] BuildPlane()
    {
        var plane = new byte[0x10000];
        for (var i = 0; i < plane.Length; i++)
            plane[i] = Classify(i);
        return plane;
    }
}
