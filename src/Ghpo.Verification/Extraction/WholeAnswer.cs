namespace Ghpo.Verification.Extraction;

/// <summary>A completion that is nothing but an answer.</summary>
internal static class WholeAnswer
{
    private const int Longest = 400;

    public static Candidate Find(string text, int low, int high)
    {
        var span = text.AsSpan(low, high - low);
        if (span.Length > Longest || ProseWords(span) > 2) return default;
        // "Answer $ 9 $": words in front of a formula introduce it.
        var formula = span.IndexOf('$');
        if (span.IndexOf("\\(") is var round and >= 0 && (formula < 0 || round < formula)) formula = round;
        if (span.IndexOf("\\[") is var square and >= 0 && (formula < 0 || square < formula)) formula = square;
        if (formula > 0 && ProseWords(span[..formula]) > 0) return default;
        if (BeginsInProse(span)) return default;
        return new(Found.Answer, ExtractionStrategy.Whole, low, low, high);
    }

    /// <summary>"We get [9]": two words, or a long one, before the first digit.</summary>
    private static bool BeginsInProse(ReadOnlySpan<char> span)
    {
        var digit = span.IndexOfAnyInRange('0', '9');
        if (digit <= 0 || !char.IsAsciiLetter(span[0])) return false;
        var end = 0;
        while (end < span.Length && char.IsAsciiLetter(span[end])) end++;
        if (end < 2 || end >= span.Length || span[end] is not (' ' or ':') || span[..end] is "sqrt" or "frac" or "log") return false;
        if (span[..end].Equals("option", StringComparison.OrdinalIgnoreCase)) return false;
        return end >= 4 || ProseWords(span[..digit]) >= 2;
    }

    /// <summary>How many words stand outside of commands, <c>\text{…}</c> and formulas; "and" and "or" do not count.</summary>
    internal static int ProseWords(ReadOnlySpan<char> text)
    {
        var words = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
            {
                var start = ++i;
                while (i < text.Length && char.IsAsciiLetter(text[i])) i++;
                if (text[start..Math.Min(i, text.Length)] is "text" or "mbox" or "mathrm" or "textbf" or "operatorname" or "begin" or "end" && i < text.Length && text[i] == '{')
                {
                    var close = text[i..].IndexOf('}');
                    if (close > 0) i += close;
                }
                i--;
                if (i < start) i = start;
                continue;
            }
            if (!char.IsLetter(c)) continue;
            var first = i;
            while (i + 1 < text.Length && (char.IsLetter(text[i + 1]) || text[i + 1] == '\'')) i++;
            var word = text[first..(i + 1)];
            if (word.Length >= 2 && word is not ("and" or "or" or "sqrt" or "pi" or "sin" or "cos" or "tan" or "log" or "ln" or "exp" or "inf" or "frac")) words++;
        }
        return words;
    }
}
