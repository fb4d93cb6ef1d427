using Ghpo.Verification.Equivalence;
using Ghpo.Verification.Extraction;

namespace Ghpo.Verification;

/// <summary>
/// Is this answer right? Pure functions of their arguments: no exception leaves them, nothing is remembered between calls, any number of threads may call them,
/// and the work of a call is bounded by <see cref="VerifierOptions.WorkLimit"/>.
/// </summary>
public sealed class MathVerifier
{
    private MathVerifier()
    {
    }

    /// <summary>Extracts the answer of <paramref name="completion"/> and compares it with <paramref name="gold"/>.</summary>
    /// <param name="gold">The right answer: bare, between dollars, boxed, or a worked solution that ends in a box or <c>####</c>.</param>
    /// <param name="completion">What the model wrote.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static Verdict Verify(string? gold, string? completion, VerifierOptions? options = null)
    {
        try
        {
            return VerifyUnguarded(gold, completion, options ?? VerifierOptions.Default);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return Failed();
        }
    }

    /// <summary>The same without the net under it, for tests that look for holes.</summary>
    internal static Verdict VerifyUnguarded(string? gold, string? completion, VerifierOptions options)
    {
        if (string.IsNullOrWhiteSpace(gold)) return new(Outcome.Unscorable, Reason.EmptyGold, "gold", null, null, null);
        completion ??= "";
        // A completion that is one plain number: nothing to search.
        if (completion.Length <= 24 && FastNumber.TryRead(completion, out _) && options.Strategies.Contains(ExtractionStrategy.Whole) && !options.RequireReasoningEnd)
            return Comparison.Compare(gold, completion, new(0, completion.Length), options, mayNarrow: false);
        var found = AnswerExtractor.Find(completion, options);
        if (found.Found != Found.Answer && !Comparison.CanRead(gold, options)) return new(Outcome.Unscorable, Reason.UnreadableGold, "gold", null, null, null);
        return found.Found switch
        {
            Found.Answer => Comparison.Compare(gold, found.Joined ?? completion, found.Joined is null ? found.Span : new(0, found.Joined.Length), options, mayNarrow: found.Strategy != ExtractionStrategy.Boxed) with { AnswerSpan = found.Span },
            Found.Nothing when AnswerExtractor.Words(completion, options) is { } words && Comparison.CompareWords(gold, completion, words) is { } verdict => verdict,
            Found.Empty => new(Outcome.Incorrect, Reason.EmptyAnswer, "extraction", null, null, found.Span),
            Found.Truncated => new(Outcome.Incorrect, Reason.TruncatedAnswer, "extraction", null, null, found.Span),
            _ => new(Outcome.Incorrect, Reason.NoAnswer, "extraction", null, null, null),
        };
    }

    /// <summary>Compares an answer that is already extracted with the gold; nothing is searched for in it.</summary>
    /// <param name="gold">The right answer.</param>
    /// <param name="answer">The answer alone.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static Verdict Compare(string? gold, string? answer, VerifierOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(gold)) return new(Outcome.Unscorable, Reason.EmptyGold, "gold", null, null, null);
        if (string.IsNullOrWhiteSpace(answer)) return new(Outcome.Incorrect, Reason.EmptyAnswer, "extraction", null, null, null);
        try
        {
            return Comparison.Compare(gold, answer, new(0, answer.Length), options ?? VerifierOptions.Default, mayNarrow: false);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return Failed();
        }
    }

    /// <summary>Whether <paramref name="answer"/>, an expression and not a whole completion, means the same as <paramref name="gold"/>.</summary>
    /// <param name="gold">The right answer.</param>
    /// <param name="answer">The answer alone.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static bool Equivalent(string? gold, string? answer, VerifierOptions? options = null) => Compare(gold, answer, options).IsCorrect;

    /// <summary>Whether a gold answer can be read, so that pairs with it are scorable.</summary>
    /// <param name="gold">The gold answer.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static bool CanRead(string? gold, VerifierOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(gold)) return false;
        try
        {
            return Comparison.CanRead(gold, options ?? VerifierOptions.Default);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>Correct when the completion agrees with any of several golds; else the verdict on the first that can be read.</summary>
    /// <param name="golds">The answers that are right.</param>
    /// <param name="completion">What the model wrote.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static Verdict VerifyAny(IEnumerable<string> golds, string? completion, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(golds);
        Verdict? best = null;
        foreach (var gold in golds)
        {
            var verdict = Verify(gold, completion, options);
            if (verdict.IsCorrect) return verdict;
            if (best is null || best.Outcome == Outcome.Unscorable) best = verdict;
        }
        return best ?? new(Outcome.Unscorable, Reason.EmptyGold, "gold", null, null, null);
    }

    /// <summary>Verifies a batch on all cores; the verdicts stand in the order of the pairs.</summary>
    /// <param name="pairs">Gold and completion.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static Verdict[] VerifyBatch(IReadOnlyList<(string Gold, string Completion)> pairs, VerifierOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        var verdicts = new Verdict[pairs.Count];
        Parallel.For(0, verdicts.Length, i => verdicts[i] = Verify(pairs[i].Gold, pairs[i].Completion, options));
        return verdicts;
    }

    /// <summary>A fault of the verifier itself: never a reward. The tests fuzz <see cref="VerifyUnguarded"/> to find none.</summary>
    private static Verdict Failed() => new(Outcome.Incorrect, Reason.UnreadableAnswer, "fault", null, null, null);
}
