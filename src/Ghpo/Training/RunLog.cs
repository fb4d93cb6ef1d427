using Ghpo.Metrics;

namespace Ghpo.Training;

/// <summary>Where a run's course is written: the files of its folder, and whoever watches.</summary>
internal sealed class RunLog : IDisposable
{
    private readonly JsonLinesReporter _metrics;

    public RunLog(RunFolder folder, IReporter watcher, IReadOnlyList<string> rewardNames, bool resumed, TrainingState state)
    {
        _metrics = new JsonLinesReporter(folder.Metrics, resumed ? state.MetricsBytes : null);
        Completions = new CompletionLog(folder.Completions, rewardNames, state.CompletionsBytes);
        Reporter = new Reporters(_metrics, watcher);
    }

    public IReporter Reporter { get; }

    public CompletionLog Completions { get; }

    public (long Metrics, long Completions) Lengths => (_metrics.Length, Completions.Length);

    public void Dispose()
    {
        _metrics.Dispose();
        Completions.Dispose();
    }
}
