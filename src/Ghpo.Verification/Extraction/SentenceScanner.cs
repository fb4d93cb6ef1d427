namespace Ghpo.Verification.Extraction;

/// <summary>Where sentences end, with formulas in them left whole.</summary>
internal static class SentenceScanner
{
    private const int LongestSentence = 3_000;

    /// <summary>The end of the sentence or line that begins at <paramref name="start"/>: a full stop or a new line outside of any formula.</summary>
    public static int End(string text, int start, int high)
    {
        var braces = 0;
        high = Math.Min(high, start + LongestSentence);
        for (var i = start; i < high; i++)
        {
            var c = text[i];
            switch (c)
            {
                case '$':
                    var close = MathSpans.ClosingDollar(text, i, high);
                    if (close > 0) i = close;
                    break;
                case '\\' when i + 1 < high:
                    if (text[i + 1] is '(' or '[')
                    {
                        var end = MathSpans.ClosingBackslash(text, i, high);
                        if (end > 0) i = end;
                    }
                    i++;
                    break;
                case '{': braces++; break;
                case '}': braces--; break;
                case '\n' when braces <= 0:
                case '。' or '！' or '？' or '।':
                    return i;
                case '.' or '!' or '?' when braces <= 0 && IsStop(text, i, high):
                    return i;
            }
        }
        return high;
    }

    private static bool IsStop(string text, int i, int high)
    {
        // "3!" and "f(x)." : a factorial is no end, unless the sentence stops with it.
        if (text[i] == '!' && i > 0 && (char.IsDigit(text[i - 1]) || text[i - 1] is 'n' or ')')) return false;
        var next = i + 1;
        while (next < high && text[next] is '*' or '"' or '”' or '\'' or ')' or '_' or '`' or '<') next++;
        if (next >= high) return true;
        if (next > i + 1 && !char.IsLetterOrDigit(text[next])) return true;
        return char.IsWhiteSpace(text[next]) && !(text[i] == '.' && i > 0 && IsAbbreviation(text, i));
    }

    private static bool IsAbbreviation(string text, int stop) =>
        stop >= 1 && (Ends(text, stop, "sq") || Ends(text, stop, "approx") || Ends(text, stop, "p.m") || Ends(text, stop, "a.m") || Ends(text, stop, "St") || Ends(text, stop, "Dr") || Ends(text, stop, "Mr") || Ends(text, stop, "Mrs"))
        && HasMore(text, stop);

    private static bool HasMore(string text, int stop) => stop + 2 < text.Length && char.IsLetterOrDigit(text[stop + 2]);

    private static bool Ends(string text, int stop, string word)
    {
        var start = stop - word.Length;
        return start >= 0 && text.AsSpan(start, word.Length).Equals(word, StringComparison.Ordinal) && (start == 0 || !char.IsLetter(text[start - 1]));
    }

    /// <summary>The beginning of the sentence that holds <paramref name="position"/>.</summary>
    public static int Start(string text, int low, int position)
    {
        for (var i = position - 1; i > low; i--)
        {
            if (text[i] == '\n' || (text[i] is '.' or '?' or '!' && i + 1 < text.Length && char.IsWhiteSpace(text[i + 1]))) return i + 1;
        }
        return low;
    }
}
