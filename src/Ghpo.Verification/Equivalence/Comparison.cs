using Ghpo.Verification.Extraction;

namespace Ghpo.Verification.Equivalence;

/// <summary>Compares one answer with the gold: the fast path for plain numbers first, then choices and words, then mathematics.</summary>
internal static class Comparison
{
    public static bool CanRead(string gold, VerifierOptions options)
    {
        var (text, start, end) = GoldSpan(gold);
        var span = text.AsSpan(start, end - start);
        if (FastNumber.TryRead(span, out _)) return true;
        try
        {
            return Choices.Letter(span, out _) != '\0' || PlainText.IsWordy(span) || Reading.Read(text, start, end, new(options.WorkLimit)) is not null;
        }
        catch (WorkLimitException)
        {
            return false;
        }
    }

    public static Verdict Compare(string gold, string text, TextSpan span, VerifierOptions options, bool mayNarrow)
    {
        var (goldText, start, end) = GoldSpan(gold);
        var right = goldText.AsSpan(start, end - start);
        var answer = text.AsSpan(span.Start, span.Length);
        if (FastNumber.TryRead(right, out var a) && FastNumber.TryRead(answer, out var b))
        {
            if (a.SameValue(b))
            {
                var same = a.IsCanonical && right.Length == gold.Length ? gold : a.ToString();
                return new(Outcome.Correct, Reason.Equal, "number", same, same, span);
            }
            if (a.Decimals == 0 && b.Decimals == 0 && options.AbsoluteTolerance <= 0)
                return new(Outcome.Incorrect, Reason.Different, "number", a.IsCanonical && right.Length == gold.Length ? gold : a.ToString(), b.ToString(), span);
        }
        return new Session(options).Compare(goldText, start, end, text, span, mayNarrow);
    }

    /// <summary>Correct when a whole short completion is the gold in words; null when it is not.</summary>
    public static Verdict? CompareWords(string gold, string text, TextSpan span)
    {
        var (goldText, start, end) = GoldSpan(gold);
        var right = goldText.AsSpan(start, end - start);
        if (!PlainText.IsWordy(right) || !PlainText.IsWordy(text.AsSpan(span.Start, span.Length))) return null;
        var (x, y) = (WordForm.Of(right), WordForm.Of(text.AsSpan(span.Start, span.Length)));
        return x.Length > 0 && x == y ? new(Outcome.Correct, Reason.Equal, "words", x, y, span) : null;
    }

    /// <summary>The answer within a gold text: boxed, behind ####, bare, or announced in a solution.</summary>
    private static (string Text, int Start, int End) GoldSpan(string gold)
    {
        int start = 0, end = gold.Length;
        while (start < end && char.IsWhiteSpace(gold[start])) start++;
        while (end > start && char.IsWhiteSpace(gold[end - 1])) end--;
        if (end - start <= 24 && !gold.Contains('\\') && !gold.Contains('#')) return (gold, start, end);
        var found = AnswerExtractor.FindInGold(gold, start, end);
        return found.Found != Found.Answer ? (gold, start, end) : found.Joined is { } joined ? (joined, 0, joined.Length) : (gold, found.Start, found.End);
    }
}
