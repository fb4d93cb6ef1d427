using Ghpo.Metrics;
using Ghpo.Tests.Metrics;

namespace Ghpo.Cli.Tests;

public class PlainViewTests
{
    private static string[] Lines(Action<IReporter> tell)
    {
        using var output = new StringWriter();
        tell(new PlainView(output));
        return output.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }

    [Fact]
    public void A_step_is_one_readable_line() => Assert.Equal(
        ["ghpo: step  8/40  reward 0.680  correct 20.0 %  hints 0%:3 25%:4 50%:5 75%:4  effective 8/16  rescued 90 %  grad 0.80  2,599 tokens/s  0:28"],
        Lines(view => view.OnStep(SampleRun.Step(8))));

    [Fact]
    public void Of_supervised_steps_every_25th_and_the_last_are_shown()
    {
        var lines = Lines(view =>
        {
            for (var step = 1; step <= 60; step++)
                view.OnStep(SampleRun.WarmUp(step) with { TotalSteps = 60 });
        });
        Assert.Equal(["warm-up: step 25/60  loss 0.0800  0:25", "warm-up: step 50/60  loss 0.0400  0:50", "warm-up: step 60/60  loss 0.0333  1:00"], lines);
    }

    [Fact]
    public void A_whole_run_ends_with_the_table_and_what_happened()
    {
        var lines = Lines(view =>
        {
            SampleRun.Tell(view);
            view.OnEnd(SampleRun.Summary);
        });
        Assert.Equal("run runs/quickstart-1", lines[0]);
        Assert.Equal(5, lines.Count(line => line.StartsWith("evaluation after step", StringComparison.Ordinal)));
        Assert.Equal(RunReport.Headline(SampleRun.Summary), lines[^1]);
        var table = lines[^10..^2];
        Assert.StartsWith("task ", table[0], StringComparison.Ordinal);
        Assert.StartsWith("mean ", table[^1], StringComparison.Ordinal);
        Assert.Single(table.Skip(1).Select(line => line.IndexOf('[', StringComparison.Ordinal) > 0 ? line.TrimEnd().Length : 0).Distinct());
    }

    [Fact]
    public void A_diagnosis_is_told()
    {
        var lines = Lines(view => view.OnStep(SampleRun.Step(3) with { Diagnosis = "No group had an advantage." }));
        Assert.Equal("note: No group had an advantage.", lines[1]);
    }
}
