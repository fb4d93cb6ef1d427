using Ghpo.Guidance;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>
/// The control that isolates difficulty detection: as many groups are guided as GHPO would guide in this round, but drawn by lot among all that have a hint. Those then climb the same ladder, its first stage always.
/// The lot needs every verdict of round 0, so a round has a barrier where GHPO has none.
/// </summary>
internal sealed class RandomRefinement(Climbs climbs, DifficultyDetector detector, ulong seed) : IRefinement
{
    public async Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation)
    {
        var begun = await SideBySide.RunAsync(visits, visit => BeginAsync(visit, step, cancellation), cancellation).ConfigureAwait(false);
        try
        {
            var chosen = Draw([.. begun.OfType<Climb>().Where(c => c.HasNext && !c.Last.IsUnscorable)], visits[0], step);
            return await SideBySide.RunAsync(begun, climb => climb is null ? Task.FromResult<RefinedGroup?>(null) : FinishAsync(climb, chosen.Contains(climb), cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var climb in begun)
                climb?.Dispose();
        }
    }

    private async Task<Climb?> BeginAsync(Visit visit, int step, CancellationToken cancellation)
    {
        var climb = climbs.Begin(visit, step);
        if (climb is not null)
            await climb.NextAsync(cancellation).ConfigureAwait(false);
        return climb;
    }

    /// <summary>Draws as many as are difficult.</summary>
    private HashSet<Climb> Draw(Climb[] guidable, Visit first, int step)
    {
        var count = guidable.Count(c => detector.IsDifficult(c.Last));
        new KeyedRandom(seed, "random hint", step, first.Problem.Id, first.Number).Shuffle<Climb>(guidable);
        return [.. guidable.Take(count)];
    }

    private async Task<RefinedGroup?> FinishAsync(Climb climb, bool chosen, CancellationToken cancellation)
    {
        var wasDifficult = detector.IsDifficult(climb.Last);
        if (!chosen)
            return wasDifficult && climb.HasNext ? climb.End(GuidanceOutcome.NotChosen) : climb.End(wasDifficult);
        do
            await climb.NextAsync(cancellation).ConfigureAwait(false);
        while (detector.IsDifficult(climb.Last) && climb.HasNext);
        return wasDifficult ? climb.End(detector.IsDifficult(climb.Last)) : climb.End(GuidanceOutcome.Hinted);
    }
}
