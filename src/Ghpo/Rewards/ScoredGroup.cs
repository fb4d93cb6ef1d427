using Ghpo.Rollouts;
using Ghpo.Verification;

namespace Ghpo.Rewards;

/// <summary>A completion with its verdict and reward.</summary>
/// <param name="Completion">What was scored.</param>
/// <param name="Verdict">What the verifier says.</param>
/// <param name="Reward">Σ weight · component over the components given; NaN when none was.</param>
/// <param name="Components">The reward of each function, unweighted, in the order of the recipe; null where one gave none.</param>
public sealed record ScoredCompletion(Completion Completion, Verdict Verdict, double Reward, IReadOnlyList<double?> Components)
{
    /// <summary>Whether the verifier says that the answer is right; never the format reward.</summary>
    public bool IsCorrect => Verdict.Outcome == Outcome.Correct;
}

/// <summary>A group with the verdicts and rewards of its completions.</summary>
/// <param name="Group">The group.</param>
/// <param name="Scores">A score for each completion, in the group's order.</param>
public sealed record ScoredGroup(Group Group, IReadOnlyList<ScoredCompletion> Scores)
{
    /// <summary>The size of the first part, after which it was decided whether to sample the rest (probing); null: sampled whole.</summary>
    public int? ProbeSize { get; init; }

    /// <summary>Completions of the group that were never sampled, because the first part decided (probing).</summary>
    public int Missing { get; init; }

    /// <summary>The completions on which no decision to go on depended: the first part, or all. Means over them are unbiased.</summary>
    public IEnumerable<ScoredCompletion> FirstPart => ProbeSize is { } size ? Scores.Take(size) : Scores;

    /// <summary>How many completions are correct.</summary>
    public int CorrectCount => Scores.Count(s => s.IsCorrect);

    /// <summary>The verifier cannot read the gold answer: the group takes no part in detection or in the loss.</summary>
    public bool IsUnscorable => Scores.Any(s => s.Verdict.Outcome == Outcome.Unscorable);

    /// <summary>Mean reward of the completions that have one.</summary>
    public double MeanReward => Scores.Where(s => !double.IsNaN(s.Reward)).Select(s => s.Reward).DefaultIfEmpty(double.NaN).Average();

    /// <summary>Max = min exactly: every advantage is 0. (A tiny floating-point deviation is not a signal, so no standard deviation is asked.)</summary>
    public bool IsConstant
    {
        get
        {
            var rewards = Scores.Where(s => !double.IsNaN(s.Reward)).Select(s => s.Reward).ToArray();
            return rewards.Length == 0 || rewards.Max() == rewards.Min();
        }
    }
}
