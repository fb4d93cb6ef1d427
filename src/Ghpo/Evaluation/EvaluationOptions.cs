using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Evaluation;

/// <summary>One hint-free task.</summary>
public sealed record TaskOptions
{
    /// <summary>The task's name in reports.</summary>
    [Description("name of the task in reports")]
    public required string Name { get; init; }

    /// <summary>A benchmark whose conventions are taken where this task says nothing else.</summary>
    [Description("a benchmark whose conventions hold where the task says nothing else (columns, prompt, extraction, k): none, math500, aime24, amc23, minerva, olympiadbench, gpqa_diamond")]
    public TaskPreset Preset { get; init; }

    /// <summary>The user message; null: the preset's, else the recipe's.</summary>
    [Description("user message, {problem} standing for the problem (default: the preset's, else prompt.user_prompt); the system message is always prompt.system_prompt")]
    public string? UserPrompt { get; init; }

    /// <summary>Where in a completion the answer may stand; null: the preset's.</summary>
    [Description("where the answer may stand: any, marked (a tag, a box, ####, \"the answer is\") or boxed (default: the preset's, else any)")]
    public AnswerExtraction? Extraction { get; init; }

    /// <summary>Accept a decimal rounded from an exact gold; null: the preset's, else as in training.</summary>
    [Description("accept a rounded decimal for an exact gold answer (default: the preset's, else rewards.accept_rounded)")]
    public bool? AcceptRounded { get; init; }

    /// <summary>Whether the task is left out, and that is told, where its file is absent.</summary>
    [Description("leave the task out, and say so, where its file is absent")]
    public bool Optional { get; init; }

    /// <summary>Its problems.</summary>
    [Description("its problems; generated ones come from the part that is held out of training")]
    public ProblemOptions Problems { get; init; } = new();

    /// <summary>Completions of each problem; null: the evaluation's.</summary>
    [Description("completions of each problem (default: the preset's, else evaluation.num_samples)"), Range(1, 4096)]
    public int? NumSamples { get; init; }
}

/// <summary>How the model is examined: sampled (avg@k) and greedy, never with a hint.</summary>
public sealed record EvaluationOptions
{
    /// <summary>The tasks.</summary>
    [Description("the tasks; none: no evaluation")]
    public IReadOnlyList<TaskOptions> Tasks { get; init; } = [];

    /// <summary>Where relative paths of the tasks begin; null: the working folder.</summary>
    [Description("folder in which relative paths of the tasks' problems begin (default: the working folder)")]
    public string? Folder { get; init; }

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
