namespace Ghpo.Problems;

/// <summary>A training problem and an evaluation problem that share words.</summary>
/// <param name="TrainingId">The training problem.</param>
/// <param name="Task">The evaluation set.</param>
/// <param name="EvaluationId">The evaluation problem.</param>
/// <param name="Words">The first words that they share, as the training problem has them.</param>
public sealed record Overlap(string TrainingId, string Task, string EvaluationId, string Words);

/// <summary>How far an evaluation set is touched.</summary>
/// <param name="Task">Its name.</param>
/// <param name="Problems">Its problems.</param>
/// <param name="Touched">Those of them that share words with a training problem.</param>
public sealed record TaskContamination(string Task, int Problems, int Touched);

/// <summary>Training problems that overlap evaluation sets.</summary>
/// <param name="Words">n: the words in a row that make an overlap.</param>
/// <param name="Examined">Training problems examined.</param>
/// <param name="Tasks">The evaluation sets.</param>
/// <param name="Overlaps">Each pair of problems that share words, in the order of the training problems.</param>
public sealed record ContaminationReport(int Words, int Examined, IReadOnlyList<TaskContamination> Tasks, IReadOnlyList<Overlap> Overlaps)
{
    private readonly Lazy<HashSet<string>> _ids = new(() => [.. Overlaps.Select(overlap => overlap.TrainingId)]);

    /// <summary>Whether the overlapping problems were left out of the set.</summary>
    public bool Dropped { get; init; }

    /// <summary>Training problems that overlap an evaluation set.</summary>
    public int Contaminated => _ids.Value.Count;

    /// <summary>Their share of the problems examined.</summary>
    public double Share => Examined == 0 ? 0 : (double)Contaminated / Examined;

    /// <summary>Whether a training problem overlaps an evaluation set.</summary>
    public bool Holds(string trainingId) => _ids.Value.Contains(trainingId);

    /// <summary>As a sentence.</summary>
    public override string ToString()
    {
        if (Contaminated == 0)
            return $"no problem of {Examined:N0} shares {Words} words in a row with a problem of the evaluation ({string.Join(", ", Tasks.Select(t => t.Task))})";
        var touched = string.Join(", ", Tasks.Where(t => t.Touched > 0).Select(t => $"{t.Touched:N0} of {t.Problems:N0} problems of {t.Task}"));
        return $"{Contaminated:N0} of {Examined:N0} problems share {Words} words in a row with the evaluation ({touched}); they are {(Dropped ? "left out" : "used all the same, problems.contamination: drop leaves them out")}";
    }
}
