using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>How the group of one problem comes about: the component in which GRPO and GHPO differ.</summary>
internal interface IRefinement
{
    /// <summary>Samples and scores the group of one problem, with more attempts under better prompts where the method has any. Null: the plain prompt is too long, the row is dropped.</summary>
    /// <param name="visit">The problem's turn.</param>
    /// <param name="step">The step of the phase, from 0.</param>
    /// <param name="cancellation">Stops the sampling.</param>
    Task<RefinedGroup?> RefineAsync(Visit visit, int step, CancellationToken cancellation);
}

/// <summary>GRPO: one group, no hint, whatever comes of it.</summary>
internal sealed class NoRefinement(GroupSampler sampler, IPromptFormatter formatter) : IRefinement
{
    public async Task<RefinedGroup?> RefineAsync(Visit visit, int step, CancellationToken cancellation)
    {
        if (formatter.Format(visit.Problem, hint: null) is not { } prompt)
            return null;
        var (group, prefix) = await sampler.SampleAsync(visit, 0, prompt, extends: null, cancellation).ConfigureAwait(false);
        prefix?.Dispose();
        var outcome = group.IsUnscorable ? GuidanceOutcome.Unscorable : group.CorrectCount == 0 ? GuidanceOutcome.Unguidable : GuidanceOutcome.Solvable;
        return new RefinedGroup([group], outcome);
    }
}
