using Ghpo.Verification;

namespace Ghpo.Cli;

/// <summary>A sentence for each reason.</summary>
internal static class Explanations
{
    public static string Of(Reason reason) => reason switch
    {
        Reason.Equal => "both mean the same",
        Reason.EqualAfterRounding => "the answer is the gold, rounded to its own digits",
        Reason.Different => "both were read and differ",
        Reason.DifferentKind => "both were read and cannot be compared",
        Reason.SeveralAnswers => "several alternatives were offered for one answer",
        Reason.Vacuous => "the answer says nothing",
        Reason.NoAnswer => "no answer was found",
        Reason.EmptyAnswer => "the answer is empty",
        Reason.TruncatedAnswer => "the answer was cut off",
        Reason.UnreadableAnswer => "the answer could not be read",
        Reason.WorkLimit => "the answer takes more work than the limit",
        Reason.EmptyGold => "the gold answer is empty",
        Reason.UnreadableGold => "the gold answer could not be read",
        Reason.GoldWorkLimit => "the gold answer takes more work than the limit",
        _ => reason.ToString(),
    };
}
