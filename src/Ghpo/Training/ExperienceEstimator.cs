using Ghpo.Guidance;
using Ghpo.Optimization;

namespace Ghpo.Training;

/// <summary>
/// Turns groups into experience: who takes part, with which advantages, trained under which prompt. That is the prompt that was sampled from, but for two named objectives:
/// hint-dropped, which trains hinted completions under q with weights, and reference_compat, which resets prompts as the public code does.
/// </summary>
/// <param name="scale">What centred rewards are divided by.</param>
/// <param name="guidance">What becomes of exhausted groups; the compatibility with the reference.</param>
/// <param name="dropsHints">Train hinted completions under the plain prompt, with weights.</param>
internal sealed class ExperienceEstimator(RewardScale scale, GuidanceOptions guidance, bool dropsHints = false)
{
    /// <summary>The experience of a step's groups, in canonical order.</summary>
    /// <param name="groups">All groups of the step.</param>
    /// <param name="select">Which of those that take part to keep; null: all.</param>
    public List<Experience> Estimate(IReadOnlyList<RefinedGroup> groups, Func<IEnumerable<RefinedGroup>, IEnumerable<RefinedGroup>>? select = null)
    {
        var reset = guidance.ReferenceCompat ? ResetByReference(groups) : [];
        var taking = groups.Where(TakesPart);
        RefinedGroup[] trained = [.. select is null ? taking : select(taking)];
        var advantages = Advantages.Compute([.. trained.Select(g => g.Final.Scores.Select(s => s.Reward).ToArray())], scale);
        return [.. trained.Zip(advantages, (group, a) =>
        {
            var (prompt, substitution) = dropsHints && group.Prompt.Hint is not null ? (group.Plain, PromptSubstitution.HintDropped)
                : reset.Contains(group) ? (group.Plain, PromptSubstitution.ReferenceCompat)
                : (group.Prompt, PromptSubstitution.None);
            return new Experience(prompt, group.Final.Group.Completions, a, substitution) { Missing = group.Final.Missing };
        })];
    }

    /// <summary>Unscorable groups and dropped exhausted ones count nowhere, not even in denominators. The reference takes unreadable golds for solved: those groups train on the format reward alone.</summary>
    private bool TakesPart(RefinedGroup group) => group.Outcome switch
    {
        GuidanceOutcome.Unscorable => guidance.ReferenceCompat,
        GuidanceOutcome.Exhausted => guidance.Exhausted == ExhaustedPolicy.Keep,
        _ => true,
    };

    /// <summary>The rescued groups whose prompt the public code resets to the plain one: those that share a rank with a group that needed a later round.</summary>
    private HashSet<RefinedGroup> ResetByReference(IReadOnlyList<RefinedGroup> groups)
    {
        var reset = new HashSet<RefinedGroup>(ReferenceEqualityComparer.Instance);
        foreach (var rank in groups.Chunk(guidance.CompatGroupsPerRank ?? int.MaxValue))
        {
            var lastRound = rank.Max(g => g.Final.Group.Stage);
            reset.UnionWith(rank.Where(g => g.Outcome == GuidanceOutcome.Rescued && g.Final.Group.Stage < lastRound));
        }

        return reset;
    }
}
