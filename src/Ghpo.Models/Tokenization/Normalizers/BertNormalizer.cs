using System.Globalization;
using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>BERT's normalizer: control characters out, spaces around Chinese characters, accents off, lower case; each on its own switch.</summary>
internal sealed class BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowercase) : Normalizer
{
    private readonly LowercaseNormalizer _lower = new();

    public override string Normalize(string text)
    {
        if (cleanText)
            text = CharacterFilter.Select(text, Clean);
        if (handleChineseCharacters)
            text = SpaceChinese(text);
        if (stripAccents)
            text = CharacterFilter.Where(UnicodeNormalizer.Nfd.Normalize(text), point => CharUnicodeInfo.GetUnicodeCategory(point) != UnicodeCategory.NonSpacingMark);
        return lowercase ? _lower.Normalize(text) : text;
    }

    private static int Clean(int point)
    {
        if (point is '\t' or '\n' or '\r' || UnicodeClass.IsSpace(point))
            return ' ';
        var category = CharUnicodeInfo.GetUnicodeCategory(point);
        var isControl = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;
        return point is 0 or 0xFFFD || isControl ? -1 : point;
    }

    private static string SpaceChinese(string text)
    {
        var spaced = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            spaced.Append(IsChinese(rune.Value) ? $" {rune} " : rune.ToString());
        return spaced.ToString();
    }

    private static bool IsChinese(int point) => point is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);
}
