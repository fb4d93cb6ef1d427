using Ghpo.Metrics;
using Ghpo.Tests.Metrics;

namespace Ghpo.Cli.Tests;

public class StepTextTests
{
    [Fact]
    public void The_rescue_rate_is_of_the_groups_that_could_be_guided()
    {
        StepReport With(params (string, double)[] values) => SampleRun.Step(1) with { Values = values.ToDictionary(v => v.Item1, v => v.Item2) };

        Assert.Equal(0.75, StepText.RescueRate(With((MetricNames.Difficult, 0.5), (MetricNames.Unguidable, 0.1), (MetricNames.Exhausted, 0.1)))!.Value, 9);
        Assert.Null(StepText.RescueRate(With((MetricNames.Difficult, 0.5), (MetricNames.ColdStart, 0.5))));
        Assert.Null(StepText.RescueRate(With((MetricNames.Difficult, 0))));
    }

    [Fact]
    public void A_sparkline_shows_the_last_values_that_fit() => Assert.Equal("▁▅█", StepText.Sparkline([0.9, 0, 0.5, 1], 3, 1));

    [Theory]
    [InlineData(5, "0:05")]
    [InlineData(605, "10:05")]
    [InlineData(3725, "1:02:05")]
    public void Time_is_a_clock(int seconds, string expected) => Assert.Equal(expected, StepText.Clock(TimeSpan.FromSeconds(seconds)));
}
