using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>Which groups of a round are guided, once round 0 is over.</summary>
/// <param name="round">All groups of the round.</param>
/// <param name="guidable">Those that have a hint, in the order of a lot.</param>
internal delegate IEnumerable<Climb> Ration(IReadOnlyList<Climb> round, IReadOnlyList<Climb> guidable);

/// <summary>
/// Adaptive prompt refinement of a part of the groups. The choice needs every verdict of round 0, so a round has a barrier where GHPO has none; those chosen then climb the same ladder, its first stage always.
/// </summary>
internal sealed class RationedRefinement(Climbs climbs, DifficultyDetector detector, Ration ration, ulong seed) : IRefinement
{
    /// <summary>The control that isolates difficulty detection: as many groups as GHPO would guide in this round, drawn among all.</summary>
    public static Ration AsManyAsDifficult(DifficultyDetector detector) => (_, guidable) => guidable.Take(guidable.Count(c => detector.IsDifficult(c.Last)));

    /// <summary>Difficult groups, and only so many that the round comes to <paramref name="target"/> groups that teach, should each be rescued.</summary>
    public static Ration UpTo(int target, DifficultyDetector detector) => (round, guidable) =>
        guidable.Where(c => detector.IsDifficult(c.Last)).Take(Math.Max(0, target - round.Count(c => !c.Last.IsConstant && !detector.IsDifficult(c.Last))));

    public async Task<RefinedGroup?[]> RefineAsync(IReadOnlyList<Visit> visits, int step, CancellationToken cancellation)
    {
        var begun = await SideBySide.RunAsync(visits, visit => BeginAsync(visit, step, cancellation), cancellation).ConfigureAwait(false);
        try
        {
            Climb[] guidable = [.. begun.OfType<Climb>().Where(c => c.HasNext && !c.Last.IsUnscorable)];
            new KeyedRandom(seed, "random hint", step, visits[0].Problem.Id, visits[0].Number).Shuffle<Climb>(guidable);
            var chosen = ration([.. begun.OfType<Climb>()], guidable).ToHashSet();
            return await SideBySide.RunAsync(begun, climb => climb is null ? Task.FromResult<RefinedGroup?>(null) : FinishAsync(climb, chosen.Contains(climb), cancellation), cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (var climb in begun)
                climb?.Dispose();
        }
    }

    public void Learn(IReadOnlyList<RefinedGroup> groups) => climbs.Schedule.Learn(groups);

    public JsonObject Save()
    {
        JsonObject state = [];
        climbs.Schedule.Save(state);
        return state;
    }

    public void Restore(JsonObject state) => climbs.Schedule.Restore(state);

    private async Task<Climb?> BeginAsync(Visit visit, int step, CancellationToken cancellation)
    {
        var climb = climbs.Begin(visit, step);
        if (climb is not null)
            await climb.NextAsync(cancellation).ConfigureAwait(false);
        return climb;
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
