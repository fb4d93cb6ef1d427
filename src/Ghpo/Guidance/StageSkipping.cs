using System.Text.Json.Nodes;
using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Guidance;

/// <summary>
/// Leaves out stages that rarely rescue (spec section 9). For each level and stage it keeps a running solve rate p of the completions, old steps fading; a whole group of G is rescued with probability 1 − (1 − p)^G
/// (more than k right, for a threshold k); a stage where that is below the bar is skipped but for a share of explorations, the last one never. Completions are counted, not groups, so a stage that is only probed
/// is judged by the same measure as one that is sampled whole.
/// </summary>
/// <param name="inner">The plan to thin out.</param>
/// <param name="options">The bar, the fading, the exploration and the threshold of difficulty.</param>
/// <param name="groupSize">G.</param>
/// <param name="seed">Of the explorations.</param>
internal sealed class StageSkipping(IHintSchedule inner, GuidanceOptions options, int groupSize, ulong seed) : IHintSchedule
{
    /// <summary>Before anything is known a stage is taken to rescue half of its groups, with the weight of one group.</summary>
    private readonly double _start = SolveRateOf(rescue: 0.5, groupSize, options.DifficultyThreshold);
    private const string Key = "solve_rates";
    private readonly Estimates _counts = new();

    public HintPlan PlanFor(Visit visit)
    {
        var plan = inner.PlanFor(visit);
        return plan with { Stages = [.. plan.Stages.Where((stage, i) => i == plan.Stages.Count - 1 || RescueRate(visit.Problem, stage.Number) >= options.SkipStagesBelow || Explores(visit, stage))] };
    }

    public void Learn(IReadOnlyList<RefinedGroup> groups)
    {
        var attempts = groups.SelectMany(g => g.Attempts).Where(a => a.Group.Prompt.Hint is not null && !a.IsUnscorable);
        foreach (var stage in attempts.GroupBy(a => Name(a.Group.Visit.Problem, a.Group.Stage)))
        {
            var (right, all) = Counts(stage.Key);
            ScoredCompletion[] parts = [.. stage.SelectMany(a => a.FirstPart)]; // a part that decided whether to go on is unbiased, what came after it is not
            _counts.Set(Right(stage.Key), (right * (1 - options.SkipStagesWeight)) + parts.Count(c => c.IsCorrect));
            _counts.Set(All(stage.Key), (all * (1 - options.SkipStagesWeight)) + parts.Length);
        }

        inner.Learn(groups);
    }

    public void Save(JsonObject state)
    {
        state[Key] = _counts.Save();
        inner.Save(state);
    }

    public void Restore(JsonObject state)
    {
        _counts.Restore(state[Key]);
        inner.Restore(state);
    }

    /// <summary>The probability that a whole group is no longer difficult at this stage.</summary>
    internal double RescueRate(Problem problem, int stage)
    {
        var (right, all) = Counts(Name(problem, stage));
        return Rescue(right / all, groupSize, options.DifficultyThreshold);
    }

    /// <summary>P(more than k of G are right), each with probability p.</summary>
    internal static double Rescue(double p, int groupSize, int threshold)
    {
        var (term, none) = (Math.Pow(1 - p, groupSize), 0.0);
        for (var right = 0; right <= Math.Min(threshold, groupSize); right++)
        {
            none += term;
            term *= p / Math.Max(1e-12, 1 - p) * (groupSize - right) / (right + 1);
        }

        return 1 - none;
    }

    private static double SolveRateOf(double rescue, int groupSize, int threshold)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 50; i++)
            (low, high) = Rescue((low + high) / 2, groupSize, threshold) < rescue ? ((low + high) / 2, high) : (low, (low + high) / 2);
        return low;
    }

    private (double Right, double All) Counts(string name) => (_counts.Find(Right(name)) ?? _start * groupSize, _counts.Find(All(name)) ?? groupSize);

    private bool Explores(Visit visit, HintStage stage) => new KeyedRandom(seed, "explore", visit.Problem.Id, visit.Number, stage.Number).NextDouble() < options.SkipStagesExploration;

    private static string Name(Problem problem, int stage) => FormattableString.Invariant($"{Estimates.ClassOf(problem)}, stage {stage}");

    private static string Right(string name) => name + ", right";

    private static string All(string name) => name + ", all";
}
