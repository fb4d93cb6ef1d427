using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Guidance;

/// <summary>Finds where a trace first states its final answer, so that no hint gives it away: a box, <c>####</c>, <c>&lt;answer&gt;</c> or "the answer is" with a value equal to the gold. Bare mentions of the number are no statement.</summary>
internal static class LeakGuard
{
    /// <summary>The place at which the first statement of the gold answer begins; the trace's length when there is none.</summary>
    public static int FirstStatement(Problem problem, string trace, IVerifier verifier)
    {
        var first = trace.Length;
        foreach (var (start, expression) in Statements(trace))
        {
            if (start < first && verifier.Accepts(problem, $@"\boxed{{{expression}}}"))
                first = start;
        }

        return first;
    }

    private static IEnumerable<(int Start, string Expression)> Statements(string trace)
    {
        foreach (var box in new[] { @"\boxed", @"\fbox" })
        {
            foreach (var start in Occurrences(trace, box))
            {
                if (Braced(trace, start + box.Length) is { } inside)
                    yield return (start, inside);
            }
        }

        foreach (var start in Occurrences(trace, "####"))
        {
            var rest = Until(trace, start + 4, '\n');
            yield return (start, rest);
            yield return (start, Until(rest, 0, ' ')); // "#### 18 dollars"
        }

        foreach (var start in Occurrences(trace, "<answer>"))
            yield return (start, Until(trace, start + 8, '<'));
        foreach (var start in Occurrences(trace, "the answer is"))
        {
            var rest = Until(trace, start + 13, '\n').Trim().TrimStart(':').Trim();
            yield return (start, rest.TrimEnd('.', '!', ' '));
            var sentence = rest.IndexOf(". ", StringComparison.Ordinal);
            if (sentence > 0)
                yield return (start, rest[..sentence]);
        }
    }

    private static IEnumerable<int> Occurrences(string text, string what)
    {
        for (var at = text.IndexOf(what, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(what, at + 1, StringComparison.OrdinalIgnoreCase))
            yield return at;
    }

    private static string Until(string text, int from, char end) => text.IndexOf(end, from) is >= 0 and var at ? text[from..at].Trim() : text[from..].Trim();

    private static string? Braced(string text, int from)
    {
        while (from < text.Length && text[from] == ' ')
            from++;
        if (from >= text.Length || text[from] != '{')
            return from < text.Length ? text[from].ToString() : null; // \boxed5
        var depth = 0;
        for (var i = from; i < text.Length; i++)
        {
            depth += text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth == 0)
                return text[(from + 1)..i];
        }

        return null;
    }
}
