using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Extraction;

/// <summary>The weakest strategy: the last formula or plain number of a text, whichever stands later.</summary>
internal static class LastExpression
{
    public static Candidate Find(string text, int low, int high)
    {
        var hasFormula = MathSpans.TryLast(text, low, high, out var mark, out var start, out var end, out var behind);
        var from = hasFormula ? behind : low;
        if (TryLastNumber(text, from, high, out var numberStart, out var numberEnd) && !IsListNumber(text, numberStart, numberEnd, from))
            return IsQuestion(text, low, high, numberStart, numberEnd) ? default : new(Found.Answer, ExtractionStrategy.LastExpression, numberStart, numberStart, numberEnd);
        if (!hasFormula) return default;
        if (IsQuestion(text, low, high, mark, behind)) return default;

        var (firstMark, single) = WithNeighbours(text, low, mark);
        var tail = UnitBehind(text, behind, high);
        if (single && tail == behind) return new Candidate(Found.Answer, ExtractionStrategy.LastExpression, mark, start, end).Trimmed(text);
        return new Candidate(Found.Answer, ExtractionStrategy.LastExpression, firstMark, firstMark, tail).Trimmed(text);
    }

    /// <summary>"$x = 1$ or $x = 2$" is one expression.</summary>
    private static (int Mark, bool Single) WithNeighbours(string text, int low, int mark)
    {
        var single = true;
        for (var count = 0; count < 16; count++)
        {
            var i = mark;
            var joined = false;
            while (i > low)
            {
                var c = text[i - 1];
                if (char.IsWhiteSpace(c))
                {
                    i--;
                }
                else if (c is ',' or ';')
                {
                    joined = true;
                    i--;
                }
                else if (EndsWithWord(text, low, i, "and") || EndsWithWord(text, low, i, "or"))
                {
                    joined = true;
                    i -= EndsWithWord(text, low, i, "and") ? 3 : 2;
                }
                else
                {
                    break;
                }
            }
            if (!joined || i <= low || (text[i - 1] != '$' && !(text[i - 1] is ')' && i - 2 >= low && text[i - 2] == '\\'))) break;
            if (!MathSpans.TryLast(text, low, i, out var before, out _, out _, out var behind) || behind != i) break;
            mark = before;
            single = false;
        }
        return (mark, single);
    }

    private static bool EndsWithWord(string text, int low, int end, string word)
    {
        var start = end - word.Length;
        return start > low && text.AsSpan(start, word.Length).SequenceEqual(word) && !char.IsLetter(text[start - 1]);
    }

    private static int UnitBehind(string text, int behind, int high)
    {
        var i = behind;
        while (i < high && text[i] is ' ' or '\\') i++;
        if (i < high && text[i] is '%' or '°') return i + 1;
        foreach (var word in (ReadOnlySpan<string>)["percent", "pct", "degrees"])
        {
            if (i + word.Length <= high && text.AsSpan(i, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)) return i + word.Length;
        }
        return behind;
    }

    /// <summary>The last number outside of formulas: sign, currency, thousands, fraction, exponent, percent and a unit's square.</summary>
    public static bool TryLastNumber(string text, int low, int high, out int start, out int end)
    {
        start = end = -1;
        for (var i = high - 1; i >= low; i--)
        {
            if (!char.IsAsciiDigit(text[i])) continue;
            // A digit in a word (x1, H2O, step_3) is no number, and neither is a line's own number.
            var first = i;
            while (first > low && IsInner(text, low, first - 1)) first--;
            if (first > low && (char.IsLetter(text[first - 1]) || text[first - 1] is '_' or '^'))
            {
                i = first;
                while (i > low && (char.IsLetterOrDigit(text[i - 1]) || text[i - 1] is '_' or '^')) i--;
                continue;
            }
            if (Claims.IsNumbered(text.AsSpan(low, first - low)))
            {
                i = first;
                continue;
            }
            if (first > low && text[first - 1] is '.' && (first - 1 == low || !char.IsDigit(text[first - 2]))) first--;
            start = first;
            // sqrt(2) and 2*sqrt(3)
            if (start - low >= 5 && text.AsSpan(start - 5, 5).SequenceEqual("sqrt(") && i + 1 < high && text[i + 1] == ')')
            {
                start -= 5;
                if (start > low && text[start - 1] == '*') start--;
                while (start > low && char.IsAsciiDigit(text[start - 1])) start--;
                i++;
            }
            // √2 and 2√3
            if (start > low && text[start - 1] == '√')
            {
                start--;
                while (start > low && char.IsAsciiDigit(text[start - 1])) start--;
            }
            if (start > low && text[start - 1] is '$' or '€' or '£' or '¥' or '₹') start--;
            if (start > low && text[start - 1] is '-' or '−' or '+' && (start - 1 == low || !char.IsLetterOrDigit(text[start - 2]))) start--;
            end = i + 1;
            if (end < high && text[end] == 'π') end++;
            var unit = end;
            while (unit < high && text[unit] is ' ' or '\\') unit++;
            if (unit < high && text[unit] is '%' or '°') end = unit + 1;
            else end = PlainUnits.EndIn(text, end, high);
            return true;
        }
        return false;
    }

    /// <summary>Digits, and the separators that stand between two digits.</summary>
    private static bool IsInner(string text, int low, int i)
    {
        var c = text[i];
        if (char.IsAsciiDigit(c)) return true;
        if (i <= low || i + 1 >= text.Length) return false;
        if (c is '.' or ',' or '/' or ':') return char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1]);
        if (c is 'e' or 'E') return char.IsAsciiDigit(text[i - 1]) && (char.IsAsciiDigit(text[i + 1]) || text[i + 1] is '-' or '+');
        if (c is '-' or '+') return text[i - 1] is 'e' or 'E' && i - 2 >= low && char.IsAsciiDigit(text[i - 2]);
        // "1 000" : a group of exactly three digits behind a space.
        return c is ' ' or '\u00a0' or '\u202f' && char.IsAsciiDigit(text[i - 1]) && i + 3 < text.Length
            && char.IsAsciiDigit(text[i + 1]) && char.IsAsciiDigit(text[i + 2]) && char.IsAsciiDigit(text[i + 3]) && (i + 4 >= text.Length || !char.IsAsciiDigit(text[i + 4]));
    }

    /// <summary>"3." alone at the beginning of a line numbers that line.</summary>
    private static bool IsListNumber(string text, int start, int end, int low)
    {
        if (start > 0 && start > low && text[start - 1] != '\n') return false;
        return end + 1 < text.Length && text[end] is '.' or ')' && char.IsWhiteSpace(text[end + 1]) && start > 0;
    }

    /// <summary>A number in a question, or in the order to find something, is the problem repeated and no answer.</summary>
    private static bool IsQuestion(string text, int low, int high, int start, int end)
    {
        var stop = SentenceScanner.End(text, end, high);
        if (stop < high && text[stop] is '?' or '？') return true;
        // "It is not 42" denies, "more than 42" only bounds, and "the gold answer is 42" speaks of another's.
        var sentence = SentenceScanner.Start(text, low, start);
        if (Claims.Withheld(text.AsSpan(low, start - low)) || Claims.OfOthers(text.AsSpan(sentence, start - sentence))) return true;
        var first = SentenceScanner.Start(text, low, start);
        while (first < start && (char.IsWhiteSpace(text[first]) || text[first] is '*')) first++;
        foreach (var order in (ReadOnlySpan<string>)["Find ", "Compute ", "Determine ", "Calculate ", "Evaluate ", "What ", "How many ", "How much ", "Solve ", "Express ", "Simplify ", "Prove ", "Show that ", "Factor ", "Enter ", "Give your answer", "Write your answer", "Use the notation"])
        {
            if (text.AsSpan(first).StartsWith(order, StringComparison.Ordinal)) return true;
        }
        return false;
    }
}
