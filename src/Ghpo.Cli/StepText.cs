using System.Globalization;
using Ghpo.Metrics;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Cli;

/// <summary>A step's figures in the words of the terminal.</summary>
internal static class StepText
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The hint ratios of a step with their share of its groups, 0 (no hint) first.</summary>
    public static IReadOnlyList<(double Ratio, double Share)> Hints(StepReport step) =>
    [
        .. step.Values.Keys
            .Where(name => name.StartsWith(GroupsHintPrefix, StringComparison.Ordinal))
            .Select(name => (Ratio: double.Parse(name[GroupsHintPrefix.Length..], CultureInfo.InvariantCulture), Share: step.Value(name) ?? 0))
            .OrderBy(pair => pair.Ratio),
    ];

    /// <summary>Of the difficult groups that were guided, the share that a hint rescued; null where none was guided.</summary>
    public static double? RescueRate(StepReport step)
    {
        var guided = (step.Value(Difficult) ?? 0) - (step.Value(Unguidable) ?? 0) - (step.Value(ColdStart) ?? 0);
        return guided > 1e-9 ? Math.Clamp(1 - ((step.Value(Exhausted) ?? 0) / guided), 0, 1) : null;
    }

    /// <summary>A row of bars, one a value, from 0 to <paramref name="top"/>; the last ones where there is no room for all.</summary>
    public static string Sparkline(IReadOnlyList<double> values, int width, double top) => string.Concat(values
        .Skip(Math.Max(0, values.Count - width))
        .Select(value => double.IsFinite(value) ? Bars[(int)Math.Clamp(Math.Round(value / top * (Bars.Length - 1)), 0, Bars.Length - 1)] : ' '));

    /// <summary>Seconds as <c>1:05</c> or <c>1:02:05</c>.</summary>
    public static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}"
        : $"{time.Minutes}:{time.Seconds:00}";

    /// <summary>A share in per cent.</summary>
    public static string Percent(double share) => double.IsFinite(share) ? $"{share * 100:0.0} %" : "–";

    /// <summary>An accuracy with its 95 % interval.</summary>
    public static string Interval(double mean, double low, double high) => double.IsFinite(mean) ? $"{Percent(mean)} [{low * 100:0.0}, {high * 100:0.0}]" : "–";

    /// <summary>A change in points.</summary>
    public static string Points(double change) => double.IsFinite(change) ? $"{change * 100:+0.0;-0.0;±0.0}" : "–";

    /// <summary>The rows of the closing table: task, before, after, change, greedy before → after; the mean last.</summary>
    public static IReadOnlyList<string[]> BeforeAfter(RunSummary summary)
    {
        if (summary is not { Before: { } before, After: { } after })
            return [];
        var rows = after.Tasks.Select(task =>
        {
            var old = before.Tasks.FirstOrDefault(other => other.Task == task.Task);
            return new[]
            {
                task.Task,
                old is null ? "–" : Interval(old.Mean, old.Low, old.High),
                Interval(task.Mean, task.Low, task.High),
                Points(task.Mean - (old?.Mean ?? double.NaN)),
                Greedy(old?.Greedy, task.Greedy),
            };
        }).ToList();
        rows.Add(["mean", Interval(before.Mean, before.Low, before.High), Interval(after.Mean, after.Low, after.High), Points(after.Mean - before.Mean), Greedy(before.Greedy, after.Greedy)]);
        return rows;
    }

    /// <summary>The heads of the closing table.</summary>
    public static IReadOnlyList<string> BeforeAfterHeads { get; } = ["task", "before [95 %]", "after [95 %]", "change", "greedy"];

    /// <summary>Writes rows of one length as columns: the first to the left, the others to the right.</summary>
    public static void WriteTable(string[][] rows, TextWriter output)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("   ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
    }

    private static string Greedy(double? before, double? after) => before is null && after is null ? "–" : $"{Percent(before ?? double.NaN)} → {Percent(after ?? double.NaN)}";
}
