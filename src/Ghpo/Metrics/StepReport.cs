namespace Ghpo.Metrics;

/// <summary>What one training step did.</summary>
public sealed record StepReport
{
    /// <summary>The step, from 1, counted over all steps of its kind: supervised ones and those of reinforcement learning apart.</summary>
    public required int Step { get; init; }

    /// <summary>Steps to be made: of reinforcement learning in the whole run, or of a supervised phase.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>The phase that the step belongs to.</summary>
    public required string Phase { get; init; }

    /// <summary>Time since the run began; a resumed run goes on counting.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The figures by name (<see cref="MetricNames"/>); NaN where a figure does not exist in this step.</summary>
    public IReadOnlyDictionary<string, double> Values { get; init; } = new Dictionary<string, double>();

    /// <summary>The evaluation made after this step, if one was; it is also reported by itself.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>Why nothing was learned of late and what to do, or null.</summary>
    public string? Diagnosis { get; init; }

    /// <summary>A figure by name; null where it is missing or not finite.</summary>
    public double? Value(string name) => Values.TryGetValue(name, out var value) && double.IsFinite(value) ? value : null;
}

/// <summary>What a run is, told once before its first step.</summary>
public sealed record RunInfo
{
    /// <summary>The run's name, that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>The run's folder, as the user would write it.</summary>
    public required string Folder { get; init; }

    /// <summary>Steps of reinforcement learning in the whole run.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Steps that a resumed run has behind it.</summary>
    public int StepsDone { get; init; }

    /// <summary>The model in a few words: "Qwen2, 494 M parameters, float32".</summary>
    public string Model { get; init; } = "";

    /// <summary>The problems in a few words: "7,473 problems of gsm8k".</summary>
    public string Problems { get; init; } = "";

    /// <summary>The names of the phases, in order.</summary>
    public IReadOnlyList<string> Phases { get; init; } = [];
}

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>Every step was made.</summary>
    Completed,

    /// <summary>The user stopped it; it can go on from its last checkpoint.</summary>
    Interrupted,

    /// <summary>An error ended it, a loss that is not finite among them.</summary>
    Failed,
}

/// <summary>What a run was and came to: summary.json.</summary>
public sealed record RunSummary
{
    /// <summary>The run's name, that of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public RunOutcome Outcome { get; init; }

    /// <summary>Why it ended so, and what to do now, in words to print; null where there is nothing to say.</summary>
    public string? Message { get; init; }

    /// <summary>Evaluation of the model that training (reinforcement learning, after any warm-up) began with.</summary>
    public EvaluationReport? Before { get; init; }

    /// <summary>Evaluation of the trained model.</summary>
    public EvaluationReport? After { get; init; }

    /// <summary>Steps of reinforcement learning made.</summary>
    public int Steps { get; init; }

    /// <summary>Steps of reinforcement learning planned.</summary>
    public int TotalSteps { get; init; }

    /// <summary>All tokens sampled for training.</summary>
    public long SampledTokens { get; init; }

    /// <summary>Seconds from start to end, evaluation included.</summary>
    public double Seconds { get; init; }

    /// <summary>The most memory that the process held, in bytes.</summary>
    public long PeakMemoryBytes { get; init; }

    /// <summary>The seed of every random stream.</summary>
    public ulong Seed { get; init; }

    /// <summary>The command that repeats the run, without paths of one machine.</summary>
    public string Command { get; init; } = "";

    /// <summary>Versions of this library, .NET and the libraries that compute, by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();
}
