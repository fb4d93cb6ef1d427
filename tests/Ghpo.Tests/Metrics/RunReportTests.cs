using System.Xml.Linq;
using Ghpo.Metrics;

namespace Ghpo.Tests.Metrics;

public sealed class RunReportTests : FolderTest
{
    private string Report(RunSummary summary)
    {
        using (var reporter = new JsonLinesReporter(At("metrics.jsonl")))
            SampleRun.Tell(reporter);
        SummaryFile.Write(At("summary.json"), summary);
        EnvironmentInfo.Collect().Write(At("environment.json"));
        return File.ReadAllText(RunReport.Write(Folder));
    }

    [Fact]
    public void A_report_tells_the_run_at_a_glance()
    {
        var text = Report(SampleRun.Summary);

        var (before, after) = (SampleRun.Summary.Before!, SampleRun.Summary.After!);
        Assert.StartsWith($"# quickstart-1\n\n**Accuracy without hints rose from {before.Mean * 100:0.0} % to {after.Mean * 100:0.0} % (+{(after.Mean - before.Mean) * 100:0.0} points, sampled, over 6 tasks): 40 steps in 3 min 12 s.**", text, StringComparison.Ordinal);
        foreach (var task in after.Tasks)
            Assert.Contains($"{task.Mean * 100:0.0} % [{task.Low * 100:0.0}, {task.High * 100:0.0}]", text, StringComparison.Ordinal);
        Assert.Contains("avg@4", text, StringComparison.Ordinal);
        Assert.Contains("| rescued by a 50 % hint, of those that tried | 50.0 % | 50.0 % | 50.0 % |", text, StringComparison.Ordinal);
        Assert.Contains("| sampled tokens, all | 160,000 |", text, StringComparison.Ordinal);
        Assert.Contains("| of these beyond round 0 | 39,000 (24 %) |", text, StringComparison.Ordinal);
        Assert.Contains("| peak memory | 0.91 GB |", text, StringComparison.Ordinal);
        Assert.Contains("ghpo train recipes/quickstart.yaml --set seed=42", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Folder, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_chart_that_the_report_shows_is_there_and_well_formed()
    {
        var text = Report(SampleRun.Summary);
        var charts = System.Text.RegularExpressions.Regex.Matches(text, @"\]\((\w+\.svg)\)").Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(["learning_curve.svg", "tasks.svg", "reward.svg", "guidance.svg", "effective_queries.svg", "grad_norm.svg", "completion_length.svg"], charts);
        Assert.All(charts, chart => XDocument.Load(At(chart)));
        Assert.DoesNotContain("NaN", string.Concat(charts.Select(chart => File.ReadAllText(At(chart)))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_ended_early_says_so_and_what_to_do()
    {
        var text = Report(SampleRun.Summary with { Outcome = RunOutcome.Interrupted, Steps = 20, After = null, Message = "Go on with: ghpo train --resume" });
        Assert.Contains("Interrupted after 20 of 40 steps (3 min 12 s). Go on with: ghpo train --resume", text, StringComparison.Ordinal);
        Assert.Contains("| level-1 | 50 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_within_the_uncertainty_is_called_that()
    {
        var same = SampleRun.Summary with { After = SampleRun.Evaluation(40, 0.11) };
        Assert.Contains("within the uncertainty of the evaluation", RunReport.Headline(same), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_with_a_summary_alone_has_a_report_too()
    {
        SummaryFile.Write(At("summary.json"), new() { Name = "bare", Outcome = RunOutcome.Failed, TotalSteps = 3, Message = "The loss is not finite." });
        Assert.Contains("Failed after 0 of 3 steps (0.0 s). The loss is not finite.", File.ReadAllText(RunReport.Write(Folder)), StringComparison.Ordinal);
    }
}
