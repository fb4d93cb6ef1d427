using Ghpo.Metrics;

namespace Ghpo.Cli;

/// <summary>A view of a run on the terminal.</summary>
internal interface IRunView : IReporter
{
    /// <summary>Shows the run while it goes on, and how it ended.</summary>
    Task<RunSummary> ShowAsync(Func<Task<RunSummary>> run);
}
