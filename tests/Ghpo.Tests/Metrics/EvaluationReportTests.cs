using Ghpo.Metrics;

namespace Ghpo.Tests.Metrics;

public class EvaluationReportTests
{
    [Fact]
    public void The_interval_is_clustered_by_problem()
    {
        // Ten problems, half always right, half always wrong: 40 samples, but only 10 independent facts.
        var result = TaskResult.FromShares("t", [1, 1, 1, 1, 1, 0, 0, 0, 0, 0], 4);
        var half = 1.959963984540054 * Math.Sqrt(2.5 / 9 / 10);
        Assert.Equal(0.5, result.Mean);
        Assert.Equal(0.5 - half, result.Low, 12);
        Assert.Equal(0.5 + half, result.High, 12);
        Assert.Equal(10, result.Problems);
    }

    [Fact]
    public void Nothing_right_or_everything_right_still_has_an_interval()
    {
        // Wilson's upper limit for 0 of 10: z² / (n + z²).
        var none = TaskResult.FromShares("t", new double[10], 4);
        Assert.Equal(0, none.Low, 12);
        Assert.Equal(3.841458820694124 / 13.841458820694124, none.High, 9);
        var all = TaskResult.FromShares("t", [.. Enumerable.Repeat(1.0, 10)], 4);
        Assert.Equal(1, all.High, 12);
        Assert.Equal(1 - none.High, all.Low, 9);
    }

    [Fact]
    public void The_mean_of_the_tasks_has_the_interval_of_independent_means()
    {
        var report = new EvaluationReport { Step = 0, Tasks = [new("a", 10, 4, 0.2, 0.1, 0.3, 0.5), new("b", 10, 4, 0.4, 0.2, 0.6)] };
        Assert.Equal(0.3, report.Mean, 12);
        Assert.Equal(0.3 - (Math.Sqrt(0.01 + 0.04) / 2), report.Low, 12);
        Assert.Null(report.Greedy);
        Assert.Equal(0.5, (report with { Tasks = [report.Tasks[0]] }).Greedy);
    }
}
