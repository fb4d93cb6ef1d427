using System.Text.Json.Nodes;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>
/// Remembers the ratio that last helped each problem (spec section 9): its next climb begins at the first stage of at least decay · ω, so that stages which were useless last time are skipped and
/// the memory fades by itself. A problem solved unaided is forgotten. Optionally round 0 of a remembered problem is skipped as well, but for a share of unaided probes.
/// It needs a finite set of problems: what is drawn once is never remembered.
/// </summary>
/// <param name="inner">The whole climb.</param>
/// <param name="decay">What a remembered ratio is multiplied by at the next visit.</param>
/// <param name="probeProbability">ρ, the probability of an unaided round 0 for a remembered problem; null: always.</param>
/// <param name="seed">Of the probes.</param>
internal sealed class RatioMemory(IHintSchedule inner, double decay, double? probeProbability, ulong seed) : IHintSchedule
{
    private const string Key = "useful_ratios";
    private readonly Estimates _ratios = new();

    public HintPlan PlanFor(Visit visit)
    {
        var plan = inner.PlanFor(visit);
        if (_ratios.Find(visit.Problem.Id) is not { } useful || plan.Stages.Count == 0)
            return plan;
        var stages = plan.Stages.Where(s => s.Ratio >= decay * useful - 1e-9).DefaultIfEmpty(plan.Stages[^1]).ToArray();
        var skips = probeProbability is { } probability && new KeyedRandom(seed, "probe", visit.Problem.Id, visit.Number).NextDouble() >= probability;
        return new HintPlan(stages, skips);
    }

    public void Learn(IReadOnlyList<RefinedGroup> groups)
    {
        foreach (var group in groups)
        {
            if (group.Outcome == GuidanceOutcome.Solvable)
                _ratios.Forget(group.Visit.Problem.Id);
            else if (group.Outcome is GuidanceOutcome.Rescued or GuidanceOutcome.Exhausted)
                _ratios.Set(group.Visit.Problem.Id, group.Prompt.HintRatio);
        }

        inner.Learn(groups);
    }

    public void Save(JsonObject state)
    {
        state[Key] = _ratios.Save();
        inner.Save(state);
    }

    public void Restore(JsonObject state)
    {
        _ratios.Restore(state[Key]);
        inner.Restore(state);
    }
}
