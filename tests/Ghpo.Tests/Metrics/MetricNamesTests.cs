using System.Reflection;
using Ghpo.Metrics;
using Ghpo.Tests.Shared;

namespace Ghpo.Tests.Metrics;

public class MetricNamesTests
{
    [Fact]
    public void Every_metric_is_defined_in_the_documentation()
    {
        var text = File.ReadAllText(Path.Combine(SharedData.Checkout, "docs", "metrics.md"));
        var names = typeof(MetricNames).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.IsLiteral && !field.Name.EndsWith("Prefix", StringComparison.Ordinal))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat([MetricNames.GroupsWithHint(0), MetricNames.GroupsWithHint(0.25), MetricNames.Rescued(0.5), MetricNames.RewardMean("<name>"), MetricNames.RewardStdOf("<name>")]);
        Assert.All(names, name => Assert.Contains($"`{name}`", text, StringComparison.Ordinal));
    }
}
