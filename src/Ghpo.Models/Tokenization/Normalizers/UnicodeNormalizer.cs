using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>NFC, NFD, NFKC and NFKD (Unicode Standard Annex 15).</summary>
/// <param name="compatibility">The K forms.</param>
/// <param name="compose">The C forms.</param>
internal sealed class UnicodeNormalizer(bool compatibility, bool compose) : Normalizer
{
    // Hangul syllables are computed (Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    // Below these, nothing changes and nothing combines.
    private readonly char _firstToLookAt = compatibility ? '\u00A0' : compose ? '\u0300' : '\u00C0';

    public static UnicodeNormalizer Nfd { get; } = new(compatibility: false, compose: false);

    public override string Normalize(string text)
    {
        var first = text.AsSpan().IndexOfAnyExceptInRange('\0', (char)(_firstToLookAt - 1));
        if (first < 0 || (compose && IsUnchanged(text)))
            return text;

        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, points);
        Reorder(points);
        if (compose)
            Compose(points);

        var normalized = new StringBuilder(text.Length);
        foreach (var point in points)
            normalized.Append(new Rune(point).ToString());
        return normalized.ToString();
    }

    // Most text has nothing to decompose and no mark that could combine: then it is composed as it is.
    // (Marks of class 0 from U+0900 on are vowel signs; some of them compose.)
    private bool IsUnchanged(string text)
    {
        var tables = UnicodeTables.Instance;
        foreach (var rune in text.EnumerateRunes())
        {
            var point = rune.Value;
            if (point < _firstToLookAt)
                continue;
            if (tables.CombiningClass(point) != 0 || point is >= LeadBase and < 0x1200 || (point >= 0x900 && UnicodeClass.IsMark(point)))
                return false;
            if (tables.Decomposition(point, compatibility) is { } parts && (compatibility || parts.Length != 2 || tables.Composition(parts[0], parts[1]) != point))
                return false;
        }

        return true;
    }

    private void Decompose(int point, List<int> into)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TrailCount)));
            into.Add(VowelBase + (syllable % (VowelCount * TrailCount) / TrailCount));
            if (syllable % TrailCount != 0)
                into.Add(TrailBase + (syllable % TrailCount));
        }
        else if (point >= 0xA0 && UnicodeTables.Instance.Decomposition(point, compatibility) is { } parts)
        {
            foreach (var part in parts)
                Decompose(part, into);
        }
        else
        {
            into.Add(point);
        }
    }

    private static void Reorder(List<int> points)
    {
        var tables = UnicodeTables.Instance;
        for (var start = 0; start < points.Count; start++)
        {
            if (tables.CombiningClass(points[start]) == 0)
                continue;
            var end = start;
            while (end < points.Count && tables.CombiningClass(points[end]) != 0)
                end++;
            var ordered = points.GetRange(start, end - start).OrderBy(tables.CombiningClass).ToArray();
            for (var i = 0; i < ordered.Length; i++)
                points[start + i] = ordered[i];
            start = end - 1;
        }
    }

    private static void Compose(List<int> points)
    {
        var tables = UnicodeTables.Instance;
        var (starter, lastClass, kept) = (-1, 0, 0);
        for (var i = 0; i < points.Count; i++)
        {
            var point = points[i];
            var combining = tables.CombiningClass(point);
            var blocked = starter < 0 || (kept - starter > 1 && (lastClass == 0 || lastClass >= combining));
            if (!blocked && Pair(points[starter], point) is >= 0 and var composed)
            {
                points[starter] = composed;
                continue;
            }

            if (combining == 0)
                starter = kept;
            lastClass = combining;
            points[kept++] = point;
        }

        points.RemoveRange(kept, points.Count - kept);
    }

    private static int Pair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < LeadCount and var lead && second - VowelBase is >= 0 and < VowelCount and var vowel)
            return SyllableBase + (((lead * VowelCount) + vowel) * TrailCount);
        var syllable = first - SyllableBase;
        if (syllable is >= 0 and < LeadCount * VowelCount * TrailCount && syllable % TrailCount == 0 && second - TrailBase is > 0 and < TrailCount and var trail)
            return first + trail;
        return UnicodeTables.Instance.Composition(first, second);
    }
}
