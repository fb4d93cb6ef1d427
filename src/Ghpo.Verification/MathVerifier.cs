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
        options ??= VerifierOptions.Default;
        if (string.IsNullOrWhiteSpace(gold)) return new(Outcome.Unscorable, Reason.EmptyGold, "gold", null, null, null);
        completion ??= "";
        var found = AnswerExtractor.Find(completion, options);
        if (found.Found != Found.Answer && !Comparison.CanRead(gold, options)) return new(Outcome.Unscorable, Reason.UnreadableGold, "gold", null, null, null);
        return found.Found switch
        {
            Found.Answer => Comparison.Compare(gold, found.Joined ?? completion, found.Joined is null ? found.Span : new(0, found.Joined.Length), options, mayNarrow: found.Strategy != ExtractionStrategy.Boxed) with { AnswerSpan = found.Span },
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
        return Comparison.Compare(gold, answer, new(0, answer.Length), options ?? VerifierOptions.Default, mayNarrow: false);
    }

    /// <summary>Whether <paramref name="answer"/>, an expression and not a whole completion, means the same as <paramref name="gold"/>.</summary>
    /// <param name="gold">The right answer.</param>
    /// <param name="answer">The answer alone.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static bool Equivalent(string? gold, string? answer, VerifierOptions? options = null) => Compare(gold, answer, options).IsCorrect;

    /// <summary>Whether a gold answer can be read, so that pairs with it are scorable.</summary>
    /// <param name="gold">The gold answer.</param>
    /// <param name="options">The open choices; null for the defaults.</param>
    public static bool CanRead(string? gold, VerifierOptions? options = null) => !string.IsNullOrWhiteSpace(gold) && Comparison.CanRead(gold, options ?? VerifierOptions.Default);
}
