using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Guidance;

/// <summary>What guidance made of a group.</summary>
public enum GuidanceOutcome
{
    /// <summary>The policy solves it unaided: plain on-policy learning.</summary>
    Solvable,

    /// <summary>A hint made it solvable; it is trained under that hint.</summary>
    Rescued,

    /// <summary>Difficult even under the longest hint.</summary>
    Exhausted,

    /// <summary>Difficult, but it has no trace or no hint that fits: an ordinary GRPO group.</summary>
    Unguidable,

    /// <summary>Difficult while guidance is still off: an ordinary GRPO group.</summary>
    ColdStart,

    /// <summary>The verifier cannot read its gold answer: no part in detection or loss.</summary>
    Unscorable,

    /// <summary>Guided although nothing found it difficult: by rule (always, labelled) or by lot (random).</summary>
    Hinted,

    /// <summary>Difficult, but the lot fell on others (random, or effective_target): an ordinary GRPO group.</summary>
    NotChosen,
}

/// <summary>All that was sampled for one problem in one step, in order, and what came of it.</summary>
/// <param name="Plain">q, the prompt without a hint, whether or not anything was sampled from it.</param>
/// <param name="Attempts">The groups by stage.</param>
/// <param name="Outcome">What guidance made of it.</param>
public sealed record RefinedGroup(Prompt Plain, IReadOnlyList<ScoredGroup> Attempts, GuidanceOutcome Outcome)
{
    /// <summary>What was sampled first: round 0, unless that was skipped or hinted.</summary>
    public ScoredGroup First => Attempts[0];

    /// <summary>Round 0, sampled with no hint, whose rewards are the honest ones; null where the first sampling had a hint.</summary>
    public ScoredGroup? Unguided => First.Group.Prompt.Hint is null ? First : null;

    /// <summary>The last group sampled: the one to train on.</summary>
    public ScoredGroup Final => Attempts[^1];

    /// <summary>The problem's turn.</summary>
    public Problems.Visit Visit => First.Group.Visit;

    /// <summary>The prompt of <see cref="Final"/>.</summary>
    public Prompt Prompt => Final.Group.Prompt;

    /// <summary>All tokens sampled for it.</summary>
    public int SampledTokens => Attempts.Sum(a => a.Group.TokenCount);
}
