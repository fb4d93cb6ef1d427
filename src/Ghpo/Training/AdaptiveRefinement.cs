using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>
/// GHPO (arXiv 2507.10628; spec section 3): difficulty detection and adaptive prompt refinement. A group that the policy fails unaided is sampled again, whole, under the beginning of its
/// known solution, a longer one at each stage, until it is no longer difficult; it is then trained under exactly the prompt that it was sampled from.
/// Groups run side by side and share the engine; each goes on as soon as its own verdicts are in, and no result depends on that order.
/// </summary>
internal sealed class AdaptiveRefinement(Climbs climbs, DifficultyDetector detector) : IRefinement
{
    public Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation) =>
        SideBySide.RunAsync(visits, visit => RefineAsync(visit, step, cancellation), cancellation);

    public void Learn(IReadOnlyList<RefinedGroup> groups) => climbs.Schedule.Learn(groups);

    public JsonObject Save()
    {
        JsonObject state = [];
        climbs.Schedule.Save(state);
        return state;
    }

    public void Restore(JsonObject state) => climbs.Schedule.Restore(state);

    private async Task<RefinedGroup?> RefineAsync(Visit visit, int step, CancellationToken cancellation)
    {
        using var climb = climbs.Begin(visit, step);
        if (climb is null)
            return null;
        var group = await climb.NextAsync(cancellation).ConfigureAwait(false); // round 0: no hint, the honest reward
        while (detector.IsDifficult(group) && climb.HasNext)
            group = await climb.NextAsync(cancellation).ConfigureAwait(false); // the next ω: a whole new group under q ⊕ hint(h, ω)
        return climb.End(detector.IsDifficult(group));
    }
}
