using Ghpo.Metrics;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using Ghpo.Rewards;
using Ghpo.Tests.Shared;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training;

/// <summary>A reward for random text, on which no answer is ever right: a number in [0, 1) that depends on every character.</summary>
public sealed class SpreadReward : IRewardFunction
{
    public string Name => "spread";

    public double? Score(RewardInput input) => input.Completion.Text.Aggregate(17u, (hash, c) => (hash * 31) + c) % 1000 / 1000.0;
}

/// <summary>The main job on a checkpoint in Hugging Face format: GSM8K, worked answers as traces, the real Qwen2 tokenizer and ChatML.</summary>
public sealed class RealCheckpointTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"ghpo-real-{Guid.NewGuid():N}");

    public RealCheckpointTests() => Directory.CreateDirectory(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task A_small_Qwen2_with_the_real_tokenizer_trains_on_GSM8K_and_is_saved() => TrainAsync(hidden: 32, layers: 2, heads: 4, keyValueHeads: 2, inner: 64);

    /// <summary>Exactly Qwen2.5-0.5B's shape: some minutes and 10 GB, so only where GHPO_SLOW_TESTS is set.</summary>
    [Fact]
    public Task A_random_checkpoint_of_the_shape_of_Qwen2_5_0_5B_makes_two_GHPO_steps()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("GHPO_SLOW_TESTS") is { Length: > 0 }, "takes minutes and 10 GB; set GHPO_SLOW_TESTS=1 to run it");
        return TrainAsync(hidden: 896, layers: 24, heads: 14, keyValueHeads: 2, inner: 4864);
    }

    private async Task TrainAsync(int hidden, int layers, int heads, int keyValueHeads, int inner)
    {
        var checkpoint = MakeCheckpoint(hidden, layers, heads, keyValueHeads, inner);
        var recipe = RecipeReader.Read<Recipe>(Path.Combine(SharedData.Checkout, "recipes", "gsm8k.yaml"),
        [
            $"model.path={checkpoint}", $"problems.path={SharedData.Require("data/gsm8k/train.jsonl")}", "prompts_per_step=2", "num_generations=4", "max_completion_length=32",
            $"reward_funcs=[accuracy, '{typeof(SpreadReward).FullName}, {typeof(SpreadReward).Assembly.Location}']", "max_steps=2", "cold_start_steps=0", "exhausted=keep", "learning_rate=1e-5", "warmup_ratio=0",
        ]);
        var run = TrainingRun.Begin(recipe, new Reporters(), Path.Combine(_folder, "run"));
        var summary = await run.ExecuteAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"{summary.Seconds:F0} s, peak {summary.PeakMemoryBytes / 1e9:F1} GB");

        Assert.Equal(2, summary.Steps);
        var completions = File.ReadAllLines(run.Folder.Completions);
        Assert.Equal(2 * 2 * 4 * 4, completions.Length); // two steps, two problems, round 0 and three guided stages, four completions
        Assert.Contains(completions, l => l.Contains("\"hint_ratio\":0.75", StringComparison.Ordinal) && l.Contains("\"trained\":true", StringComparison.Ordinal));
        var steps = MetricsFile.Read(run.Folder.Metrics);
        Assert.All(steps, l => Assert.Equal(2, l.Value(MetricNames.EffectiveQueries)));
        Assert.All(steps, l => Assert.InRange(l.Value(MetricNames.SamplingDifferenceMax)!.Value, 0, 1e-4));

        using var before = Checkpoint.Load(checkpoint, new CheckpointOptions { Trainable = false });
        using var after = Checkpoint.Load(run.Folder.Model, new CheckpointOptions { Trainable = false });
        Assert.Equal(before.Parameters.Names.Order(), after.Parameters.Names.Order());
        foreach (var (name, tensor) in before.Parameters)
            Assert.False(tensor.equal(after.Parameters[name]).all().item<bool>(), $"{name} has not changed");
        Assert.True(File.Exists(Path.Combine(run.Folder.Model, "merges.txt")));
    }

    private string MakeCheckpoint(int hidden, int layers, int heads, int keyValueHeads, int inner)
    {
        var tokenizer = SharedData.Require("data/tokenizers/qwen2");
        var chat = SharedData.Require("data/tokenizers/qwen2.5/tokenizer_config.json");
        var folder = Path.Combine(_folder, "checkpoint");
        var config = new ModelConfig
        {
            Architecture = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            VocabularySize = 151936,
            HiddenSize = hidden,
            IntermediateSize = inner,
            LayerCount = layers,
            HeadCount = heads,
            KeyValueHeadCount = keyValueHeads,
            HeadSize = hidden / heads,
            QueryKeyValueBias = true,
            TiedHead = true,
            ContextLength = 32768,
            EndIds = [151643],
            InitializerRange = 0.02,
        };
        using (var model = CausalLM.Create(config, seed: 1))
            Checkpoint.Save(model, folder);
        foreach (var name in new[] { "vocab.json", "merges.txt" })
            File.Copy(Path.Combine(tokenizer, name), Path.Combine(folder, name));
        File.Copy(chat, Path.Combine(folder, "tokenizer_config.json"));
        return folder;
    }
}
