using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>
/// GHPO (arXiv 2507.10628; spec section 3): difficulty detection and adaptive prompt refinement. A group that the policy fails unaided is sampled again, whole, under the beginning of its
/// known solution, a longer one at each stage, until it is no longer difficult; it is then trained under exactly the prompt that it was sampled from.
/// Groups run side by side and share the engine; each goes on as soon as its own verdicts are in, and no result depends on that order.
/// </summary>
internal sealed class AdaptiveRefinement(GroupSampler sampler, IPromptFormatter formatter, HintMaker hints, DifficultyDetector detector, GuidanceOptions options) : IRefinement
{
    public async Task<RefinedGroup?> RefineAsync(Visit visit, int step, CancellationToken cancellation)
    {
        if (formatter.Format(visit.Problem, hint: null) is not { } plain)
            return null;

        var (unguided, prefix) = await sampler.SampleAsync(visit, 0, plain, extends: null, cancellation).ConfigureAwait(false); // round 0: the honest reward
        using var kept = prefix;
        List<ScoredGroup> attempts = [unguided];
        if (unguided.IsUnscorable)
            return new RefinedGroup(attempts, GuidanceOutcome.Unscorable);
        if (!detector.IsDifficult(unguided))
            return new RefinedGroup(attempts, GuidanceOutcome.Solvable);
        if (step < options.ColdStartSteps)
            return new RefinedGroup(attempts, GuidanceOutcome.ColdStart);

        for (var stage = 1; stage <= options.HintRatios.Count; stage++)
        {
            if (Refine(visit.Problem, options.HintRatios[stage - 1], attempts[^1].Group.Prompt) is not { } guided)
                continue;
            var (group, own) = await sampler.SampleAsync(visit, stage, guided, extends: prefix, cancellation).ConfigureAwait(false);
            own?.Dispose();
            attempts.Add(group);
            if (!detector.IsDifficult(group))
                return new RefinedGroup(attempts, GuidanceOutcome.Rescued);
        }

        return new RefinedGroup(attempts, attempts.Count == 1 ? GuidanceOutcome.Unguidable : GuidanceOutcome.Exhausted);
    }

    /// <summary>q ⊕ hint(h, ω), or null where there is nothing to show, nothing new to show, or no room for it.</summary>
    private Prompt? Refine(Problem problem, double ratio, Prompt last) =>
        hints.Make(problem, ratio) is { } hint && hint.Text != last.Hint?.Text ? formatter.Format(problem, hint) : null;
}
