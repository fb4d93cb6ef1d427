using Ghpo.Metrics;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Tests.Metrics;

public class NothingLearnedTests
{
    private static string? Watch(params (string Name, double Value)[] figures)
    {
        var watch = new NothingLearned(3);
        var values = figures.ToDictionary(figure => figure.Name, figure => figure.Value);
        values.TryAdd(EffectiveQueries, 0);
        Assert.Null(watch.Observe(values));
        Assert.Null(watch.Observe(values));
        return watch.Observe(values);
    }

    [Theory]
    [InlineData("cannot read the gold answer of 90 %", Unscorable, 0.9, AllWrong, 0.1)]
    [InlineData("Raise max_completion_length", Truncated, 0.8, AllWrong, 1.0)]
    [InlineData("100 % of the groups are all right", AllRight, 1.0, AllWrong, 0.0)]
    [InlineData("not in the asked format", AllWrong, 1.0, Format, 0.0)]
    [InlineData("still off for the cold start", AllWrong, 1.0, ColdStart, 1.0)]
    [InlineData("no usable trace", AllWrong, 1.0, Unguidable, 1.0)]
    [InlineData("wrong with the longest hint", AllWrong, 1.0, Exhausted, 1.0)]
    [InlineData("Switch guidance on", AllWrong, 1.0, Format, 0.9)]
    [InlineData("Raise num_generations or temperature", AllWrong, 0.3, AllRight, 0.4)]
    public void It_says_why_and_what_to_do(string expected, string first, double firstValue, string second, double secondValue) =>
        Assert.Contains(expected, Watch((first, firstValue), (second, secondValue)), StringComparison.Ordinal);

    [Fact]
    public void One_effective_group_is_enough_to_be_silent() => Assert.Null(Watch((EffectiveQueries, 1), (AllWrong, 0.99)));

    [Fact]
    public void A_good_step_between_begins_the_count_again()
    {
        var watch = new NothingLearned(2);
        var bad = new Dictionary<string, double> { [EffectiveQueries] = 0, [AllWrong] = 1 };
        Assert.Null(watch.Observe(bad));
        Assert.Null(watch.Observe(new Dictionary<string, double> { [EffectiveQueries] = 3 }));
        Assert.Null(watch.Observe(bad));
        Assert.NotNull(watch.Observe(bad));
        Assert.Null(watch.Observe(bad));
    }
}
