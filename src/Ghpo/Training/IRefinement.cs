using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>How the groups of a round come about: the component in which GRPO, GHPO and the controls differ.</summary>
internal interface IRefinement
{
    /// <summary>Samples and scores a group for each problem, with more attempts under better prompts where the method has any. Null: the plain prompt is too long, the row is dropped.</summary>
    /// <param name="visits">The problems' turns.</param>
    /// <param name="step">The step of the phase, from 0.</param>
    /// <param name="cancellation">Stops the sampling.</param>
    Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation);

    /// <summary>Takes in the groups of a whole step, in the order in which their problems were drawn.</summary>
    void Learn(IReadOnlyList<RefinedGroup> groups)
    {
    }

    /// <summary>All that a later process needs to go on.</summary>
    JsonObject Save() => [];

    /// <summary>Goes on from what <see cref="Save"/> gave.</summary>
    void Restore(JsonObject state)
    {
    }
}

/// <summary>Groups of a round run side by side and share the engine.</summary>
internal static class SideBySide
{
    public static Task<TResult[]> RunAsync<T, TResult>(IEnumerable<T> items, Func<T, Task<TResult>> one, CancellationToken cancellation) =>
        Task.WhenAll(items.Select(item => Task.Run(() => one(item), cancellation)));
}

/// <summary>GRPO: one group, no hint, whatever comes of it.</summary>
internal sealed class NoRefinement(IGroupSampler sampler, IPromptFormatter formatter) : IRefinement
{
    public Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation) =>
        SideBySide.RunAsync(visits, visit => SampleAsync(visit, cancellation), cancellation);

    private async Task<RefinedGroup?> SampleAsync(Visit visit, CancellationToken cancellation)
    {
        if (formatter.Format(visit.Problem, hint: null) is not { } prompt)
            return null;
        var (group, prefix) = await sampler.SampleAsync(visit, 0, prompt, isLast: true, extends: null, cancellation).ConfigureAwait(false);
        prefix?.Dispose();
        var outcome = group.IsUnscorable ? GuidanceOutcome.Unscorable : group.CorrectCount == 0 ? GuidanceOutcome.Unguidable : GuidanceOutcome.Solvable;
        return new RefinedGroup(prompt, [group], outcome);
    }
}
