namespace Ghpo.Metrics;

/// <summary>A hint-free evaluation over one or more tasks.</summary>
public sealed record EvaluationReport
{
    /// <summary>Training steps made before it.</summary>
    public required int Step { get; init; }

    /// <summary>The tasks in their order.</summary>
    public required IReadOnlyList<TaskResult> Tasks { get; init; }

    /// <summary>Mean over the tasks of their sampled accuracy, in [0, 1]; NaN without tasks.</summary>
    public double Mean => Tasks.Count == 0 ? double.NaN : Tasks.Average(task => task.Mean);

    /// <summary>Lower end of the mean's 95 % interval; the tasks are taken as independent.</summary>
    public double Low => Math.Max(0, Mean - HalfWidth);

    /// <summary>Upper end of the mean's 95 % interval.</summary>
    public double High => Math.Min(1, Mean + HalfWidth);

    /// <summary>Mean over the tasks of their greedy accuracy; null unless every task has one.</summary>
    public double? Greedy => Tasks.Count > 0 && Tasks.All(task => task.Greedy is not null) ? Tasks.Average(task => task.Greedy!.Value) : null;

    // Variances of independent means add up; half the width of an interval stands for 1.96 standard errors.
    private double HalfWidth => Math.Sqrt(Tasks.Sum(task => Math.Pow((task.High - task.Low) / 2, 2))) / Math.Max(1, Tasks.Count);
}

/// <summary>Accuracy on one task: pass@1, estimated as the average over k samples a problem (avg@k).</summary>
/// <param name="Task">The task's name.</param>
/// <param name="Problems">Its problems.</param>
/// <param name="SamplesPerProblem">Samples of each problem (k).</param>
/// <param name="Mean">Sampled accuracy in [0, 1].</param>
/// <param name="Low">Lower end of its 95 % interval, clustered by problem.</param>
/// <param name="High">Upper end of its 95 % interval.</param>
/// <param name="Greedy">Accuracy of greedy decoding; null where it was not measured.</param>
public sealed record TaskResult(string Task, int Problems, int SamplesPerProblem, double Mean, double Low, double High, double? Greedy = null)
{
    private const double Z = 1.959963984540054;

    /// <summary>
    /// The result of a task from the share of right samples of each problem. Samples of one problem are not independent, so
    /// the interval is clustered: its standard error is that of the mean of the problems' shares. Where all shares are equal
    /// that would be 0; the interval is then Wilson's for one sample a problem, which stays honest at 0 and 1.
    /// </summary>
    /// <param name="task">The task's name.</param>
    /// <param name="shares">Share of right samples of each problem, in [0, 1].</param>
    /// <param name="samplesPerProblem">Samples of each problem.</param>
    /// <param name="greedy">Accuracy of greedy decoding, where it was measured.</param>
    public static TaskResult FromShares(string task, IReadOnlyList<double> shares, int samplesPerProblem, double? greedy = null)
    {
        ArgumentNullException.ThrowIfNull(shares);
        var n = shares.Count;
        if (n == 0)
            return new(task, 0, samplesPerProblem, double.NaN, double.NaN, double.NaN, greedy);
        var mean = shares.Average();
        var variance = n > 1 ? shares.Sum(share => (share - mean) * (share - mean)) / (n - 1) : 0;
        if (variance > 0)
        {
            var half = Z * Math.Sqrt(variance / n);
            return new(task, n, samplesPerProblem, mean, Math.Max(0, mean - half), Math.Min(1, mean + half), greedy);
        }

        var (centre, width) = Wilson(mean, n);
        return new(task, n, samplesPerProblem, mean, Math.Max(0, centre - width), Math.Min(1, centre + width), greedy);
    }

    private static (double Centre, double Half) Wilson(double p, int n)
    {
        var d = 1 + (Z * Z / n);
        return ((p + (Z * Z / (2 * n))) / d, Z / d * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4.0 * n * n))));
    }
}
