using System.Text;

namespace Ghpo.Verification.Extraction;

/// <summary><c>\boxed{…}</c>, <c>\fbox{…}</c> and <c>\framebox{…}</c>: the last one decides.</summary>
internal static class BoxScanner
{
    private const int MostJoined = 32;
    private const int MostNested = 8;
    private const int FarthestComment = 200;

    /// <summary>The deciding box in <c>text[low..high)</c>.</summary>
    public static Candidate Last(string text, int low, int high)
    {
        var mark = LastMark(text, low, high);
        if (mark < 0) return default;
        var box = At(text, mark, high);
        if (box.Found is not (Found.Answer or Found.Empty)) return box;

        // A box inside a box: the outer one is what was claimed.
        for (var level = 0; level < MostNested; level++)
        {
            var before = LastMark(text, low, box.Mark);
            if (before < 0) break;
            var outer = At(text, before, high);
            if (outer.Found != Found.Answer || outer.End < box.End) break;
            box = outer;
        }

        return Joined(text, low, high, box);
    }

    /// <summary>The box whose mark stands at <paramref name="mark"/>.</summary>
    public static Candidate At(string text, int mark, int high)
    {
        var i = mark;
        while (i < high && text[i] == '\\') i++;
        while (i < high && char.IsAsciiLetter(text[i])) i++;
        while (i < high && char.IsWhiteSpace(text[i])) i++;
        if (i < high && text[i] == '[')
        {
            var close = text.IndexOf(']', i, Math.Min(high - i, 16));
            if (close > 0) i = close + 1;
        }
        if (i >= high) return new(Found.Truncated, ExtractionStrategy.Boxed, mark, high, high);
        if (text[i] != '{') return Unbraced(text, mark, i, high);
        var end = MatchingBrace(text, i, high);
        if (end >= 0) return new Candidate(Found.Answer, ExtractionStrategy.Boxed, mark, i + 1, end).Trimmed(text);

        // The brace is never closed. A closing $ or \) says where the formula ended, so the brace was forgotten; else the text was cut off.
        var dollar = FormulaEnd(text, i + 1, high);
        // So does the end of its paragraph, when the text goes on behind it.
        if (ParagraphEnd(text, i + 1, dollar < 0 ? high : dollar) is var paragraph and > 0) dollar = paragraph;
        return dollar > i + 1
            ? new Candidate(Found.Answer, ExtractionStrategy.Boxed, mark, i + 1, dollar).Trimmed(text)
            : new(Found.Truncated, ExtractionStrategy.Boxed, mark, i + 1, high);
    }

    public static int LastMark(string text, int low, int high)
    {
        while (true)
        {
            var span = text.AsSpan(low, high - low);
            var mark = Math.Max(span.LastIndexOf("\\boxed"), Math.Max(span.LastIndexOf("\\fbox"), span.LastIndexOf("\\framebox")));
            if (mark < 0) return -1;
            if (!IsWithdrawn(span, mark)) return mark + low;
            high = low + mark;
        }
    }

    /// <summary>"% \boxed{5}", "&lt;!-- \boxed{5}" and "not \boxed{5}": a comment, which is not shown, or a denial.</summary>
    private static bool IsWithdrawn(ReadOnlySpan<char> text, int mark)
    {
        var near = text[Math.Max(0, mark - FarthestComment)..mark];
        var line = near[(near.LastIndexOf('\n') + 1)..].TrimStart();
        if (line.Length > 0 && line[0] == '%') return true;
        if (near.LastIndexOf("<!--") > near.LastIndexOf("-->")) return true;
        var before = near.TrimEnd(" $(\\*{");
        return before.EndsWith(" not") || before.EndsWith(" instead of") || before.EndsWith(" rather than");
    }

    /// <summary>The first mark at or behind <paramref name="from"/>, or -1.</summary>
    public static int NextMark(string text, int from, int high)
    {
        var span = text.AsSpan(from, high - from);
        var best = -1;
        foreach (var mark in (ReadOnlySpan<string>)["\\boxed", "\\fbox", "\\framebox"])
        {
            var at = span.IndexOf(mark);
            if (at >= 0 && (best < 0 || at < best)) best = at;
        }
        return best < 0 ? -1 : best + from;
    }

    /// <summary>The brace that closes the one at <paramref name="open"/>, or -1.</summary>
    public static int MatchingBrace(string text, int open, int high)
    {
        var depth = 0;
        for (var i = open; i < high; i++)
        {
            switch (text[i])
            {
                case '\\': i++; break;
                case '{': depth++; break;
                case '}':
                    if (--depth == 0) return i;
                    break;
            }
        }
        return -1;
    }

    private static Candidate Unbraced(string text, int mark, int start, int high)
    {
        var end = start;
        while (end < high && !char.IsWhiteSpace(text[end]) && text[end] is not ('$' or '}') && !(text[end] == '\\' && end + 1 < high && text[end + 1] is ')' or ']')) end++;
        while (end > start && text[end - 1] is '.' or ',') end--;
        return end == start ? new(Found.Empty, ExtractionStrategy.Boxed, mark, start, start) : new(Found.Answer, ExtractionStrategy.Boxed, mark, start, end);
    }

    private static int FormulaEnd(string text, int from, int high)
    {
        for (var i = from; i < high; i++)
        {
            if (text[i] == '$') return i;
            if (text[i] != '\\') continue;
            if (i + 1 < high && text[i + 1] is ')' or ']') return i;
            i++;
        }
        return -1;
    }

    /// <summary>Where the line at <paramref name="from"/> ends, if a blank line and more text follow and nothing within it is open; else -1.</summary>
    private static int ParagraphEnd(string text, int from, int high)
    {
        var line = text.IndexOf('\n', from, high - from);
        if (line < 0 || line == from || line - from > 200) return -1;
        var next = line + 1;
        while (next < high && text[next] is ' ' or '\r' or '\t') next++;
        if (next >= high || text[next] != '\n' || text.AsSpan(next, high - next).Trim().Length == 0) return -1;
        var inner = text.AsSpan(from, line - from);
        return inner.Count('{') == inner.Count('}') && inner.Count('(') == inner.Count(')') && inner.Trim().Length > 0 && inner.TrimEnd()[^1] is not (',' or '+' or '-' or '*' or '/' or '=' or '^' or '_' or '\\') ? line : -1;
    }

    /// <summary>"\boxed{1} and \boxed{-2}" is one list; two boxes with a sentence between them are a revision.</summary>
    private static Candidate Joined(string text, int low, int high, Candidate last)
    {
        if (last.Found != Found.Answer) return last;
        List<Candidate>? boxes = null;
        var first = last;
        while ((boxes?.Count ?? 1) < MostJoined)
        {
            var mark = LastMark(text, low, first.Mark);
            if (mark < 0) break;
            var before = At(text, mark, first.Mark);
            if (before.Found != Found.Answer || !IsConnector(text.AsSpan(before.End, first.Mark - before.End))) break;
            boxes ??= [last];
            boxes.Add(before);
            first = before;
        }
        if (boxes is null) return last;
        boxes.Reverse();
        var joined = new StringBuilder();
        foreach (var box in boxes)
        {
            if (joined.Length > 0) joined.Append(" , ");
            joined.Append(text, box.Start, box.End - box.Start);
        }
        return last with { Mark = first.Mark, Start = first.Start, Joined = joined.ToString() };
    }

    private static bool IsConnector(ReadOnlySpan<char> between)
    {
        if (between.Length > 40) return false;
        var joined = false;
        for (var i = 0; i < between.Length; i++)
        {
            var c = between[i];
            if (c is ',' or ';' or '&')
            {
                joined = true;
            }
            else if (char.IsAsciiLetter(c))
            {
                var start = i;
                while (i + 1 < between.Length && char.IsAsciiLetter(between[i + 1])) i++;
                var word = between[start..(i + 1)];
                if (word is "and" or "or") joined = true;
                else if (word is not ("text" or "quad" or "qquad" or "textbf" or "mathrm" or "mbox")) return false;
            }
            else if (!(char.IsWhiteSpace(c) || c is '$' or '}' or '{' or '\\' or '(' or ')' or '~'))
            {
                return false;
            }
        }
        return joined;
    }
}
