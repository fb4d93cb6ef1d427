using Ghpo.Metrics;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Experiments;

/// <summary>The pictures of a comparison: a line a recipe, the mean of its seeds within the band that they span.</summary>
internal static class ComparisonCharts
{
    private const int Places = 60;

    /// <summary>File name and chart, in the order of the report.</summary>
    public static IReadOnlyList<(string File, SvgChart Chart)> All(Comparison comparison)
    {
        var budget = comparison.Budget;
        return
        [
            ("accuracy_by_tokens.svg", Accuracy(comparison, "sampled tokens (thousands)", point => point.Tokens / 1000, budget.Tokens / 1000)),
            ("accuracy_by_steps.svg", Accuracy(comparison, "step", point => point.Step, budget.Steps)),
            ("effective_queries.svg", BySteps(comparison, EffectiveQueries, "Groups that teach something", "groups with an advantage")),
            ("difficult.svg", BySteps(comparison, Difficult, "Difficult groups", "share of the groups")),
            ("grad_norm.svg", BySteps(comparison, GradNorm, "Gradient norm before clipping", "gradient norm")),
        ];
    }

    private static SvgChart Accuracy(Comparison comparison, string along, Func<CurvePoint, double> x, double end) => new()
    {
        Title = $"Accuracy without hints, by {along}",
        Description = $"Mean of {comparison.Plan.Seeds.Count} seeds, with the range from the lowest to the highest.",
        XLabel = along,
        YLabel = "accuracy",
        YMinimum = 0,
        YMaximum = 1,
        Percent = true,
        Series = [.. comparison.Plan.Recipes.Select((name, i) => Band(name, i, comparison.Curves[name], Grid(end), (run, at) => ValueAt(run, x, at)))],
    };

    private static SvgChart BySteps(Comparison comparison, string metric, string title, string label) => new()
    {
        Title = title,
        Description = $"Mean of {comparison.Plan.Seeds.Count} seeds, with the range from the lowest to the highest.",
        YLabel = label,
        YMinimum = 0,
        Series = [.. comparison.Plan.Recipes
            .Select((name, i) => Band(name, i, comparison.Curves[name], [.. Enumerable.Range(1, comparison.Budget.Steps).Select(step => (double)step)], (run, at) => run.Steps.FirstOrDefault(line => line.Step == (int)at)?.Value(metric)))
            .Where(series => series.Points.Count > 0)],
    };

    private static double[] Grid(double end) => [.. Enumerable.Range(0, Places + 1).Select(i => end * i / Places)];

    private static SvgSeries Band(string name, int colour, IReadOnlyList<RunCurve> runs, double[] places, Func<RunCurve, double, double?> value)
    {
        var at = places.Select(x => (X: x, Values: runs.Select(run => value(run, x)).OfType<double>().ToList())).Where(place => place.Values.Count > 0).ToList();
        return new SvgSeries(name, [.. at.Select(place => (place.X, place.Values.Average()))]) { Colour = colour, Band = [.. at.Select(place => (place.Values.Min(), place.Values.Max()))] };
    }

    /// <summary>The curve at a place, on the straight line between evaluations; null past its end.</summary>
    private static double? ValueAt(RunCurve run, Func<CurvePoint, double> x, double at)
    {
        for (var i = 0; i < run.Points.Count; i++)
        {
            var here = x(run.Points[i]);
            if (here < at)
                continue;
            if (i == 0 || here == at)
                return run.Points[i].Mean;
            var before = x(run.Points[i - 1]);
            return run.Points[i - 1].Mean + ((run.Points[i].Mean - run.Points[i - 1].Mean) * (at - before) / (here - before));
        }

        return null;
    }
}
