namespace Ghpo.Metrics;

/// <summary>Where the course of a run goes: a file, the terminal, a report. Called from one thread at a time.</summary>
public interface IReporter
{
    /// <summary>The run is about to begin.</summary>
    void OnStart(RunInfo run);

    /// <summary>A step is done.</summary>
    void OnStep(StepReport report);

    /// <summary>An evaluation is done.</summary>
    void OnEvaluation(EvaluationReport report);

    /// <summary>Something to tell the user: a plain sentence.</summary>
    void OnMessage(string message);

    /// <summary>The run has ended.</summary>
    void OnEnd(RunSummary summary);
}

/// <summary>Tells several reporters, in their order.</summary>
public sealed class Reporters(params IReadOnlyList<IReporter> reporters) : IReporter
{
    /// <inheritdoc />
    public void OnStart(RunInfo run) => Tell(reporter => reporter.OnStart(run));

    /// <inheritdoc />
    public void OnStep(StepReport report) => Tell(reporter => reporter.OnStep(report));

    /// <inheritdoc />
    public void OnEvaluation(EvaluationReport report) => Tell(reporter => reporter.OnEvaluation(report));

    /// <inheritdoc />
    public void OnMessage(string message) => Tell(reporter => reporter.OnMessage(message));

    /// <inheritdoc />
    public void OnEnd(RunSummary summary) => Tell(reporter => reporter.OnEnd(summary));

    private void Tell(Action<IReporter> tell)
    {
        foreach (var reporter in reporters)
            tell(reporter);
    }
}
