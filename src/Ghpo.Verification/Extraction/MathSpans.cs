namespace Ghpo.Verification.Extraction;

/// <summary>Formulas in running text: <c>$…$</c>, <c>$$…$$</c>, <c>\(…\)</c>, <c>\[…\]</c> and environments.</summary>
internal static class MathSpans
{
    private const int LongestFormula = 5_000;

    /// <summary>The last unit of the formula that opens with the dollar at <paramref name="open"/>, or -1 where the dollar is money.</summary>
    public static int ClosingDollar(string text, int open, int high)
    {
        var twice = open + 1 < high && text[open + 1] == '$';
        high = Math.Min(high, open + LongestFormula);
        for (var i = open + (twice ? 2 : 1); i < high; i++)
        {
            switch (text[i])
            {
                case '\\': i++; break;
                case '\n' when !twice && i + 1 < high && text[i + 1] == '\n': return -1;
                case '$' when twice: return i + 1 < high && text[i + 1] == '$' ? i + 1 : -1;
                case '$': return LooksLikeMoney(text, open, i) ? -1 : i;
            }
        }
        return -1;
    }

    /// <summary>The last unit of the formula that opens with <c>\(</c> or <c>\[</c> at <paramref name="open"/>, or -1.</summary>
    public static int ClosingBackslash(string text, int open, int high)
    {
        high = Math.Min(high, open + LongestFormula);
        var wanted = text[open + 1] == '(' ? "\\)" : "\\]";
        var at = text.AsSpan(open + 2, high - open - 2).IndexOf(wanted);
        return at < 0 ? -1 : open + 2 + at + 1;
    }

    /// <summary>The last formula that ends in <c>text[low..high)</c>: its content, and where its delimiters begin and end.</summary>
    public static bool TryLast(string text, int low, int high, out int mark, out int start, out int end, out int behind)
    {
        mark = start = end = behind = -1;
        var i = low;
        var steps = 0;
        while (i < high && steps++ < 100_000)
        {
            var next = text.AsSpan(i, high - i).IndexOfAny('$', '\\');
            if (next < 0) break;
            i += next;
            if (text[i] == '$')
            {
                var close = ClosingDollar(text, i, high);
                if (close < 0)
                {
                    i++;
                    continue;
                }
                var twice = text[i + 1] == '$' && close > i + 2 ? 2 : 1;
                if (!IsEndOfProof(text.AsSpan(i, close - i))) (mark, start, end, behind) = (i, i + twice, close - twice + 1, close + 1);
                if (twice == 2 && end < start) end = start;
                i = close + 1;
            }
            else if (i + 1 < high && text[i + 1] is '(' or '[')
            {
                var close = ClosingBackslash(text, i, high);
                if (close < 0)
                {
                    i += 2;
                    continue;
                }
                if (!IsEndOfProof(text.AsSpan(i, close - i))) (mark, start, end, behind) = (i, i + 2, close - 1, close + 1);
                i = close + 1;
            }
            else if (text.AsSpan(i, high - i).StartsWith("\\begin{"))
            {
                var close = ClosingEnvironment(text, i, high);
                if (close < 0)
                {
                    i += 2;
                    continue;
                }
                (mark, start, end, behind) = (i, i, close, close);
                i = close;
            }
            else
            {
                i += 2;
            }
        }
        return mark >= 0;
    }

    private static bool IsEndOfProof(ReadOnlySpan<char> formula) => formula.Trim("$\\()[] ") is "blacksquare" or "square" or "Box" or "qed" or "QED";

    private static int ClosingEnvironment(string text, int open, int high)
    {
        var nameEnd = text.IndexOf('}', open, Math.Min(high - open, 24));
        if (nameEnd < 0) return -1;
        var name = text.AsSpan(open + 7, nameEnd - open - 7);
        var from = nameEnd;
        high = Math.Min(high, open + LongestFormula);
        while (from < high)
        {
            var at = text.AsSpan(from, high - from).IndexOf("\\end{");
            if (at < 0) return -1;
            from += at + 5;
            if (text.AsSpan(from, high - from).StartsWith(name)) return Math.Min(high, from + name.Length + 1);
        }
        return -1;
    }

    /// <summary>"$5 and then $" : words of prose between two dollars mean that they are currency.</summary>
    private static bool LooksLikeMoney(string text, int open, int close)
    {
        if (close == open + 1) return false;
        if (!char.IsAsciiDigit(text[open + 1])) return false;
        var words = 0;
        for (var i = open + 1; i < close; i++)
        {
            if (text[i] == '\\')
            {
                var command = i + 1;
                while (i + 1 < close && char.IsAsciiLetter(text[i + 1])) i++;
                // Words in \text{…} are part of a formula.
                if (text.AsSpan(command, i + 1 - command) is "text" or "mathrm" or "mbox" or "textbf" && i + 1 < close && text[i + 1] == '{')
                {
                    var end = BoxScanner.MatchingBrace(text, i + 1, close);
                    if (end > 0) i = end;
                }
                continue;
            }
            if (!char.IsAsciiLetter(text[i])) continue;
            var start = i;
            while (i + 1 < close && char.IsAsciiLetter(text[i + 1])) i++;
            if (i - start >= 2) words++;
        }
        return words >= 1;
    }
}
