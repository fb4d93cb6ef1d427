using System.Text.Json.Serialization;
using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Evaluation;

/// <summary>Benchmarks whose conventions are known.</summary>
public enum TaskPreset
{
    /// <summary>None: a task of one's own.</summary>
    None,

    /// <summary>MATH-500: pass@1.</summary>
    Math500,

    /// <summary>AIME 2024: thirty problems, so avg@32.</summary>
    Aime24,

    /// <summary>AMC 2023: pass@1.</summary>
    Amc23,

    /// <summary>Minerva's undergraduate problems: the gold is the solution's box; decimals are given rounded.</summary>
    Minerva,

    /// <summary>OlympiadBench, the open-ended problems of mathematics in English: several golds are all asked for.</summary>
    Olympiadbench,

    /// <summary>GPQA-Diamond from the user's own copy: four shuffled choices, a letter asked for.</summary>
    [JsonStringEnumMemberName("gpqa_diamond")]
    GpqaDiamond,
}

/// <summary>The conventions of the benchmarks.</summary>
internal static class TaskPresets
{
    private const string ChoicePrompt = "{problem}\n\nReason step by step, and put the letter of the right choice within \\boxed{}.";

    /// <summary>The task with its preset's conventions where it says nothing itself.</summary>
    public static TaskOptions Resolve(TaskOptions task)
    {
        (ProblemPreset Problems, int? Samples, string? Prompt, AnswerExtraction Extraction, bool? Rounded) known = task.Preset switch
        {
            TaskPreset.Math500 => (ProblemPreset.Math, 1, null, AnswerExtraction.Any, null),
            TaskPreset.Aime24 => (ProblemPreset.None, 32, null, AnswerExtraction.Any, null),
            TaskPreset.Amc23 => (ProblemPreset.None, 1, null, AnswerExtraction.Any, null),
            TaskPreset.Minerva => (ProblemPreset.Math, 1, null, AnswerExtraction.Any, true),
            TaskPreset.Olympiadbench => (ProblemPreset.Olympiadbench, 1, null, AnswerExtraction.Any, null),
            TaskPreset.GpqaDiamond => (ProblemPreset.Gpqa, 1, ChoicePrompt, AnswerExtraction.Marked, null),
            _ => (ProblemPreset.None, null, null, AnswerExtraction.Any, null),
        };
        return task with
        {
            Problems = task.Problems.Preset == ProblemPreset.None ? task.Problems with { Preset = known.Problems } : task.Problems,
            NumSamples = task.NumSamples ?? known.Samples,
            UserPrompt = task.UserPrompt ?? known.Prompt,
            Extraction = task.Extraction ?? known.Extraction,
            AcceptRounded = task.AcceptRounded ?? known.Rounded,
        };
    }
}
