using System.Xml.Linq;
using Ghpo.Metrics;

namespace Ghpo.Tests.Metrics;

public class SvgChartTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static XDocument Render(SvgChart chart) => XDocument.Parse(chart.Render());

    [Fact]
    public void A_chart_is_well_formed_and_says_what_it_shows()
    {
        var svg = Render(new() { Title = "A < B & \"C\"", Description = "It rises.", Series = [new("one", [(0, 1), (10, 2)])] });
        Assert.Equal("A < B & \"C\"", svg.Root!.Element(Svg + "title")!.Value);
        Assert.Equal("It rises.", svg.Root.Element(Svg + "desc")!.Value);
        Assert.Equal("img", svg.Root.Attribute("role")!.Value);
        Assert.Contains("prefers-color-scheme:dark", svg.Root.Element(Svg + "style")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1 })]
    [InlineData(0, 40, new double[] { 0, 10, 20, 30, 40 })]
    [InlineData(-0.013, 0.017, new[] { -0.02, -0.01, 0, 0.01, 0.02 })]
    [InlineData(5, 5, new[] { 4.4, 4.6, 4.8, 5, 5.2, 5.4, 5.6 })]
    [InlineData(3e5, 9e5, new double[] { 200000, 400000, 600000, 800000, 1000000 })]
    public void Ticks_are_round_and_hold_all_values(double low, double high, double[] expected)
    {
        var axis = Axis.Between(low, high, 0, 100, exact: false, whole: false, count: 5);
        Assert.Equal(expected, axis.Ticks.Select(tick => Math.Round(tick, 9)));
        Assert.True(axis.Low <= low && axis.High >= high);
    }

    [Theory]
    [InlineData(0.5, 0.25, "0.50")]
    [InlineData(2, 1, "2")]
    [InlineData(1e-6, 1e-6, "1e-6")]
    [InlineData(20000, 5000, "20k")]
    [InlineData(2500000, 500000, "2.5M")]
    [InlineData(0.3, 0.1, "0.3")]
    public void A_tick_is_written_as_short_as_its_step_allows(double tick, double step, string expected) =>
        Assert.Equal(expected, new Axis(0, 1, 0, 1, step).Write(tick));

    [Fact]
    public void A_value_that_is_not_finite_leaves_a_gap()
    {
        var svg = Render(new() { Title = "t", Series = [new("one", [(0, 1), (1, 2), (2, double.NaN), (3, 1), (4, 2)])] });
        var path = svg.Descendants(Svg + "path").Single().Attribute("d")!.Value;
        Assert.Equal(2, path.Count(c => c == 'M'));
        Assert.DoesNotContain("NaN", svg.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stacked_areas_lie_upon_each_other()
    {
        var svg = Render(new() { Title = "t", Stacked = true, YMinimum = 0, YMaximum = 1, Series = [new("a", [(0, 0.25), (1, 0.5)]), new("b", [(0, 0.75), (1, 0.5)])] });
        var paths = svg.Descendants(Svg + "path").Select(path => path.Attribute("d")!.Value).ToList();
        Assert.Equal(2, paths.Count);
        // The upper edge of the first, right to left, is the lower edge of the second.
        var upper = paths[0].Split('M', 'L', 'Z')[1..3];
        var lower = paths[1].Split('M', 'L', 'Z')[3..5];
        Assert.Equal(upper, lower.Reverse());
    }

    [Fact]
    public void A_chart_without_data_says_so() => Assert.Contains("no data", Render(new() { Title = "t", Series = [new("a", [])] }).ToString(), StringComparison.Ordinal);
}
