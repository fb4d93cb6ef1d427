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
        return new(Found.Answer, ExtractionStrategy.Whole, low, low, high);
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
