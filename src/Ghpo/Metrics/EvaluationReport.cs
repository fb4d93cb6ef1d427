using System.Text.Json.Serialization;

namespace Ghpo.Metrics;

/// <summary>A hint-free evaluation over one or more tasks.</summary>
public sealed record EvaluationReport
{
    /// <summary>Training steps made before it.</summary>
    public required int Step { get; init; }

    /// <summary>The tasks in their order.</summary>
    public required IReadOnlyList<TaskResult> Tasks { get; init; }

    /// <summary>Everything that is needed to repeat it; null on the evaluations of a training run, whose folder holds that.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EvaluationSetting? Setting { get; init; }

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
    /// <summary>pass@k, unbiased, for k = 1, 2, 4, … up to the samples taken; null where there was one sample, or none was counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PassAtK>? PassAtK { get; init; }

    /// <summary>maj@k: accuracy of the answer that most of the k samples give, equivalent answers taken as one; a tie counts by the share of the tied answers that are right. Null below 3 samples.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Estimate? MajorityAtK { get; init; }

    /// <summary>Share of the samples that reached the longest length allowed; null where it was not counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Truncated { get; init; }

    /// <summary>Problems whose prompt was longer than allowed, answered wrong for that; null where it was not counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TooLong { get; init; }

    /// <summary>Right samples of each problem, in the order of the task; null where they were not kept. They stand in metrics.jsonl, so that runs can be compared problem by problem.</summary>
    [JsonIgnore]
    public IReadOnlyList<int>? Right { get; init; }

    /// <summary>The result of a task from the share of right samples of each problem (<see cref="Estimate.OfProblems"/>).</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="shares">Share of right samples of each problem, in [0, 1].</param>
    /// <param name="samplesPerProblem">Samples of each problem.</param>
    /// <param name="greedy">Accuracy of greedy decoding, where it was measured.</param>
    public static TaskResult FromShares(string task, IReadOnlyList<double> shares, int samplesPerProblem, double? greedy = null)
    {
        ArgumentNullException.ThrowIfNull(shares);
        var (mean, low, high) = Estimate.OfProblems(shares);
        return new(task, shares.Count, samplesPerProblem, mean, low, high, greedy);
    }
}
