using Ghpo.Metrics;
using Ghpo.Models.Adapters;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training;

/// <summary>An adapter trained by a recipe, on a tiny checkpoint.</summary>
public sealed class LoraRunTests : IDisposable
{
    private const string Short = """
        seed: 3
        model: {threads: 1, dtype: float32, lora: {r: 4, lora_alpha: 8, target_modules: all-linear}}
        problems: {map: {stations: 6, lines: 2}, levels: [1, 2], max_problems: 40}
        prompt: {hint_sentence: " hint: "}
        rollouts: {prompts_per_step: 4, num_generations: 4, max_completion_length: 12}
        rewards: {reward_funcs: [accuracy, format, repetition]}
        guidance: {hint_ratios: [0.5], hint_unit: words, exhausted: keep}
        optimization: {learning_rate: 1.0e-2, lr_scheduler_type: constant, beta: 0.05, micro_batch_tokens: 64}
        training: {max_steps: 2, save_steps: 1}
        """;

    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ghpo-lora-{Guid.NewGuid():N}");

    public LoraRunTests()
    {
        Directory.CreateDirectory(_folder);
        using var policy = Policy.Create(new SmallModelOptions { HiddenSize = 16, NumHiddenLayers = 2, NumAttentionHeads = 2, IntermediateSize = 32 }, Read().Problems.Map.Draw(3), longestLevel: 2, contextLength: 256, seed: 1);
        policy.Save(Base);
    }

    private string Base => Path.Combine(_folder, "base");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData]
    [InlineData("model.lora.lora_dropout=0.25", "model.lora.use_rslora=true", "model.lora.target_modules=[q_proj, v_proj]", "optimization.gradient_checkpointing=true")]
    [InlineData("model.lora.modules_to_save=embed_tokens", "optimization.num_iterations=2")]
    public async Task Two_steps_change_the_adapter_and_not_the_base(params string[] overrides)
    {
        var before = Directory.EnumerateFiles(Base).Order().ToDictionary(f => f, File.ReadAllBytes);
        var run = TrainingRun.Begin(Read(overrides), new Reporters(), Path.Combine(_folder, "run"));
        var summary = await run.ExecuteAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, summary.Steps);
        foreach (var (file, bytes) in before)
            Assert.Equal(bytes, File.ReadAllBytes(file));
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], Directory.EnumerateFiles(run.Folder.Model).Select(Path.GetFileName).Order());
        Assert.False(Directory.Exists(run.Folder.Reference)); // with an adapter the reference is the base itself
        Assert.All(MetricsFile.Read(run.Folder.Metrics), l => Assert.True(l.Value(MetricNames.Kl) is not { } kl || double.IsFinite(kl))); // a step without an update has none
        Assert.Contains(MetricsFile.Read(run.Folder.Metrics), l => l.Value(MetricNames.Kl) > 0);

        using var plain = Checkpoint.Load(Base, new CheckpointOptions { Trainable = false });
        using var model = Checkpoint.Load(Base, new CheckpointOptions { Trainable = false });
        var adapter = LoraAdapter.Load(model, run.Folder.Model, trainable: false);
        foreach (var (name, tensor) in model.Parameters.Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal)))
            Assert.True(tensor.abs().max().item<float>() > 0, name);
        var (with, without) = (Score(model), Score(plain));
        Assert.NotEqual(without, with);
        if (adapter.Config.ModulesToSave.Count == 0)
        {
            foreach (var (name, tensor) in plain.Parameters)
                Assert.True(tensor.equal(model.Parameters[name]).all().item<bool>(), name);
            using (adapter.Disable())
                Assert.Equal(without, Score(model));
        }

        adapter.Save(Path.Combine(_folder, "again"));
        using var again = Checkpoint.Load(Base, new CheckpointOptions { Trainable = false });
        LoraAdapter.Load(again, Path.Combine(_folder, "again"), trainable: false);
        Assert.Equal(with, Score(again));
        Assert.Equal(with, Score(model));
    }

    [Theory]
    [InlineData]
    [InlineData("model.lora.lora_dropout=0.25", "model.lora.modules_to_save=[embed_tokens]", "optimization.num_iterations=2")]
    public async Task An_interrupted_run_with_an_adapter_ends_bit_for_bit_as_one_that_was_not(params string[] overrides)
    {
        var whole = TrainingRun.Begin(Read(overrides), new Reporters(), Path.Combine(_folder, "whole"));
        await whole.ExecuteAsync(TestContext.Current.CancellationToken);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync(); // the step that is under way is finished and saved
        var first = TrainingRun.Begin(Read(overrides), new Reporters(), Path.Combine(_folder, "parts"));
        Assert.Equal(RunOutcome.Interrupted, (await first.ExecuteAsync(stop.Token)).Outcome);
        var summary = await TrainingRun.Resume(RunFolder.Open(first.Folder.Path), new Reporters()).ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunOutcome.Completed, summary.Outcome);
        Assert.Equal(Weights(whole.Folder), Weights(first.Folder));
        Assert.Equal(File.ReadAllText(whole.Folder.Completions), File.ReadAllText(first.Folder.Completions));
    }

    [Fact]
    public async Task Gradient_checkpointing_changes_no_result()
    {
        string[][] settings = [[], ["optimization.gradient_checkpointing=true"], ["model.lora=null", "optimization.learning_rate=1e-3"], ["model.lora=null", "optimization.learning_rate=1e-3", "optimization.gradient_checkpointing=true"]];
        List<byte[]> results = [];
        foreach (var overrides in settings)
        {
            var run = TrainingRun.Begin(Read(overrides), new Reporters(), Path.Combine(_folder, $"run{results.Count}"));
            await run.ExecuteAsync(TestContext.Current.CancellationToken);
            results.Add(Weights(run.Folder));
        }

        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[2], results[3]);
        Assert.NotEqual(results[0], results[2]);
    }

    [Theory]
    [InlineData("model.lora.target_modules=[query]", "query")]
    [InlineData("model.path=null", "model.lora")]
    public async Task An_adapter_that_cannot_be_is_said_before_any_work(string set, string named)
    {
        var run = TrainingRun.Begin(Read(set), new Reporters(), Path.Combine(_folder, "run"));
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => run.ExecuteAsync(TestContext.Current.CancellationToken));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("model.lora", error.Message, StringComparison.Ordinal);
    }

    private Recipe Read(params string[] overrides) => RecipeReader.Parse<Recipe>(Short, overrides: [$"model.path={Base}", .. overrides]);

    private static byte[] Weights(RunFolder folder) =>
        File.ReadAllBytes(Directory.EnumerateFiles(folder.Model, "*.safetensors").Single());

    private static float[] Score(CausalLM model)
    {
        using var noGradient = TorchSharp.torch.no_grad();
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var batch = PackedBatch.Pack([new PackedGroup([5, 6, 7], [[8, 9, 10, 11], [12, 3]])], model.Device);
        return model.Score(batch).LogProbs.data<float>().ToArray();
    }
}
