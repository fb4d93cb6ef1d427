using Ghpo.Experiments;

namespace Ghpo.Tests.Experiments;

public class RunCurveTests
{
    private static readonly RunCurve Curve = new([Point(0, 0, 0.1), Point(10, 1000, 0.5), Point(20, 1500, 0.9)], [], 4);

    [Fact]
    public void A_run_is_read_at_its_last_evaluation_within_the_budget()
    {
        Assert.Equal(0.5, Curve.AtSteps(19).Mean);
        Assert.Equal(0.9, Curve.AtSteps(20).Mean);
        Assert.Equal(0.1, Curve.AtTokens(999).Mean);
        Assert.Equal(0.9, Curve.AtTokens(1_000_000).Mean);
    }

    [Fact]
    public void The_mean_over_a_budget_is_the_area_under_straight_lines()
    {
        Assert.Equal(((0.1 + 0.5) / 2 * 10 + (0.5 + 0.9) / 2 * 10) / 20, Curve.MeanOver(p => p.Step, 20), 12);
        Assert.Equal((0.1 + 0.3) / 2, Curve.MeanOver(p => p.Step, 5), 12);
        Assert.Equal((300 + 350 + (0.9 * 500)) / 2000, Curve.MeanOver(p => p.Tokens, 2000), 12); // level after the last evaluation
    }

    [Fact]
    public void A_target_is_reached_between_two_evaluations_or_never()
    {
        Assert.Equal(1250, Curve.Until(0.7, p => p.Tokens)!.Value, 9);
        Assert.Equal(0, Curve.Until(0.05, p => p.Tokens));
        Assert.Null(Curve.Until(0.95, p => p.Tokens));
    }

    private static CurvePoint Point(int step, double tokens, double mean) => new(step, tokens, 0, mean, new Dictionary<string, double>(), new Dictionary<string, int[]>());
}
