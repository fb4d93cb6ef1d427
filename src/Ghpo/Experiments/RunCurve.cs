using Ghpo.Metrics;
using Ghpo.Training;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Experiments;

/// <summary>A hint-free evaluation in the course of a run, with what was spent until then.</summary>
/// <param name="Step">Steps of reinforcement learning.</param>
/// <param name="Tokens">Tokens sampled, all of them.</param>
/// <param name="Seconds">Seconds spent sampling and updating.</param>
/// <param name="Mean">Mean accuracy over the tasks.</param>
/// <param name="Tasks">Accuracy by task.</param>
/// <param name="Right">Right samples of each problem, by task.</param>
public sealed record CurvePoint(int Step, double Tokens, double Seconds, double Mean, IReadOnlyDictionary<string, double> Tasks, IReadOnlyDictionary<string, int[]> Right);

/// <summary>The course of one run, as its folder tells it.</summary>
/// <param name="Points">The evaluations, in order; the first is of the start model.</param>
/// <param name="Steps">The steps of reinforcement learning.</param>
/// <param name="Samples">Samples of each evaluation problem.</param>
public sealed record RunCurve(IReadOnlyList<CurvePoint> Points, IReadOnlyList<MetricsLine> Steps, int Samples)
{
    /// <summary>Reads the folder of a completed run.</summary>
    /// <exception cref="InvalidDataException">It holds no evaluation.</exception>
    public static RunCurve Read(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var lines = MetricsFile.Read(folder.Metrics);
        var points = new List<CurvePoint>();
        var (tokens, seconds) = (0.0, 0.0);
        foreach (var line in lines)
        {
            tokens = line.Value(SampledTokens) ?? tokens;
            seconds += line.Value(SampledTokens) is null ? 0 : line.Value(StepTime) ?? 0;
            if (line.Value("eval/mean") is { } mean)
                points.Add(new CurvePoint(line.Step, tokens, seconds, mean, line.Right.Keys.ToDictionary(task => task, task => line.Value($"eval/{task}/mean") ?? double.NaN), line.Right));
        }

        return points.Count == 0
            ? throw new InvalidDataException($"{folder.Metrics}: no evaluation; runs are compared by evaluation.tasks")
            : new RunCurve(points, [.. lines.Where(line => line.Value(SampledTokens) is not null)], SummaryFile.Read(folder.Summary).After?.Tasks[0].SamplesPerProblem ?? 1);
    }

    /// <summary>The last evaluation within so many steps.</summary>
    public CurvePoint AtSteps(int steps) => Points.Last(point => point.Step <= steps);

    /// <summary>The last evaluation within so many sampled tokens.</summary>
    public CurvePoint AtTokens(double tokens) => Points.Last(point => point.Tokens <= tokens || point == Points[0]);

    /// <summary>Tokens that the first steps took.</summary>
    public double TokensOf(int steps) => Steps.LastOrDefault(line => line.Step <= steps)?.Value(SampledTokens) ?? 0;

    /// <summary>Mean accuracy over a budget, the area under the curve divided by the budget: straight lines between evaluations, level after the last.</summary>
    /// <param name="along">What the budget is of: steps or tokens.</param>
    /// <param name="budget">The budget, above 0.</param>
    public double MeanOver(Func<CurvePoint, double> along, double budget)
    {
        var area = 0.0;
        for (var i = 0; i < Points.Count; i++)
        {
            var (x, y) = (along(Points[i]), Points[i].Mean);
            if (x >= budget)
                break;
            var (nextX, nextY) = i + 1 < Points.Count ? (along(Points[i + 1]), Points[i + 1].Mean) : (budget, y);
            if (nextX > budget)
                (nextX, nextY) = (budget, y + ((nextY - y) * (budget - x) / (nextX - x)));
            area += (nextX - x) * (y + nextY) / 2;
        }

        return area / budget;
    }

    /// <summary>What was spent when the accuracy first reached a target, on the straight line between the two evaluations; null where it never did.</summary>
    public double? Until(double target, Func<CurvePoint, double> spent)
    {
        for (var i = 0; i < Points.Count; i++)
        {
            if (Points[i].Mean < target)
                continue;
            if (i == 0)
                return spent(Points[0]);
            var (before, after) = (Points[i - 1], Points[i]);
            return spent(before) + ((spent(after) - spent(before)) * (target - before.Mean) / (after.Mean - before.Mean));
        }

        return null;
    }

    /// <summary>Mean of a step's figure over the first steps; null where none has it.</summary>
    public double? MeanOf(string metric, int steps) => Figures(metric, steps) is { Count: > 0 } values ? values.Average() : null;

    /// <summary>Its coefficient of variation over the first steps: standard deviation / mean; null where that says nothing.</summary>
    public double? VariationOf(string metric, int steps)
    {
        var values = Figures(metric, steps);
        if (values.Count < 2 || values.Average() is not (> 0 and var mean))
            return null;
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)) / mean;
    }

    private List<double> Figures(string metric, int steps) => [.. Steps.Where(line => line.Step <= steps).Select(line => line.Value(metric)).OfType<double>()];
}
