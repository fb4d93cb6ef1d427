using System.Globalization;
using System.Text;
using System.Text.Json;
using Ghpo.Metrics;

namespace Ghpo.Experiments;

/// <summary>Writes what a comparison came to: report.md, comparison.json, table.csv, table.tex and the charts, as SVG and, where the system has fonts, as PNG.</summary>
public static class ComparisonReport
{
    private static readonly (string Measure, string Head)[] Main = [(Measure.AtSteps, "at equal steps"), (Measure.AtTokens, "at equal tokens"), (Measure.OverSteps, "mean over steps"), (Measure.OverTokens, "mean over tokens")];

    /// <summary>Writes all files into the comparison's folder.</summary>
    /// <returns>The path of report.md.</returns>
    public static string Write(ComparisonFolder folder, Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(comparison);
        var charts = ComparisonCharts.All(comparison);
        foreach (var (file, chart) in charts)
        {
            var svg = chart.Render();
            AtomicFile.WriteAllText(folder.FileOf(file), svg);
            ChartPng.TryWrite(folder.FileOf(System.IO.Path.ChangeExtension(file, ".png")), svg);
        }

        AtomicFile.WriteAllText(folder.FileOf("comparison.json"), JsonSerializer.Serialize(comparison, SummaryFile.Options) + "\n");
        AtomicFile.WriteAllText(folder.FileOf("table.csv"), Csv(comparison));
        AtomicFile.WriteAllText(folder.FileOf("table.tex"), Latex(comparison));
        var path = folder.FileOf("report.md");
        AtomicFile.WriteAllText(path, Markdown(comparison, charts));
        return path;
    }

    /// <summary>The difference of each recipe from the baseline in a plain sentence.</summary>
    public static IEnumerable<string> Headlines(Comparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        var baseline = comparison.Methods[0].Name;
        foreach (var method in comparison.Methods.Skip(1))
        {
            var (steps, tokens) = (Find(comparison, method.Name, baseline, Measure.AtSteps), Find(comparison, method.Name, baseline, Measure.AtTokens));
            yield return $"{method.Name} minus {baseline}: {Spoken(steps)} at equal steps, {Spoken(tokens)} at equal tokens";
        }
    }

    internal static string Markdown(Comparison comparison, IReadOnlyList<(string File, SvgChart Chart)> charts)
    {
        var (plan, budget, methods) = (comparison.Plan, comparison.Budget, comparison.Methods);
        var text = new StringBuilder($"# {string.Join(", ", plan.Recipes)}\n\n");
        foreach (var line in Headlines(comparison))
            text.Append($"- {line}\n");
        text.Append(CultureInfo.InvariantCulture, $"\nSeeds {string.Join(", ", plan.Seeds)}. Equal steps: S = {budget.Steps}. Equal tokens: T = {budget.Tokens:N0}, the most that any run took for S steps; every run went on past both, and is read at its last evaluation within the budget. ");
        text.Append("Tokens are all that were sampled: guided rounds, discarded groups and labelling included. Accuracy is without hints. Brackets hold 95 % t intervals over the seeds; a difference is taken seed by seed.\n\n");
        Charts("accuracy_by_tokens.svg", "accuracy_by_steps.svg");

        text.Append($"## Accuracy\n\n| recipe | {string.Join(" | ", Main.Select(m => m.Head))} | tokens to {plan.Target:P0} | tokens for S steps |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", Main.Length + 2))}\n");
        foreach (var method in methods)
            text.Append($"| {method.Name} | {string.Join(" | ", Main.Select(m => Percent(method.Measures[m.Measure])))} | {Reached(method.Measures[Measure.TokensToTarget])} | {method.Measures["tokens_at_equal_steps"].Mean:N0} |\n");
        text.Append("\n## Differences\n\nIn points; for tokens to the target, the share that is saved. The second interval is the bootstrap over seeds and problems.\n\n");
        text.Append($"| difference | {string.Join(" | ", Main.Select(m => m.Head))} | tokens to {plan.Target:P0} |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", Main.Length + 1))}\n");
        foreach (var pair in comparison.Differences.GroupBy(d => (d.Method, d.Baseline)))
            text.Append($"| {pair.Key.Method} − {pair.Key.Baseline} | {string.Join(" | ", Main.Select(m => Points(pair.First(d => d.Measure == m.Measure))))} | {Saved(pair.First(d => d.Measure == Measure.TokensToTarget).Difference)} |\n");

        text.Append($"\n## By task, at equal steps and at equal tokens\n\n| recipe | {string.Join(" | ", comparison.Tasks)} |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", comparison.Tasks.Count))}\n");
        foreach (var method in methods)
            text.Append($"| {method.Name} | {string.Join(" | ", comparison.Tasks.Select(task => $"{method.Measures[$"{Measure.AtSteps}/{task}"].Mean * 100:0.0} / {method.Measures[$"{Measure.AtTokens}/{task}"].Mean * 100:0.0}"))} |\n");

        text.Append("\n## How they learned\n\nMeans over the seeds, in the first S steps.\n\n");
        var others = comparison.Words.Keys.SkipWhile(name => name != "gradient_norm").TakeWhile(name => !name.Contains('/', StringComparison.Ordinal)).ToList();
        text.Append($"| | {string.Join(" | ", methods.Select(m => m.Name))} |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", methods.Count))}\n");
        foreach (var name in others)
            text.Append($"| {comparison.Words[name]} | {string.Join(" | ", methods.Select(m => Number(MeanOfSome(m.Measures[name]))))} |\n");
        text.Append('\n');
        Charts("effective_queries.svg", "difficult.svg", "grad_norm.svg");

        text.Append($"## Every seed\n\nAccuracy at equal steps / at equal tokens / tokens to {plan.Target:P0}.\n\n| seed | {string.Join(" | ", methods.Select(m => m.Name))} |\n| --- |{string.Concat(Enumerable.Repeat(" ---: |", methods.Count))}\n");
        for (var i = 0; i < plan.Seeds.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"| {plan.Seeds[i]} | {string.Join(" | ", methods.Select(m => $"{m.Measures[Measure.AtSteps].Values[i] * 100:0.0} / {m.Measures[Measure.AtTokens].Values[i] * 100:0.0} / {(m.Measures[Measure.TokensToTarget].Values[i] is { } tokens ? $"{tokens:N0}" : "–")}"))} |\n");
        text.Append($"\n## How to repeat it\n\n```\n{plan.Command}\n```\n\nThe runs took {RunReport.Duration(comparison.Seconds)} in all, {plan.Threads} {(plan.Threads == 1 ? "thread" : "threads")} each. recipes/ holds each recipe whole, runs/ every run; comparison.json every figure of every seed.\n");
        return text.ToString();

        void Charts(params string[] files)
        {
            foreach (var (file, chart) in charts.Where(pair => files.Contains(pair.File)))
                text.Append($"![{chart.Title}. {chart.Description}]({file})\n\n");
        }
    }

    internal static string Csv(Comparison comparison)
    {
        var text = new StringBuilder("recipe,seed," + string.Join(",", comparison.Words.Keys.Select(Quoted)) + "\n");
        foreach (var method in comparison.Methods)
        {
            for (var i = 0; i < comparison.Plan.Seeds.Count; i++)
                text.Append(CultureInfo.InvariantCulture, $"{Quoted(method.Name)},{comparison.Plan.Seeds[i]},{string.Join(",", comparison.Words.Keys.Select(name => method.Measures[name].Values[i]?.ToString("R", CultureInfo.InvariantCulture)))}\n");
        }

        return text.ToString();

        static string Quoted(string cell) => cell.AsSpan().IndexOfAny(",\"\n") < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    internal static string Latex(Comparison comparison)
    {
        var text = new StringBuilder($"% Accuracy in per cent without hints, mean over {comparison.Plan.Seeds.Count} seeds, 95 % t intervals; {comparison.Budget.Steps} steps, {comparison.Budget.Tokens:0} sampled tokens.\n");
        text.Append("\\begin{tabular}{l" + new string('r', comparison.Tasks.Count + 2) + "}\n\\hline\n");
        text.Append($"recipe & {string.Join(" & ", comparison.Tasks.Select(Escaped))} & equal steps & equal tokens \\\\\n\\hline\n");
        foreach (var method in comparison.Methods)
        {
            var tasks = comparison.Tasks.Select(task => (method.Measures[$"{Measure.AtSteps}/{task}"].Mean * 100).ToString("0.0", CultureInfo.InvariantCulture));
            text.Append($"{Escaped(method.Name)} & {string.Join(" & ", tasks)} & {PlusMinus(method.Measures[Measure.AtSteps])} & {PlusMinus(method.Measures[Measure.AtTokens])} \\\\\n");
        }

        return text.Append("\\hline\n\\end{tabular}\n").ToString();

        static string PlusMinus(SeedEstimate e) => double.IsNaN(e.Low) ? $"${e.Mean * 100:0.0}$" : $"${e.Mean * 100:0.0} \\pm {(e.High - e.Low) * 50:0.0}$";
        static string Escaped(string name) => name.Replace("_", "\\_", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("&", "\\&", StringComparison.Ordinal);
    }

    private static MethodDifference Find(Comparison comparison, string method, string baseline, string measure) =>
        comparison.Differences.First(d => d.Method == method && d.Baseline == baseline && d.Measure == measure);

    private static string Percent(SeedEstimate e) => double.IsNaN(e.Mean) ? "–" : $"{e.Mean * 100:0.0} {Brackets(e.Low, e.High)}".TrimEnd();

    private static string Spoken(MethodDifference d)
    {
        var (mean, low, high) = (d.Difference.Mean * 100, d.Difference.Low * 100, d.Difference.High * 100);
        var interval = double.IsNaN(low) ? "one seed" : $"95 % interval {low:0.0} to {high:0.0}{(d.IsClear ? "" : ", so no clear difference")}";
        return $"{mean:+0.0;-0.0;±0.0} points ({interval})";
    }

    private static string Points(MethodDifference d)
    {
        if (double.IsNaN(d.Difference.Mean))
            return "–";
        var verdict = double.IsNaN(d.Difference.Low) ? " (one seed)" : d.IsClear ? "" : " (no clear difference)";
        return $"{d.Difference.Mean * 100:+0.0;-0.0;±0.0} {Brackets(d.Difference.Low, d.Difference.High)}{(double.IsNaN(d.BootstrapLow) ? "" : $" {Brackets(d.BootstrapLow, d.BootstrapHigh)}")}{verdict}";
    }

    private static string Saved(SeedEstimate e) => double.IsNaN(e.Mean) ? "–" : $"{e.Mean * 100:0.0} % {Brackets(e.Low, e.High)}{(e.Low > 0 || e.High < 0 ? "" : " (no clear difference)")}";

    private static string Brackets(double low, double high) => double.IsNaN(low) ? "" : $"[{low * 100:0.0}, {high * 100:0.0}]";

    private static string Reached(SeedEstimate e)
    {
        var reached = e.Values.Count(value => value is not null);
        return reached == e.Values.Count ? $"{e.Mean:N0}" : $"{reached} of {e.Values.Count} seeds";
    }

    private static double MeanOfSome(SeedEstimate e) => e.Values.OfType<double>().Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    private static string Number(double value) => double.IsNaN(value) ? "–" : value.ToString(Math.Abs(value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture);
}
