using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Ghpo.Problems;

/// <summary>How the rows of well-known data sets are read.</summary>
public enum ProblemPreset
{
    /// <summary>By the field names given.</summary>
    None,

    /// <summary>GSM8K: the answer stands behind <c>####</c> at the end of the worked solution; calculator marks <c>&lt;&lt;…&gt;&gt;</c> are stripped.</summary>
    Gsm8k,

    /// <summary>MATH: problem, solution, answer (or the solution's last box), "Level 5" or 5.</summary>
    Math,

    /// <summary>NuminaMath: problem, solution, answer (or the solution's last box).</summary>
    Numinamath,

    /// <summary>open-r1's data sets: problem, solution, answer.</summary>
    [JsonStringEnumMemberName("open_r1")]
    OpenR1,
}

/// <summary>Which field of a row holds what; null: the preset's, or the usual names.</summary>
public sealed record ProblemFields
{
    /// <summary>The row's name.</summary>
    [Description("field that names a row (default: the rows are numbered)")]
    public string? Id { get; init; }

    /// <summary>The question.</summary>
    [Description("field with the question (default: problem, question or prompt)")]
    public string? Problem { get; init; }

    /// <summary>The gold answer.</summary>
    [Description("field with the gold answer (default: answer)")]
    public string? Answer { get; init; }

    /// <summary>The worked solution.</summary>
    [Description("field with the worked solution, from which hints are cut (default: solution, or none)")]
    public string? Solution { get; init; }

    /// <summary>The difficulty.</summary>
    [Description("field with the difficulty, a number or text that ends with one (default: level, or none)")]
    public string? Level { get; init; }

    /// <summary>The topic.</summary>
    [Description("field with the topic (default: subject or type, or none)")]
    public string? Subject { get; init; }
}

/// <summary>Where problems come from, and in which order.</summary>
public sealed record ProblemOptions
{
    /// <summary>A file of problems; null: problems about the generated map.</summary>
    [Description("file with the problems: .jsonl, .json or .parquet (absent: problems about the generated map)")]
    public string? Path { get; init; }

    /// <summary>How a known data set is read.</summary>
    [Description("how a known data set is read: none, gsm8k, math, numinamath, open_r1")]
    public ProblemPreset Preset { get; init; }

    /// <summary>Field names of the file.</summary>
    [Description("names of the fields in your own file")]
    public ProblemFields Fields { get; init; } = new();

    /// <summary>Only these levels.</summary>
    [Description("only problems of these levels (absent: all)")]
    public IReadOnlyList<int>? Levels { get; init; }

    /// <summary>At most so many problems.</summary>
    [Description("at most so many problems; of a file: the first ones"), Range(1, int.MaxValue)]
    public int? MaxProblems { get; init; }

    /// <summary>The order of drawing.</summary>
    [Description("shuffled anew each epoch, curriculum (easy levels first), or sequential")]
    public ProblemOrder Order { get; init; } = ProblemOrder.Shuffled;

    /// <summary>The generated world.</summary>
    [Description("the generated map, where path is absent")]
    public TransitMapOptions Map { get; init; } = new();
}
