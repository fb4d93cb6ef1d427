using Ghpo.Experiments;

namespace Ghpo.Tests.Experiments;

public class StatisticsTests
{
    [Theory]
    [InlineData(1, 12.706204736)]
    [InlineData(2, 4.302652730)]
    [InlineData(3, 3.182446305)]
    [InlineData(4, 2.776445105)]
    [InlineData(9, 2.262157163)]
    [InlineData(30, 2.042272456)]
    [InlineData(200, 1.971896224)]
    public void Quantiles_are_those_of_the_tables(int degrees, double expected) => Assert.Equal(expected, StudentT.Quantile975(degrees), 7);

    [Fact]
    public void The_seed_is_the_unit_of_an_interval()
    {
        var estimate = SeedEstimate.Of([0.1, 0.2, 0.3, 0.4, 0.5]);
        Assert.Equal(0.3, estimate.Mean, 12);
        Assert.Equal(0.3 - (2.776445105 * Math.Sqrt(0.025 / 5)), estimate.Low, 8);
        Assert.Equal(0.3 + (2.776445105 * Math.Sqrt(0.025 / 5)), estimate.High, 8);
    }

    [Fact]
    public void A_seed_without_a_value_leaves_no_mean_and_one_seed_no_interval()
    {
        Assert.True(double.IsNaN(SeedEstimate.Of([0.1, null]).Mean));
        var alone = SeedEstimate.Of([0.4]);
        Assert.Equal(0.4, alone.Mean);
        Assert.True(double.IsNaN(alone.Low));
    }

    [Fact]
    public void The_bootstrap_holds_the_variance_of_seeds_and_of_problems()
    {
        // Seeds differ by ±0.1, problems within a seed not at all: resampled means are those of a coin tossed four times.
        var seeds = new[] { 0.1, 0.1, 0.3, 0.3 }.Select(value => (IReadOnlyList<double[]>)[[value, value, value]]).ToList();
        var (low, high) = TwoLevelBootstrap.Interval(seeds);
        Assert.Equal((0.1, 0.3), (Math.Round(low, 6), Math.Round(high, 6)));

        // Seeds are alike, problems differ: the interval is about ± 1.96 · 0.5 / √(400 · 4).
        var problems = Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? 1.0 : 0).ToArray();
        var (lower, upper) = TwoLevelBootstrap.Interval([.. Enumerable.Repeat((IReadOnlyList<double[]>)[problems], 4)]);
        Assert.InRange(upper - lower, 0.040, 0.058);
        Assert.InRange((lower + upper) / 2, 0.49, 0.51);
    }
}
