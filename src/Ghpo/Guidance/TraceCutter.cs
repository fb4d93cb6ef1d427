using System.Globalization;

namespace Ghpo.Guidance;

/// <summary>Finds where the first ω of a trace ends (spec section 4).</summary>
internal static class TraceCutter
{
    /// <summary>The number of UTF-16 units of <paramref name="trace"/> that stand before the cut: round(ω · n) units of the given kind, half to even.</summary>
    public static int Cut(string trace, double ratio, HintUnit unit)
    {
        if (unit == HintUnit.Characters)
            return CutCodePoints(trace, ratio);
        var ends = unit switch
        {
            HintUnit.Words => WordEnds(trace),
            HintUnit.Sentences => SentenceEnds(trace),
            _ => StepEnds(trace),
        };
        var count = (int)Math.Round(ratio * ends.Count, MidpointRounding.ToEven);
        return count == 0 ? 0 : ends[count - 1];
    }

    private static int CutCodePoints(string trace, double ratio)
    {
        var length = trace.EnumerateRunes().Count();
        var wanted = (int)Math.Round(ratio * length, MidpointRounding.ToEven);
        var units = 0;
        foreach (var rune in trace.EnumerateRunes().Take(wanted))
            units += rune.Utf16SequenceLength;
        return Math.Min(units, trace.Length);
    }

    private static List<int> WordEnds(string trace)
    {
        var inFormula = FormulaMask(trace);
        var ends = new List<int>();
        for (var i = 1; i <= trace.Length; i++)
        {
            if (!char.IsWhiteSpace(trace[i - 1]) && (i == trace.Length || (char.IsWhiteSpace(trace[i]) && !inFormula[i])))
                ends.Add(i);
        }

        return ends;
    }

    private static List<int> SentenceEnds(string trace)
    {
        var inFormula = FormulaMask(trace);
        var ends = new List<int>();
        for (var i = 0; i < trace.Length; i++)
        {
            var stop = trace[i] is '.' or '!' or '?' or '。' or '！' or '？' or '\n';
            // "3.5" and "e.g." go on: a sentence ends where space or nothing follows, and no small letter after it.
            var next = i + 1;
            while (stop && next < trace.Length && trace[next] is ')' or '"' or '\'' or '”')
                next++;
            if (!stop || inFormula[i] || (trace[i] != '\n' && trace[i] < 128 && next < trace.Length && !char.IsWhiteSpace(trace[next])))
                continue;
            var after = next;
            while (after < trace.Length && char.IsWhiteSpace(trace[after]))
                after++;
            if (trace[i] != '\n' && after < trace.Length && char.GetUnicodeCategory(trace[after]) == UnicodeCategory.LowercaseLetter)
                continue;
            AddEnd(ends, trace, trace[i] == '\n' ? i : next);
        }

        AddEnd(ends, trace, trace.Length);
        return ends;
    }

    private static List<int> StepEnds(string trace)
    {
        var inFormula = FormulaMask(trace);
        var ends = new List<int>();
        for (var i = 0; i < trace.Length; i++)
        {
            if (trace[i] == '\n' && !inFormula[i])
                AddEnd(ends, trace, i);
        }

        AddEnd(ends, trace, trace.Length);
        return ends.Count > 1 ? ends : SentenceEnds(trace);
    }

    /// <summary>Adds an end unless nothing but space stands between it and the last one.</summary>
    private static void AddEnd(List<int> ends, string trace, int end)
    {
        var last = ends.Count == 0 ? 0 : ends[^1];
        if (end > last && !trace.AsSpan(last, end - last).IsWhiteSpace())
            ends.Add(end);
    }

    /// <summary>True at each place inside <c>$…$</c>, <c>$$…$$</c>, <c>\(…\)</c>, <c>\[…\]</c>, <c>\begin…\end</c>. An opening that is never closed opens nothing.</summary>
    private static bool[] FormulaMask(string trace)
    {
        var mask = new bool[trace.Length];
        for (var i = 0; i < trace.Length; i++)
        {
            var (open, close) = Opening(trace, i);
            if (open is null)
                continue;
            var end = FindClose(trace, i + open.Length, close);
            if (end < 0)
                continue;
            Array.Fill(mask, true, i, end - i);
            i = end - 1;
        }

        return mask;
    }

    private static (string? Open, string Close) Opening(string trace, int i)
    {
        if (trace[i] == '$')
            return i + 1 < trace.Length && trace[i + 1] == '$' ? ("$$", "$$") : ("$", "$");
        if (trace[i] != '\\' || i + 1 >= trace.Length)
            return (null, "");
        if (trace[i + 1] == '(')
            return (@"\(", @"\)");
        if (trace[i + 1] == '[')
            return (@"\[", @"\]");
        const string begin = @"\begin{";
        if (string.CompareOrdinal(trace, i, begin, 0, begin.Length) != 0 || trace.IndexOf('}', i) is not (>= 0 and var brace))
            return (null, "");
        return (trace[i..(brace + 1)], $@"\end{{{trace[(i + begin.Length)..brace]}}}");
    }

    /// <summary>The place behind the closing delimiter, or −1. An escaped <c>\$</c> closes nothing, and a lone <c>$</c> (money) does not reach over a blank line.</summary>
    private static int FindClose(string trace, int from, string close)
    {
        for (var at = trace.IndexOf(close, from, StringComparison.Ordinal); at >= 0; at = trace.IndexOf(close, at + 1, StringComparison.Ordinal))
        {
            if (close[0] == '$' && trace[at - 1] == '\\')
                continue;
            if (close == "$" && trace.AsSpan(from, at - from).Contains("\n\n", StringComparison.Ordinal))
                return -1;
            return at + close.Length;
        }

        return -1;
    }
}
