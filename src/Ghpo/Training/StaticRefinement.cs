using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>Hints by rule, whatever the policy can do: one ratio in the prompts of the problems chosen, from round 0 on (always-hint; the labelled part of grpo-cl-hint). Hinted groups have no honest reward.</summary>
/// <param name="sampler">Samples the groups.</param>
/// <param name="formatter">Makes the prompts.</param>
/// <param name="hints">Cuts the hints.</param>
/// <param name="ratio">ω.</param>
/// <param name="isHinted">Which problems are hinted.</param>
/// <param name="coldStartSteps">First steps without hints.</param>
internal sealed class StaticRefinement(IGroupSampler sampler, IPromptFormatter formatter, HintMaker hints, double ratio, Func<Problem, bool> isHinted, int coldStartSteps) : IRefinement
{
    public Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation) =>
        SideBySide.RunAsync(visits, visit => SampleAsync(visit, step, cancellation), cancellation);

    private async Task<RefinedGroup?> SampleAsync(Visit visit, int step, CancellationToken cancellation)
    {
        if (formatter.Format(visit.Problem, hint: null) is not { } plain)
            return null;
        var hint = step >= coldStartSteps && isHinted(visit.Problem) ? hints.Make(visit.Problem, ratio) : null;
        var prompt = (hint is null ? null : formatter.Format(visit.Problem, hint)) ?? plain;
        var (group, prefix) = await sampler.SampleAsync(visit, prompt.Hint is null ? 0 : 1, prompt, isLast: true, extends: null, cancellation).ConfigureAwait(false);
        prefix?.Dispose();
        var outcome = group.IsUnscorable ? GuidanceOutcome.Unscorable
            : prompt.Hint is not null ? GuidanceOutcome.Hinted
            : group.CorrectCount == 0 ? GuidanceOutcome.Unguidable : GuidanceOutcome.Solvable;
        return new RefinedGroup(plain, [group], outcome);
    }
}
