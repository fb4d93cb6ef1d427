using System.CommandLine;
using Ghpo.Metrics;

namespace Ghpo.Cli;

/// <summary><c>ghpo report RUN</c>: writes a run's report again.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder" };
        var command = new Command("report", "Write report.md and the charts of a run again, from its figures.") { run };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(run)!;
            if (!File.Exists(Path.Combine(folder, "summary.json")))
                throw new FileNotFoundException($"{folder}: there is no summary.json; a run writes it when it ends");
            parsed.InvocationConfiguration.Output.WriteLine(RunReport.Write(folder));
        });
        return command;
    }
}
