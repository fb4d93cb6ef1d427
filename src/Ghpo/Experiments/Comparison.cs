using Ghpo.Metrics;
using Ghpo.Training;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Experiments;

/// <summary>A figure by which recipes are compared.</summary>
/// <param name="Name">Its name in tables and in comparison.json.</param>
/// <param name="Words">What it is, in words.</param>
/// <param name="Of">Its value for a run.</param>
public sealed record Measure(string Name, string Words, Func<RunCurve, double?> Of)
{
    /// <summary>The accuracy at equal steps.</summary>
    public const string AtSteps = "accuracy_at_equal_steps";

    /// <summary>The accuracy at equal tokens.</summary>
    public const string AtTokens = "accuracy_at_equal_tokens";

    /// <summary>Mean accuracy over the budget of steps.</summary>
    public const string OverSteps = "mean_accuracy_over_steps";

    /// <summary>Mean accuracy over the budget of tokens.</summary>
    public const string OverTokens = "mean_accuracy_over_tokens";

    /// <summary>Tokens to the target.</summary>
    public const string TokensToTarget = "tokens_to_target";

    /// <summary>All measures of a comparison.</summary>
    internal static IReadOnlyList<Measure> All(Budget budget, double target, IReadOnlyList<string> tasks, IReadOnlyList<double> ratios) =>
    [
        new(AtSteps, $"accuracy without hints, mean of the tasks, after {budget.Steps} steps", run => run.AtSteps(budget.Steps).Mean),
        new(AtTokens, $"the same after {budget.Tokens:N0} sampled tokens", run => run.AtTokens(budget.Tokens).Mean),
        new(OverSteps, "mean accuracy over the budget of steps (area under the curve)", run => run.MeanOver(point => point.Step, budget.Steps)),
        new(OverTokens, "mean accuracy over the budget of tokens (area under the curve)", run => run.MeanOver(point => point.Tokens, budget.Tokens)),
        new("steps_to_target", $"steps until the mean accuracy is {target}", run => run.Until(target, point => point.Step)),
        new(TokensToTarget, $"tokens until the mean accuracy is {target}", run => run.Until(target, point => point.Tokens)),
        new("seconds_to_target", $"seconds of sampling and updating until the mean accuracy is {target}", run => run.Until(target, point => point.Seconds)),
        new("tokens_at_equal_steps", $"tokens that {budget.Steps} steps took", run => run.TokensOf(budget.Steps)),
        new("gradient_norm", "mean gradient norm before clipping", run => run.MeanOf(GradNorm, budget.Steps)),
        new("gradient_norm_variation", "its variation over the steps (standard deviation / mean)", run => run.VariationOf(GradNorm, budget.Steps)),
        new("effective_queries", "groups with an advantage in a step", run => run.MeanOf(EffectiveQueries, budget.Steps)),
        new("effective_queries_variation", "their variation over the steps (standard deviation / mean)", run => run.VariationOf(EffectiveQueries, budget.Steps)),
        new("difficult_share", "share of the groups that were difficult without a hint", run => run.MeanOf(Difficult, budget.Steps)),
        .. ratios.Select(ratio => new Measure(FormattableString.Invariant($"rescued_{ratio}"), $"rescued by a hint of {ratio:P0}, of the groups that tried it", run => run.MeanOf(Rescued(ratio), budget.Steps))),
        new("exhausted_share", "share of the groups that failed under every hint", run => run.MeanOf(Exhausted, budget.Steps)),
        .. tasks.Select(task => new Measure($"{AtSteps}/{task}", $"accuracy on {task} after {budget.Steps} steps", run => run.AtSteps(budget.Steps).Tasks.GetValueOrDefault(task, double.NaN))),
        .. tasks.Select(task => new Measure($"{AtTokens}/{task}", $"accuracy on {task} after {budget.Tokens:N0} sampled tokens", run => run.AtTokens(budget.Tokens).Tasks.GetValueOrDefault(task, double.NaN))),
    ];
}

/// <summary>One recipe over all seeds.</summary>
/// <param name="Name">The recipe.</param>
/// <param name="Measures">Every measure, by name.</param>
public sealed record MethodResult(string Name, IReadOnlyDictionary<string, SeedEstimate> Measures);

/// <summary>One recipe minus another, seed by seed: both began with the same model and drew the same problems in the same order.</summary>
/// <param name="Method">The recipe.</param>
/// <param name="Baseline">The one it is compared with.</param>
/// <param name="Measure">The measure.</param>
/// <param name="Difference">Method minus baseline over the seeds, with the paired t interval; for what is spent until the target, the share saved: 1 − method / baseline.</param>
/// <param name="BootstrapLow">Lower end of the two-level bootstrap's interval (seeds, then problems); NaN where the measure is no accuracy.</param>
/// <param name="BootstrapHigh">Upper end of it.</param>
public sealed record MethodDifference(string Method, string Baseline, string Measure, SeedEstimate Difference, double BootstrapLow, double BootstrapHigh)
{
    /// <summary>Whether the t interval leaves 0 out.</summary>
    public bool IsClear => Difference.Low > 0 || Difference.High < 0;
}

/// <summary>A comparison, read from its runs: comparison.json.</summary>
public sealed record Comparison
{
    /// <summary>What was compared.</summary>
    public required ComparisonPlan Plan { get; init; }

    /// <summary>S and T.</summary>
    public required Budget Budget { get; init; }

    /// <summary>The tasks of the evaluation.</summary>
    public required IReadOnlyList<string> Tasks { get; init; }

    /// <summary>Samples of each evaluation problem.</summary>
    public required int Samples { get; init; }

    /// <summary>What each measure is, by name.</summary>
    public required IReadOnlyDictionary<string, string> Words { get; init; }

    /// <summary>The recipes.</summary>
    public required IReadOnlyList<MethodResult> Methods { get; init; }

    /// <summary>Every recipe minus every one before it.</summary>
    public required IReadOnlyList<MethodDifference> Differences { get; init; }

    /// <summary>Seconds that all runs took, added up.</summary>
    public required double Seconds { get; init; }

    /// <summary>The curves, by recipe and seed; not in comparison.json, which the run folders beside it hold.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<string, IReadOnlyList<RunCurve>> Curves { get; init; } = new Dictionary<string, IReadOnlyList<RunCurve>>();

    private static readonly string[] Compared = [Measure.AtSteps, Measure.AtTokens, Measure.OverSteps, Measure.OverTokens, Measure.TokensToTarget];

    /// <summary>Reads the runs of a comparison and works out everything.</summary>
    public static Comparison Read(ComparisonFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var plan = folder.Plan;
        var curves = plan.Recipes.ToDictionary(name => name, name => (IReadOnlyList<RunCurve>)[.. plan.Seeds.Select(seed => RunCurve.Read(RunFolder.Open(folder.RunOf(name, seed))))]);
        var seconds = plan.Recipes.Sum(name => plan.Seeds.Sum(seed => SummaryFile.Read(RunFolder.Open(folder.RunOf(name, seed)).Summary).Seconds));
        return Of(plan, Budget.Of(folder), curves, seconds);
    }

    /// <summary>Works out everything from the curves.</summary>
    public static Comparison Of(ComparisonPlan plan, Budget budget, IReadOnlyDictionary<string, IReadOnlyList<RunCurve>> curves, double seconds = 0)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(curves);
        IReadOnlyList<string> tasks = [.. curves.Values.First()[0].Points[0].Tasks.Keys];
        var ratios = RunCharts.HintRatios(curves.Values.SelectMany(runs => runs).SelectMany(run => run.Steps)).Where(ratio => ratio > 0).ToList();
        var measures = Measure.All(budget, plan.Target, tasks, ratios);
        var methods = plan.Recipes.Select(name => new MethodResult(name, measures.ToDictionary(m => m.Name, m => SeedEstimate.Of([.. curves[name].Select(m.Of)])))).ToList();
        var differences =
            from i in Enumerable.Range(1, methods.Count - 1)
            from j in Enumerable.Range(0, i)
            from measure in Compared
            select Difference(methods[i], methods[j], measure, budget, curves);
        return new Comparison
        {
            Plan = plan,
            Budget = budget,
            Tasks = tasks,
            Samples = curves.Values.First()[0].Samples,
            Words = measures.ToDictionary(m => m.Name, m => m.Words),
            Methods = methods,
            Differences = [.. differences],
            Seconds = seconds,
            Curves = curves,
        };
    }

    private static MethodDifference Difference(MethodResult method, MethodResult baseline, string measure, Budget budget, IReadOnlyDictionary<string, IReadOnlyList<RunCurve>> curves)
    {
        var (ours, theirs) = (method.Measures[measure].Values, baseline.Measures[measure].Values);
        // A baseline that never got there is taken to have got there with its last token, which understates what is saved.
        if (measure == Measure.TokensToTarget)
            theirs = [.. theirs.Zip(curves[baseline.Name]).Select(pair => pair.First ?? pair.Second.Points[^1].Tokens)];
        var difference = SeedEstimate.Of([.. ours.Zip(theirs).Select(pair => measure == Measure.TokensToTarget ? 1 - (pair.First / pair.Second) : pair.First - pair.Second)]);
        Func<RunCurve, CurvePoint>? reading = measure switch
        {
            Measure.AtSteps => run => run.AtSteps(budget.Steps),
            Measure.AtTokens => run => run.AtTokens(budget.Tokens),
            _ => null,
        };
        var (low, high) = reading is null ? (double.NaN, double.NaN) : TwoLevelBootstrap.Interval([.. curves[method.Name].Zip(curves[baseline.Name]).Select(pair => ByProblem(reading(pair.First), reading(pair.Second), pair.First.Samples))]);
        return new MethodDifference(method.Name, baseline.Name, measure, difference, low, high);
    }

    private static IReadOnlyList<double[]> ByProblem(CurvePoint a, CurvePoint b, int samples) =>
        [.. a.Right.Keys.Select(task => a.Right[task].Zip(b.Right[task]).Select(pair => (double)(pair.First - pair.Second) / samples).ToArray())];
}
