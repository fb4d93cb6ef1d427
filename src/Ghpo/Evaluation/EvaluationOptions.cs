using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ghpo.Problems;

namespace Ghpo.Evaluation;

/// <summary>One hint-free task.</summary>
public sealed record TaskOptions
{
    /// <summary>The task's name in reports.</summary>
    [Description("name of the task in reports")]
    public required string Name { get; init; }

    /// <summary>Its problems.</summary>
    [Description("its problems; generated ones come from the part that is held out of training")]
    public ProblemOptions Problems { get; init; } = new();

    /// <summary>Completions of each problem; null: the evaluation's.</summary>
    [Description("completions of each problem (default: evaluation.num_samples)"), Range(1, 4096)]
    public int? NumSamples { get; init; }
}

/// <summary>How the model is examined: sampled (avg@k) and greedy, never with a hint.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The tasks.</summary>
    [Description("the tasks; none: no evaluation")]
    public IReadOnlyList<TaskOptions> Tasks { get; init; } = [];

    /// <summary>Steps between evaluations within a phase of rollouts; 0: only before and after.</summary>
    [Description("steps between evaluations (0: only before and after)"), Range(0, int.MaxValue)]
    public int EvalSteps { get; init; } = 10;

    /// <summary>k of avg@k.</summary>
    [Description("completions of each problem (k of avg@k)"), Range(1, 4096)]
    public int NumSamples { get; init; } = 4;

    /// <summary>Temperature of those completions.</summary>
    [Description("temperature of those completions"), Range(0, 100)]
    public double EvalTemperature { get; init; } = 1.0;

    /// <summary>Nucleus of those completions.</summary>
    [Description("nucleus of those completions (1: all tokens)"), Range(1e-6, 1)]
    public double EvalTopP { get; init; } = 1.0;

    /// <summary>Whether greedy decoding is measured too, before and after.</summary>
    [Description("measure greedy decoding too, before and after")]
    public bool Greedy { get; init; } = true;

    /// <summary>Longest completion; null: that of training.</summary>
    [Description("longest completion, in tokens (default: rollouts.max_completion_length)"), Range(1, 1_000_000)]
    public int? EvalMaxCompletionLength { get; init; }
}
