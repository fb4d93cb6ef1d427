using Ghpo.Metrics;

namespace Ghpo.Training;

/// <summary>Where a run's course is written: the files of its folder, behind the run, and whoever watches.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly JsonLinesReporter _metrics;
    private readonly CompletionLog _completions;
    private readonly WriteBehind _files = new();

    public RunLog(RunFolder folder, IReporter watcher, IReadOnlyList<string> rewardNames, bool resumed, TrainingState state)
    {
        _metrics = new JsonLinesReporter(folder.Metrics, resumed ? state.MetricsBytes : null);
        _completions = new CompletionLog(folder.Completions, rewardNames, state.CompletionsBytes);
        Reporter = new Reporters(new Behind(_metrics, _files), watcher);
    }

    public IReporter Reporter { get; }

    /// <summary>Writes a step's completions.</summary>
    public void Write(int step, Harvest harvest) => _files.Post(() => _completions.Write(step, harvest));

    /// <summary>Waits until the files hold all that was reported.</summary>
    /// <exception cref="IOException">One of them could not be written.</exception>
    public void Flush() => _files.Drain();

    /// <summary>The files' lengths with all that was reported.</summary>
    /// <exception cref="IOException">One of them could not be written.</exception>
    public (long Metrics, long Completions) Lengths
    {
        get
        {
            Flush();
            return (_metrics.Length, _completions.Length);
        }
    }

    public void Dispose()
    {
        _files.Dispose();
        _metrics.Dispose();
        _completions.Dispose();
    }

    private sealed class Behind(IReporter file, WriteBehind files) : IReporter
    {
        public void OnStart(RunInfo run) => files.Post(() => file.OnStart(run));

        public void OnStep(StepReport report) => files.Post(() => file.OnStep(report));

        public void OnEvaluation(EvaluationReport report) => files.Post(() => file.OnEvaluation(report));

        public void OnMessage(string message) => files.Post(() => file.OnMessage(message));

        public void OnEnd(RunSummary summary) => files.Post(() => file.OnEnd(summary));
    }
}
