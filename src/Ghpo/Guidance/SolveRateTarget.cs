using System.Text.Json.Nodes;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>
/// Seeks the ratio at which a difficult problem is solved at the target rate (spec section 9), by stochastic approximation with a constant step: ω ← ω + step · (target − share correct), for each problem,
/// and for its level, where problems not yet seen begin. A group that fails there too goes on to the longer hints of the ladder.
/// </summary>
/// <param name="inner">The ladder.</param>
/// <param name="target">The solve rate sought.</param>
/// <param name="step">The constant step: one group of 8 has a standard error of 0.18, so bisection would chase noise.</param>
/// <param name="longest">The largest ratio allowed.</param>
/// <param name="number">The number of the sought stage, apart from the ladder's own.</param>
internal sealed class SolveRateTarget(IHintSchedule inner, double target, double step, double longest, int number) : IHintSchedule
{
    private const double Start = 0.5;
    private const double Shortest = 0.05;
    private const string Key = "sought_ratios";
    private readonly Estimates _ratios = new();

    public HintPlan PlanFor(Visit visit)
    {
        var plan = inner.PlanFor(visit);
        if (plan.Stages.Count == 0)
            return plan;
        var ratio = Math.Round(_ratios.Find(NameOf(visit.Problem)) ?? OfClass(visit.Problem), 4);
        return plan with { Stages = [new(number, ratio), .. plan.Stages.Where(s => s.Ratio > ratio)] };
    }

    public void Learn(IReadOnlyList<RefinedGroup> groups)
    {
        foreach (var attempt in groups.SelectMany(g => g.Attempts).Where(a => a.Group.Stage == number && !a.IsUnscorable))
        {
            var problem = attempt.Group.Visit.Problem;
            var move = step * (target - (double)attempt.CorrectCount / attempt.Scores.Count);
            _ratios.Set(NameOf(problem), Clamp(attempt.Group.Prompt.HintRatio + move));
            _ratios.Set(Estimates.ClassOf(problem), Clamp(OfClass(problem) + move));
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

    private double OfClass(Problem problem) => _ratios.Find(Estimates.ClassOf(problem)) ?? Clamp(Start);

    private double Clamp(double ratio) => Math.Clamp(ratio, Math.Min(Shortest, longest), longest);

    private static string NameOf(Problem problem) => "problem " + problem.Id;
}
