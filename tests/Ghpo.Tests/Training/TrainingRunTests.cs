using Ghpo.Metrics;
using Ghpo.Models.Checkpoints;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training;

public sealed class TrainingRunTests : IDisposable
{
    private const string Short = """
        seed: 3
        model: {threads: 1, small: {hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32}}
        problems: {map: {stations: 6, lines: 2}, levels: [1, 2], max_problems: 40}
        prompt: {hint_sentence: " hint: "}
        rollouts: {prompts_per_step: 4, num_generations: 4, max_completion_length: 12}
        rewards: {reward_funcs: [accuracy, format, repetition]}
        guidance: {hint_ratios: [0.5, 0.75], hint_unit: words, exhausted: keep}
        optimization: {learning_rate: 1.0e-3, lr_scheduler_type: constant}
        evaluation: {eval_steps: 2, num_samples: 2, tasks: [{name: easy, problems: {levels: [1], max_problems: 6}}]}
        phases:
          - {name: warm-up, source: demonstrations, demonstrations: {batch_size: 16, hinted_share: 0.5, hinted_unit: words, completion: "<think> {trace} </think> <answer> {answer} </answer>"}, optimization: {learning_rate: 5.0e-3}, training: {max_steps: 20}}
          - {name: learning, training: {max_steps: 4, save_steps: 2}}
        """;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ghpo-runs-{Guid.NewGuid():N}");

    public TrainingRunTests() => Directory.CreateDirectory(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_leaves_everything_in_its_folder_and_its_model_loads_again()
    {
        var run = TrainingRun.Begin(Read(), new Reporters(), At("whole"));
        var summary = await run.ExecuteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunOutcome.Completed, summary.Outcome);
        Assert.Equal(4, summary.Steps);
        foreach (var file in new[] { run.Folder.Recipe, run.Folder.Metrics, run.Folder.Completions, run.Folder.Environment, run.Folder.Summary, Path.Combine(run.Folder.Path, "report.md") })
            Assert.True(File.Exists(file), file);
        var lines = MetricsFile.Read(run.Folder.Metrics);
        Assert.Equal(20, lines.Count(l => l.Phase == "warm-up"));
        Assert.Equal([1, 2, 3, 4], lines.Where(l => l.Phase == "learning").Select(l => l.Step));
        Assert.All(lines.Where(l => l.Phase == "learning" && l.Value(MetricNames.SamplingDifferenceMax) is not null), l => Assert.InRange(l.Value(MetricNames.SamplingDifferenceMax)!.Value, 0, 1e-4));
        Assert.Equal(16 * 4, File.ReadLines(run.Folder.Completions).Count(l => l.Contains("\"stage\":0", StringComparison.Ordinal)));

        using var model = Checkpoint.Load(run.Folder.Model);
        Assert.Equal(1, model.Config.LayerCount);
        Assert.NotNull(Models.Chat.ChatTemplate.Load(run.Folder.Model));
        Assert.Equal(RecipePrinter.Print(Read()), RecipePrinter.Print(RecipeReader.Read<Recipe>(run.Folder.Recipe)));
    }

    [Theory]
    [InlineData]
    [InlineData("problems.max_problems=6", "guidance.probe_size_round_0=2", "guidance.probe_size_guided=2", "guidance.probe_stop_all_right=true", "guidance.skip_stages_below=0.45",
        "guidance.memory_decay=1", "guidance.skip_round_0_probe=0.5", "guidance.solve_rate_target=0.5", "optimization.hint_dropped=token")]
    [InlineData("phases[1].optimization.optimizer=adamw_8bit", "model.small.hidden_size=64", "model.small.intermediate_size=64")]
    public async Task An_interrupted_run_goes_on_and_ends_bit_for_bit_as_one_that_was_not(params string[] overrides)
    {
        var whole = TrainingRun.Begin(Read(overrides), new Reporters(), At("whole"));
        await whole.ExecuteAsync(TestContext.Current.CancellationToken);

        using var stop = new CancellationTokenSource();
        var first = TrainingRun.Begin(Read(overrides), new StopAt("learning", 3, stop), At("parts"));
        var interrupted = await first.ExecuteAsync(stop.Token);
        Assert.Equal(RunOutcome.Interrupted, interrupted.Outcome);
        Assert.Contains("--resume", interrupted.Message, StringComparison.Ordinal);
        File.AppendAllText(first.Folder.Metrics, "{\"half a li");

        var summary = await TrainingRun.Resume(RunFolder.Open(At("parts")), new Reporters()).ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunOutcome.Completed, summary.Outcome);
        Assert.Equal(Weights(whole.Folder), Weights(first.Folder));
        Assert.Equal(File.ReadAllText(whole.Folder.Completions), File.ReadAllText(first.Folder.Completions));
        Assert.Equal(Figures(whole.Folder), Figures(first.Folder));
    }

    [Fact]
    public async Task Runs_of_one_seed_are_equal_and_of_two_seeds_are_not()
    {
        var runs = new List<TrainingRun>();
        foreach (var (name, seed) in new[] { ("a", 5), ("b", 5), ("c", 6) })
        {
            runs.Add(TrainingRun.Begin(Read($"seed={seed}"), new Reporters(), At(name)));
            await runs[^1].ExecuteAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(File.ReadAllText(runs[0].Folder.Completions), File.ReadAllText(runs[1].Folder.Completions));
        Assert.Equal(Weights(runs[0].Folder), Weights(runs[1].Folder));
        Assert.NotEqual(Weights(runs[0].Folder), Weights(runs[2].Folder));
    }

    [Fact]
    public void A_folder_that_exists_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(At("taken"));
        Assert.Contains("exists", Assert.Throws<IOException>(() => TrainingRun.Begin(Read(), new Reporters(), At("taken"))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(At("taken")));
    }

    private static Recipe Read(params string[] overrides) => RecipeReader.Parse<Recipe>(Short, overrides: overrides);

    private static byte[] Weights(RunFolder folder) => File.ReadAllBytes(Path.Combine(folder.Model, "model.safetensors"));

    /// <summary>The figures of each step that are not times.</summary>
    private static string[] Figures(RunFolder folder) =>
        [.. MetricsFile.Read(folder.Metrics).Select(line => $"{line.Step} {line.Value(MetricNames.Loss)} {line.Value(MetricNames.GradNorm)} {line.Value(MetricNames.Reward)} {line.Value("eval/mean")}")];

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>Presses Ctrl-C during a step.</summary>
    private sealed class StopAt(string phase, int step, CancellationTokenSource stop) : IReporter
    {
        public void OnStart(RunInfo run)
        {
        }

        public void OnStep(StepReport report)
        {
            if (report.Phase == phase && report.Step == step)
                stop.Cancel();
        }

        public void OnEvaluation(EvaluationReport report)
        {
        }

        public void OnMessage(string message)
        {
        }

        public void OnEnd(RunSummary summary)
        {
        }
    }
}
