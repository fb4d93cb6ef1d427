using System.Globalization;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Metrics;

/// <summary>The charts of a run, from the lines of metrics.jsonl.</summary>
internal static class RunCharts
{
    /// <summary>File name and chart, in the order of the report; charts without data are left out.</summary>
    public static IReadOnlyList<(string File, SvgChart Chart)> All(IReadOnlyList<MetricsLine> lines)
    {
        var steps = lines.Where(line => line.Value(Reward) is not null).ToList();
        var charts = new List<(string, SvgChart)>();
        Add("learning_curve.svg", LearningCurve(lines));
        Add("tasks.svg", Tasks(lines));
        Add("reward.svg", new()
        {
            Title = "Reward",
            Description = "Mean reward of round 0, sampled with no hint, and of the groups trained on.",
            YLabel = "mean reward",
            Series = [Line(steps, "round 0: no hint", Reward), Line(steps, "trained on: hints included", TrainedReward) with { Dashed = true }],
        });
        Add("guidance.svg", Guidance(steps));
        Add("effective_queries.svg", new()
        {
            Title = "Groups that teach something",
            Description = "Groups with an advantage that is not zero, of all groups of the step.",
            YLabel = "groups",
            YMinimum = 0,
            Series = [Line(steps, "effective", EffectiveQueries), Line(steps, "all groups", Groups) with { Dashed = true, Colour = 7 }],
        });
        Add("grad_norm.svg", new()
        {
            Title = "Gradient norm before clipping",
            Description = "Euclidean norm of the whole gradient at each step.",
            YMinimum = 0,
            Series = [Line(steps, "gradient norm", GradNorm)],
        });
        Add("completion_length.svg", new()
        {
            Title = "Completion length",
            Description = "Mean length of the trained completions, in tokens, within the shortest and the longest.",
            YLabel = "tokens",
            YMinimum = 0,
            Series = [Line(steps, "mean", MeanLength) with { Band = [.. steps.Select(line => (line.Value(MinLength) ?? double.NaN, line.Value(MaxLength) ?? double.NaN))] }],
        });
        return charts;

        void Add(string file, SvgChart chart)
        {
            if (chart.Series.Any(series => series.Points.Any(point => double.IsFinite(point.Y))))
                charts.Add((file, chart with { Series = [.. chart.Series.Where(series => series.Points.Any(point => double.IsFinite(point.Y)))] }));
        }
    }

    /// <summary>The hint ratios that were logged, 0 among them, ascending.</summary>
    public static IReadOnlyList<double> HintRatios(IEnumerable<MetricsLine> lines) =>
    [
        .. lines.SelectMany(line => line.Values.Keys)
            .Where(name => name.StartsWith(GroupsHintPrefix, StringComparison.Ordinal))
            .Distinct()
            .Select(name => double.Parse(name[GroupsHintPrefix.Length..], CultureInfo.InvariantCulture))
            .Order(),
    ];

    private static SvgChart LearningCurve(IReadOnlyList<MetricsLine> lines)
    {
        var evaluations = lines.Where(line => line.Value("eval/mean") is not null).ToList();
        var first = evaluations.FirstOrDefault()?.Value("eval/mean") ?? 0;
        var last = evaluations.LastOrDefault()?.Value("eval/mean") ?? 0;
        return new()
        {
            Title = "Accuracy without hints, mean of all tasks",
            Description = $"Sampled accuracy goes from {first:P0} to {last:P0} over {evaluations.Count} evaluations.",
            YLabel = "accuracy",
            YMinimum = 0,
            YMaximum = 1,
            Percent = true,
            Series =
            [
                Line(evaluations, "sampled, with 95 % interval", "eval/mean") with { Dots = true, Band = [.. evaluations.Select(line => (line.Value("eval/low") ?? double.NaN, line.Value("eval/high") ?? double.NaN))] },
                Line(evaluations, "greedy", "eval/greedy") with { Dashed = true },
            ],
        };
    }

    private static SvgChart Tasks(IReadOnlyList<MetricsLine> lines)
    {
        var names = lines.SelectMany(line => line.Values.Keys)
            .Where(name => name != "eval/mean" && name.StartsWith("eval/", StringComparison.Ordinal) && name.EndsWith("/mean", StringComparison.Ordinal))
            .Select(name => name[5..^5]).Distinct().Take(8).ToList();
        var evaluations = lines.Where(line => line.Value("eval/mean") is not null).ToList();
        return new()
        {
            Title = "Accuracy without hints, by task",
            Description = "Sampled accuracy of each task over the evaluations.",
            YLabel = "accuracy",
            YMinimum = 0,
            YMaximum = 1,
            Percent = true,
            Series = names.Count < 2 ? [] : [.. names.Select(name => Line(evaluations, name, $"eval/{name}/mean"))],
        };
    }

    private static SvgChart Guidance(IReadOnlyList<MetricsLine> steps)
    {
        // Hues for the hints from cool to warm; what is left of the whole are groups that were dropped.
        int[] colours = [0, 2, 4, 1, 5, 3];
        var ratios = HintRatios(steps);
        return new()
        {
            Title = "Which hint the groups were trained with",
            Description = "Share of the groups of each step that were trained with no hint, and with hints of growing length; what is missing to 100 % took no part.",
            YLabel = "share of groups",
            YMinimum = 0,
            YMaximum = 1,
            Percent = true,
            Stacked = true,
            Series = [.. ratios.Select((ratio, i) => Line(steps, ratio == 0 ? "no hint" : $"{ratio:P0} hint", GroupsWithHint(ratio)) with { Colour = colours[i % colours.Length] })],
        };
    }

    private static SvgSeries Line(IReadOnlyList<MetricsLine> lines, string name, string metric) =>
        new(name, [.. lines.Select(line => ((double)line.Step, line.Value(metric) ?? double.NaN))]);
}
