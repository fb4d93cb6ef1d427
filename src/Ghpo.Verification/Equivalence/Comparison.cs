namespace Ghpo.Verification.Equivalence;

/// <summary>Compares one answer with the gold: the fast path for plain numbers first, then mathematics, then words.</summary>
internal static class Comparison
{
    public static bool CanRead(string gold, VerifierOptions options) => WordForm.Of(GoldText(gold)).Length > 0;

    public static Verdict Compare(string gold, string text, TextSpan span, VerifierOptions options)
    {
        var answer = text.AsSpan(span.Start, span.Length);
        var right = GoldText(gold);
        if (FastNumber.TryRead(right, out var a) && FastNumber.TryRead(answer, out var b))
        {
            var normalGold = a.IsCanonical && right.Length == gold.Length ? gold : a.ToString();
            return a.SameValue(b)
                ? new(Outcome.Correct, Reason.Equal, "number", normalGold, normalGold, span)
                : new(Outcome.Incorrect, Reason.Different, "number", normalGold, b.ToString(), span);
        }
        var (x, y) = (WordForm.Of(right), WordForm.Of(answer));
        if (x.Length == 0) return new(Outcome.Unscorable, Reason.UnreadableGold, "gold", null, null, span);
        return x == y
            ? new(Outcome.Correct, Reason.Equal, "words", x, y, span)
            : new(Outcome.Incorrect, y.Length == 0 ? Reason.UnreadableAnswer : Reason.Different, "words", x, y, span);
    }

    private static ReadOnlySpan<char> GoldText(string gold) => gold.AsSpan().Trim();
}
