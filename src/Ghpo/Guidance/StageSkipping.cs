using System.Text.Json.Nodes;
using Ghpo.Problems;

namespace Ghpo.Guidance;

/// <summary>
/// Leaves out stages that rarely rescue (spec section 9): a running rescue rate for each level and stage, begun at a half; a stage below the bar is skipped but for a share of explorations, the last one never.
/// </summary>
/// <param name="inner">The plan to thin out.</param>
/// <param name="detector">Says what a rescue is.</param>
/// <param name="below">Rescue rates below this are skipped.</param>
/// <param name="weight">Weight of the newest outcome in the running rate.</param>
/// <param name="exploration">The probability of trying a stage that would be skipped.</param>
/// <param name="seed">Of the explorations.</param>
internal sealed class StageSkipping(IHintSchedule inner, DifficultyDetector detector, double below, double weight, double exploration, ulong seed) : IHintSchedule
{
    private const double Start = 0.5;
    private const string Key = "rescue_rates";
    private readonly Estimates _rates = new();

    public HintPlan PlanFor(Visit visit)
    {
        var plan = inner.PlanFor(visit);
        return plan with { Stages = [.. plan.Stages.Where((stage, i) => i == plan.Stages.Count - 1 || Rate(visit.Problem, stage.Number) >= below || Explores(visit, stage))] };
    }

    public void Learn(IReadOnlyList<RefinedGroup> groups)
    {
        foreach (var attempt in groups.SelectMany(g => g.Attempts).Where(a => a.Group.Prompt.Hint is not null && !a.IsUnscorable))
        {
            var (problem, stage) = (attempt.Group.Visit.Problem, attempt.Group.Stage);
            var old = Rate(problem, stage);
            _rates.Set(Name(problem, stage), old + weight * ((detector.IsDifficult(attempt) ? 0 : 1) - old));
        }

        inner.Learn(groups);
    }

    public void Save(JsonObject state)
    {
        state[Key] = _rates.Save();
        inner.Save(state);
    }

    public void Restore(JsonObject state)
    {
        _rates.Restore(state[Key]);
        inner.Restore(state);
    }

    internal double Rate(Problem problem, int stage) => _rates.Find(Name(problem, stage)) ?? Start;

    private bool Explores(Visit visit, HintStage stage) => new KeyedRandom(seed, "explore", visit.Problem.Id, visit.Number, stage.Number).NextDouble() < exploration;

    private static string Name(Problem problem, int stage) => FormattableString.Invariant($"{Estimates.ClassOf(problem)}, stage {stage}");
}
