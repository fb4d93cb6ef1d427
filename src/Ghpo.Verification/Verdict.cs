namespace Ghpo.Verification;

/// <summary>The three things that a verifier can say. Only the gold answer can make a pair <see cref="Unscorable"/>.</summary>
public enum Outcome
{
    /// <summary>The completion's answer means the same as the gold answer.</summary>
    Correct,

    /// <summary>It does not, or the completion has no readable answer.</summary>
    Incorrect,

    /// <summary>The gold answer cannot be read, so nothing can be said about any completion.</summary>
    Unscorable,
}

/// <summary>Why a verdict is what it is: a closed list, for counting.</summary>
public enum Reason
{
    /// <summary>Correct: both sides have one meaning.</summary>
    Equal,

    /// <summary>Correct, and only because <see cref="VerifierOptions.AcceptRounded"/> is on: the answer is the gold rounded to the digits that it gives.</summary>
    EqualAfterRounding,

    /// <summary>Incorrect: both sides were read and mean different things of the same kind.</summary>
    Different,

    /// <summary>Incorrect: both sides were read and are not comparable, such as an interval and a number.</summary>
    DifferentKind,

    /// <summary>Incorrect: the completion offers several alternatives where the gold is one thing.</summary>
    SeveralAnswers,

    /// <summary>Incorrect: the answer says nothing, such as <c>x = x</c>, ℝ, or a free variable for a number.</summary>
    Vacuous,

    /// <summary>Incorrect: no part of the completion could be taken for an answer.</summary>
    NoAnswer,

    /// <summary>Incorrect: the deciding box or tag is empty.</summary>
    EmptyAnswer,

    /// <summary>Incorrect: the deciding box or tag is never closed; the completion was cut off in the middle of its answer.</summary>
    TruncatedAnswer,

    /// <summary>Incorrect: an answer was found but neither its mathematics nor its words could be read.</summary>
    UnreadableAnswer,

    /// <summary>Incorrect: reading or comparing the answer would take more than the work limit.</summary>
    WorkLimit,

    /// <summary>Unscorable: there is no gold answer, or it is blank.</summary>
    EmptyGold,

    /// <summary>Unscorable: the gold answer is neither mathematics nor words.</summary>
    UnreadableGold,

    /// <summary>Unscorable: reading the gold answer alone takes more than the work limit.</summary>
    GoldWorkLimit,
}

/// <summary>A part of a text: <paramref name="Length"/> UTF-16 units from <paramref name="Start"/>.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="Length">How many units.</param>
public readonly record struct TextSpan(int Start, int Length);

/// <summary>What the verifier decided, and how, so that a user can agree or object.</summary>
/// <param name="Outcome">Correct, incorrect or unscorable.</param>
/// <param name="Reason">Why, from a closed list.</param>
/// <param name="Rule">The rule that decided, in a few words, such as <c>number</c> or <c>set without order</c>.</param>
/// <param name="NormalGold">The gold answer in normal form; null when it could not be read.</param>
/// <param name="NormalAnswer">The completion's answer in normal form; null when there was none.</param>
/// <param name="AnswerSpan">Where the answer stands in the completion; null when there was none.</param>
public sealed record Verdict(Outcome Outcome, Reason Reason, string Rule, string? NormalGold, string? NormalAnswer, TextSpan? AnswerSpan)
{
    /// <summary>True for <see cref="Outcome.Correct"/> only.</summary>
    public bool IsCorrect => Outcome == Outcome.Correct;

    /// <summary>How many units of work the verdict took: the same on every machine (see <see cref="VerifierOptions.WorkLimit"/>).</summary>
    public long Work { get; init; }
}
