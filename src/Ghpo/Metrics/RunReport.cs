using System.Globalization;
using System.Text;
using System.Text.Json;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Metrics;

/// <summary>
/// Writes report.md and its charts, from which a run is understood at a glance: what happened in plain words, before and
/// after by task, what was guided, what it cost, how to repeat it.
/// </summary>
public static class RunReport
{
    /// <summary>Writes the report of a run into its folder.</summary>
    /// <param name="folder">The run's folder, with summary.json and, where there are any, metrics.jsonl and environment.json.</param>
    /// <returns>The path of report.md.</returns>
    public static string Write(string folder)
    {
        var summary = SummaryFile.Read(Path.Combine(folder, "summary.json"));
        var lines = MetricsFile.Read(Path.Combine(folder, "metrics.jsonl"));
        var charts = RunCharts.All(lines);
        foreach (var (file, chart) in charts)
            AtomicFile.WriteAllText(Path.Combine(folder, file), chart.Render());
        var environment = Path.Combine(folder, "environment.json");
        var path = Path.Combine(folder, "report.md");
        AtomicFile.WriteAllText(path, Text(summary, lines, charts, File.Exists(environment) ? File.ReadAllText(environment) : null));
        return path;
    }

    /// <summary>What came of the run in one or two sentences.</summary>
    public static string Headline(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var how = summary.Outcome switch
        {
            RunOutcome.Completed => $"{Steps(summary.Steps)} in {Duration(summary.Seconds)}",
            RunOutcome.Interrupted => $"interrupted after {summary.Steps} of {Steps(summary.TotalSteps)} ({Duration(summary.Seconds)})",
            _ => $"failed after {summary.Steps} of {Steps(summary.TotalSteps)} ({Duration(summary.Seconds)})",
        };
        if (summary is not { Before: { } before, After: { } after })
            return Sentence(how) + (summary.Message is { Length: > 0 } message ? " " + Capital(message) : "");
        var change = after.Mean - before.Mean;
        var verb = change switch { > 0 => "rose", < 0 => "fell", _ => "stayed" };
        var clear = after.Low > before.High || after.High < before.Low ? "" : ", within the uncertainty of the evaluation";
        var tasks = after.Tasks.Count == 1 ? $"on {after.Tasks[0].Task}" : $"over {after.Tasks.Count} tasks";
        return $"Accuracy without hints {verb} from {Percent(before.Mean)} to {Percent(after.Mean)} ({change * 100:+0.0;-0.0;±0.0} points, sampled, {tasks}{clear}): {how}.";
    }

    private static string Text(RunSummary summary, IReadOnlyList<MetricsLine> lines, IReadOnlyList<(string File, SvgChart Chart)> charts, string? environment)
    {
        var text = new StringBuilder();
        text.Append($"# {summary.Name}\n\n**{Headline(summary)}**\n\n");
        if (summary.Message is { Length: > 0 } message && summary is { Before: not null, After: not null })
            text.Append(Capital(message)).Append("\n\n");
        WriteChart(text, charts, "learning_curve.svg");
        WriteTasks(text, summary);
        WriteChart(text, charts, "tasks.svg");
        var steps = lines.Where(line => line.Value(Reward) is not null).ToList();
        if (steps.Count > 0)
            WriteGuidance(text, steps);
        foreach (var (file, _) in charts.Where(pair => pair.File is not ("learning_curve.svg" or "tasks.svg")))
            WriteChart(text, charts, file);
        if (lines.LastOrDefault(line => line.Diagnosis is not null) is { } diagnosed)
            text.Append($"> Step {diagnosed.Step}: {diagnosed.Diagnosis}\n\n");
        WriteCost(text, summary, steps);
        WriteRepeat(text, summary, environment);
        return text.ToString();
    }

    private static void WriteTasks(StringBuilder text, RunSummary summary)
    {
        if ((summary.After ?? summary.Before) is not { Tasks.Count: > 0 } report)
            return;
        var k = report.Tasks.Max(task => task.SamplesPerProblem);
        text.Append("## Before and after\n\n");
        text.Append($"Accuracy without hints: pass@1 as the average over {k} {(k == 1 ? "sample" : "samples")} a problem (avg@{k}), with its 95 % interval, clustered by problem.\n\n");
        text.Append("| task | problems | before | after | change | greedy before | greedy after |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (var task in report.Tasks)
        {
            var before = summary.Before?.Tasks.FirstOrDefault(other => other.Task == task.Task);
            var after = summary.After?.Tasks.FirstOrDefault(other => other.Task == task.Task);
            text.Append($"| {task.Task.Replace("|", "\\|", StringComparison.Ordinal)} | {task.Problems} | {Interval(before?.Mean, before?.Low, before?.High)} | {Interval(after?.Mean, after?.Low, after?.High)} | {Points(before?.Mean, after?.Mean)} | {Percent(before?.Greedy)} | {Percent(after?.Greedy)} |\n");
        }

        if (report.Tasks.Count > 1)
            text.Append($"| **mean** | | {Interval(summary.Before?.Mean, summary.Before?.Low, summary.Before?.High)} | **{Interval(summary.After?.Mean, summary.After?.Low, summary.After?.High)}** | **{Points(summary.Before?.Mean, summary.After?.Mean)}** | {Percent(summary.Before?.Greedy)} | {Percent(summary.After?.Greedy)} |\n");
        text.Append('\n');
    }

    private static void WriteGuidance(StringBuilder text, List<MetricsLine> steps)
    {
        var tenth = Math.Max(1, steps.Count / 10);
        var first = steps.Take(tenth).ToList();
        var last = steps.TakeLast(tenth).ToList();
        text.Append("## What was guided\n\n");
        var ratios = RunCharts.HintRatios(steps).Where(ratio => ratio > 0).ToList();
        var hinted = ratios.Sum(ratio => Average(steps, GroupsWithHint(ratio)) ?? 0);
        text.Append(hinted == 0
            ? "No group was given a hint.\n\n"
            : $"On average {hinted:P0} of a step's groups were trained with a hint, and {Average(steps, Difficult) ?? double.NaN:P0} were too hard without one.\n\n");
        text.Append($"| mean of the steps | first {tenth} | last {tenth} | all |\n| --- | ---: | ---: | ---: |\n");
        Row("reward with no hint (round 0)", Reward, "0.000");
        Row("reward of the groups trained on", TrainedReward, "0.000");
        Row("correct with no hint", Accuracy, "P1");
        Row("difficult groups", Difficult, "P1");
        foreach (var ratio in ratios)
            Row($"trained with a {ratio:P0} hint", GroupsWithHint(ratio), "P1");
        foreach (var ratio in ratios)
            Row($"rescued by a {ratio:P0} hint, of those that tried", Rescued(ratio), "P1");
        Row("exhausted: too hard with every hint", Exhausted, "P1");
        Row("not guidable: no trace", Unguidable, "P1");
        Row("unscorable: gold answer unreadable", Unscorable, "P1");
        Row("effective groups", EffectiveShare, "P1");
        Row("share of the advantage in hinted groups", GuidedAdvantageShare, "P1");
        Row("gradient norm", GradNorm, "0.000");
        text.Append('\n');

        void Row(string name, string metric, string format)
        {
            if (Average(steps, metric) is { } all)
                text.Append($"| {name} | {Format(Average(first, metric), format)} | {Format(Average(last, metric), format)} | {Format(all, format)} |\n");
        }
    }

    private static void WriteCost(StringBuilder text, RunSummary summary, List<MetricsLine> steps)
    {
        text.Append("## What it cost\n\n| | |\n| --- | ---: |\n");
        text.Append($"| steps | {summary.Steps:N0} of {summary.TotalSteps:N0} |\n| sampled tokens, all | {summary.SampledTokens:N0} |\n");
        if (steps.Sum(line => line.Value(ExtraTokens) ?? 0) is > 0 and var extra)
            text.Append($"| of these beyond round 0 | {extra:N0} ({extra / Math.Max(1, summary.SampledTokens):P0}) |\n");
        text.Append($"| time, evaluation included | {Duration(summary.Seconds)} |\n");
        if (steps.Sum(line => line.Value(SamplingSeconds) ?? 0) is > 0 and var sampling)
            text.Append($"| of these sampling and scoring | {Duration(sampling)} |\n| of these updating | {Duration(steps.Sum(line => line.Value(UpdateSeconds) ?? 0))} |\n");
        if (Average(steps, TokensPerSecond) is { } speed)
            text.Append($"| sampled tokens a second | {speed:N0} |\n");
        text.Append($"| peak memory | {summary.PeakMemoryBytes / 1e9:0.00} GB |\n\n");
    }

    private static void WriteRepeat(StringBuilder text, RunSummary summary, string? environment)
    {
        text.Append($"## How to repeat it\n\n```\n{summary.Command}\n```\n\nSeed {summary.Seed}; the whole recipe is recipe.yaml beside this report.");
        if (summary.Versions.Count > 0)
            text.Append($" Versions: {string.Join(", ", summary.Versions.Select(pair => $"{pair.Key} {pair.Value}"))}.");
        if (environment is not null && Machine(environment) is { } machine)
            text.Append($" Machine: {machine}.");
        text.Append(" Figures by step: metrics.jsonl, explained in docs/metrics.md.\n");
    }

    private static string? Machine(string environment)
    {
        try
        {
            using var document = JsonDocument.Parse(environment);
            var root = document.RootElement;
            return $"{root.GetProperty("processor").GetString()}, {root.GetProperty("cores").GetInt32()} cores, {root.GetProperty("memory_bytes").GetInt64() / 1e9:0} GB, {root.GetProperty("operating_system").GetString()}";
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static void WriteChart(StringBuilder text, IReadOnlyList<(string File, SvgChart Chart)> charts, string file)
    {
        foreach (var (name, chart) in charts.Where(pair => pair.File == file))
            text.Append($"![{chart.Title}. {chart.Description}]({name})\n\n");
    }

    private static double? Average(IEnumerable<MetricsLine> lines, string metric)
    {
        var values = lines.Select(line => line.Value(metric)).OfType<double>().ToList();
        return values.Count == 0 ? null : values.Average();
    }

    private static string Sentence(string words) => Capital(words) + ".";

    // No full stop is added to a message: it may end in a command to copy.
    private static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    private static string Steps(int count) => count == 1 ? "1 step" : $"{count:N0} steps";

    private static string Format(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "–";

    private static string Percent(double? share) => share is { } value && double.IsFinite(value) ? $"{value * 100:0.0} %" : "–";

    private static string Points(double? before, double? after) => after - before is { } change && double.IsFinite(change) ? $"{change * 100:+0.0;-0.0;±0.0}" : "–";

    private static string Interval(double? mean, double? low, double? high) => mean is null ? "–" : $"{Percent(mean)} [{low * 100:0.0}, {high * 100:0.0}]";

    internal static string Duration(double seconds)
    {
        var time = TimeSpan.FromSeconds(Math.Max(0, seconds));
        return time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.TotalSeconds:0.0} s";
    }
}
