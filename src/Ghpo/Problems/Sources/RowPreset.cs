namespace Ghpo.Problems.Sources;

/// <summary>The fields in which a known data set keeps what. What differs in more than names is read in <see cref="ProblemRow"/>.</summary>
internal sealed record RowPreset
{
    private static readonly string[] Questions = ["problem", "question", "prompt"];
    private static readonly string[] Answers = ["answer", "final_answer", "expected_answer", "reward_model.ground_truth"];

    public IReadOnlyList<string> Id { get; init; } = ["id", "unique_id", "uuid"];

    public IReadOnlyList<string> Problem { get; init; } = Questions;

    public IReadOnlyList<string> Answer { get; init; } = Answers;

    public IReadOnlyList<string> Solution { get; init; } = ["solution"];

    public IReadOnlyList<string> Level { get; init; } = ["level"];

    public IReadOnlyList<string> Subject { get; init; } = ["subject", "type"];

    /// <summary>The data set has rows without a gold answer (proofs): they are unreadable, not broken.</summary>
    public bool MayLackAnswer { get; init; }

    public static RowPreset Of(ProblemPreset preset) => preset switch
    {
        ProblemPreset.Math => new() { MayLackAnswer = true },
        ProblemPreset.Numinamath => new() { Subject = ["problem_type", "source"], MayLackAnswer = true },
        ProblemPreset.OpenR1 => new() { Level = ["level", "difficulty"], Subject = ["problem_type", "subject", "type", "source", "data_source"], MayLackAnswer = true },
        ProblemPreset.WordProblems => new() { Id = ["ID"], Problem = ["question", "input", "problem"], Answer = ["answer", "target"], Solution = ["solution"] },
        ProblemPreset.Aime => new() { Level = ["difficulty"], Subject = ["subject"] },
        ProblemPreset.Olympiadbench => new() { Answer = ["final_answer", "answer"], Subject = ["subfield", "subject"] },
        ProblemPreset.Gpqa => new() { Id = ["Record ID", "id"], Answer = ["Correct Answer", "answer"], Solution = ["Explanation", "solution"], Level = [], Subject = ["High-level domain", "domain", "subject"] },
        _ => new(),
    };
}
