using System.Text.Json;
using Ghpo.Experiments;
using Ghpo.Metrics;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Experiments;

public sealed class ComparisonTests : IDisposable
{
    private const string Grpo = """
        model: {small: {hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32}}
        problems: {map: {stations: 6, lines: 2}, levels: [1, 2], max_problems: 40}
        prompt: {hint_sentence: " hint: "}
        rollouts: {prompts_per_step: 4, num_generations: 4, max_completion_length: 12}
        optimization: {learning_rate: 1.0e-3, lr_scheduler_type: constant}
        training: {max_steps: 4}
        evaluation: {eval_steps: 2, num_samples: 2, tasks: [{name: easy, problems: {levels: [1], max_problems: 6}}, {name: hard, problems: {levels: [2], max_problems: 5}}]}
        warm_up:
          - {name: warm-up, source: demonstrations, demonstrations: {batch_size: 16, hinted_share: 0.5, hinted_unit: words, completion: "<think> {trace} </think> <answer> {answer} </answer>"}, optimization: {learning_rate: 5.0e-3}, training: {max_steps: 20}}

        """;

    private const string Ghpo = Grpo + "guidance: {hint_ratios: [0.5, 0.75], hint_unit: words, exhausted: keep}\n";
    private const string Labelled = Grpo + "guidance: {when: labelled, labels: to be made, hint_ratios: [0.5], hint_unit: words, labelled_up_to: 0.3}\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-comparison-").FullName;

    public ComparisonTests() => Environment.SetEnvironmentVariable("GHPO_CACHE", Path.Combine(_folder, "cache"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Runs_go_on_to_equal_budgets_and_a_report_is_written()
    {
        var folder = Create("whole", ("grpo", Grpo), ("ghpo", Ghpo), ("grpo-cl-hint", Labelled));
        await new ComparisonQueue(folder, 2, _ => { }).ExecuteAsync(TestContext.Current.CancellationToken);
        var comparison = Comparison.Read(folder);
        var report = File.ReadAllText(ComparisonReport.Write(folder, comparison));

        Assert.Equal(4, comparison.Budget.Steps);
        Assert.Equal(comparison.Curves.Values.SelectMany(runs => runs).Max(run => run.TokensOf(4)), comparison.Budget.Tokens);
        Assert.All(comparison.Curves.Values.SelectMany(runs => runs), run =>
        {
            Assert.Contains(run.Points, point => point.Step == 4); // the reading at equal steps is that of the last step
            Assert.True(run.Points[^1].Tokens >= comparison.Budget.Tokens);
        });
        Assert.Equal(3 * 5, comparison.Differences.Count);
        Assert.Contains("| ghpo − grpo |", report, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(folder.FileOf("comparison.json")));
        Assert.Equal(comparison.Methods[1].Measures[Measure.AtSteps].Mean, json.RootElement.GetProperty("methods")[1].GetProperty("measures").GetProperty(Measure.AtSteps).GetProperty("mean").GetDouble());
        Assert.Equal(1 + 6, File.ReadLines(folder.FileOf("table.csv")).Count());

        // Labels are part of what a method costs.
        var labels = File.ReadLines(folder.LabelsOf("grpo-cl-hint", 0)).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(40, labels.Count);
        var first = comparison.Curves["grpo-cl-hint"][0].Steps[0];
        Assert.True(first.Value(MetricNames.SampledTokens) > labels.Sum(label => label.GetProperty("tokens").GetInt64()));
    }

    [Fact]
    public async Task A_run_of_the_queue_is_the_run_that_one_would_make_alone_and_a_broken_off_queue_goes_on_to_the_same_end()
    {
        var whole = Create("whole", ("grpo", Grpo), ("ghpo", Ghpo));
        await new ComparisonQueue(whole, 2, _ => { }).ExecuteAsync(TestContext.Current.CancellationToken);

        var alone = TrainingRun.Begin(whole.RecipeOf("ghpo", 1), new Reporters(), Path.Combine(_folder, "alone"));
        await alone.ExecuteAsync(TestContext.Current.CancellationToken);
        var ofQueue = File.ReadAllText(RunFolder.Open(whole.RunOf("ghpo", 1)).Completions);
        Assert.StartsWith(File.ReadAllText(alone.Folder.Completions), ofQueue, StringComparison.Ordinal);

        var parts = Create("parts", ("grpo", Grpo), ("ghpo", Ghpo));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ComparisonQueue(parts, 1, _ => stop.Cancel()).ExecuteAsync(stop.Token));
        await new ComparisonQueue(ComparisonFolder.Open(parts.Path), 2, _ => { }).ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ofQueue, File.ReadAllText(RunFolder.Open(parts.RunOf("ghpo", 1)).Completions));
        Assert.Equal(ComparisonReport.Csv(Comparison.Read(whole)).Split('\n').Select(WithoutSeconds), ComparisonReport.Csv(Comparison.Read(parts)).Split('\n').Select(WithoutSeconds));
    }

    [Theory]
    [InlineData("do not start alike", "b", "prompt.hint_sentence=other")]
    [InlineData("not examined alike", "b", "evaluation.num_samples=3")]
    [InlineData("constant learning rate", "b", "optimization.lr_scheduler_type=cosine")]
    [InlineData("two recipes are called a", "a", "optimization.learning_rate=1e-4")]
    public void What_cannot_be_compared_is_refused_and_leaves_nothing(string message, string name, string change)
    {
        var plan = new ComparisonPlan { Recipes = ["a", name], Seeds = [0] };
        var error = Assert.Throws<InvalidDataException>(() => ComparisonFolder.Create(Path.Combine(_folder, "none"), plan, [Read(Grpo), Read(Grpo, change)]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "none")));
    }

    private ComparisonFolder Create(string name, params (string Name, string Recipe)[] recipes) => ComparisonFolder.Create(
        Path.Combine(_folder, name), new ComparisonPlan { Recipes = [.. recipes.Select(r => r.Name)], Seeds = [0, 1], Target = 0.5 }, [.. recipes.Select(r => Read(r.Recipe))]);

    private static Recipe Read(string yaml, params string[] overrides) => RecipeReader.Parse<Recipe>(yaml, overrides: overrides);

    /// <summary>A row of the table but for its seventh measure, the seconds.</summary>
    private static string WithoutSeconds(string row) => string.Join(',', row.Split(',').Where((_, i) => i != 8));
}
