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

    /// <summary>SVAMP, MAWPS and ASDiv: a story and a question, or one input; a number as answer or target.</summary>
    [JsonStringEnumMemberName("word_problems")]
    WordProblems,

    /// <summary>AIME with solutions: problem, solution, answer; the difficulty, rounded, is the level; named by year, contest and number.</summary>
    Aime,

    /// <summary>OlympiadBench: context and question, a list of golds (all are asked for), a list of solutions (the first is the trace).</summary>
    Olympiadbench,

    /// <summary>GPQA's own table: the four choices are shuffled by seed and id, the gold answer is a letter.</summary>
    Gpqa,
}

/// <summary>What is done with the rows of a kind.</summary>
public enum RowTreatment
{
    /// <summary>They are used like any other.</summary>
    Keep,

    /// <summary>They are left out, and counted.</summary>
    Drop,

    /// <summary>The first one is an error.</summary>
    Refuse,
}

/// <summary>What is done about training problems that overlap an evaluation set.</summary>
public enum ContaminationTreatment
{
    /// <summary>They are told, and used.</summary>
    Report,

    /// <summary>They are told, and left out.</summary>
    Drop,

    /// <summary>Nobody looks.</summary>
    Off,
}

/// <summary>Which problems of a file are used. Lengths are in characters.</summary>
public sealed record ProblemFilter
{
    /// <summary>Shortest question.</summary>
    [Description("shortest question, in characters"), Range(0, int.MaxValue)]
    public int MinQuestionLength { get; init; }

    /// <summary>Longest question; null: any.</summary>
    [Description("longest question, in characters (absent: any)"), Range(1, int.MaxValue)]
    public int? MaxQuestionLength { get; init; }

    /// <summary>Shortest trace; above 0, problems without a trace are left out.</summary>
    [Description("shortest worked solution, in characters; above 0, problems without one are left out"), Range(0, int.MaxValue)]
    public int MinTraceLength { get; init; }

    /// <summary>Longest trace; null: any.</summary>
    [Description("longest worked solution, in characters (absent: any)"), Range(1, int.MaxValue)]
    public int? MaxTraceLength { get; init; }

    /// <summary>Problems whose gold answer the verifier cannot read; null: dropped in training, kept in evaluation.</summary>
    [Description("problems whose gold answer the verifier cannot read, proofs among them: keep, drop or refuse (default: drop in training, keep in evaluation)")]
    public RowTreatment? UnreadableGold { get; init; }

    /// <summary>Problems with the same question as an earlier one; null: dropped in training, kept in evaluation.</summary>
    [Description("problems with the very question of an earlier one, white space aside: keep, drop or refuse (default: drop in training, keep in evaluation)")]
    public RowTreatment? Duplicates { get; init; }
}

/// <summary>Which field of a row holds what; null: the preset's, or the usual names.</summary>
public sealed record ProblemFields
{
    /// <summary>The row's name.</summary>
    [Description("field that names a row (default: id, unique_id or uuid where these differ from row to row, else the rows are numbered)")]
    public string? Id { get; init; }

    /// <summary>The question.</summary>
    [Description("field with the question (default: problem, question or prompt, or the last thing the user says in messages); a dot leads into a nested object")]
    public string? Problem { get; init; }

    /// <summary>The gold answer.</summary>
    [Description("field with the gold answer (default: answer, or the last box of the solution)")]
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
    [Description("file with the problems: .jsonl, .json, .parquet, .csv or .tsv; * and ? name several (absent: problems about the generated map)")]
    public string? Path { get; init; }

    /// <summary>How a known data set is read.</summary>
    [Description("how a known data set is read: none, gsm8k, math, numinamath, open_r1, word_problems, aime, olympiadbench, gpqa")]
    public ProblemPreset Preset { get; init; }

    /// <summary>Field names of the file.</summary>
    [Description("names of the fields in your own file")]
    public ProblemFields Fields { get; init; } = new();

    /// <summary>Only these levels.</summary>
    [Description("only problems of these levels (absent: all)")]
    public IReadOnlyList<int>? Levels { get; init; }

    /// <summary>Which problems of the file are used.</summary>
    [Description("which problems of a file are used; what is left out is counted and told")]
    public ProblemFilter Filter { get; init; } = new();

    /// <summary>Overlap with the evaluation sets.</summary>
    [Description("problems of a file that share contamination_words words in a row with a problem of evaluation.tasks: report, drop or off")]
    public ContaminationTreatment Contamination { get; init; } = ContaminationTreatment.Report;

    /// <summary>n of the n-grams.</summary>
    [Description("words in a row that make an overlap (13 is usual)"), Range(5, 100)]
    public int ContaminationWords { get; init; } = 13;

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
