using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

public class MemoryPlanTests
{
    private const long Gigabyte = 1_000_000_000;

    private static readonly Phase Rollouts = new() { Name = "learning", Rollouts = new() { PromptsPerStep = 2, NumGenerations = 8, MaxCompletionLength = 1024, MaxPromptLength = 1024 } };

    [Fact]
    public void The_micro_batch_grows_with_the_memory_and_never_past_half_of_what_is_left()
    {
        var last = 0;
        foreach (var bytes in new[] { 11, 12, 16, 24, 64, 1000 })
        {
            var plan = Plan(Rollouts, bytes * Gigabyte);
            Assert.InRange(plan.MicroBatchTokens, Math.Max(256, last), 16_384);
            last = plan.MicroBatchTokens;
        }

        Assert.Equal(16_384, last);
        Assert.InRange(Plan(Rollouts, 24 * Gigabyte).Memory.Activations, 0, 12 * Gigabyte);
    }

    [Fact]
    public void A_given_micro_batch_is_taken_and_8_bit_moments_need_a_quarter_of_the_optimizers_memory()
    {
        var given = Rollouts with { Optimization = new() { MicroBatchTokens = 777 } };
        Assert.Equal(777, Plan(given, 24 * Gigabyte).MicroBatchTokens);
        var eight = given with { Optimization = given.Optimization with { Optimizer = OptimizerKind.AdamW8Bit } };
        var ratio = Plan(eight, 24 * Gigabyte).Memory.Optimizer / (double)Plan(given, 24 * Gigabyte).Memory.Optimizer;
        Assert.InRange(ratio, 0.2539, 0.256);
    }

    [Fact]
    public void A_run_that_cannot_fit_is_refused_with_what_to_change()
    {
        var error = Assert.Throws<InvalidDataException>(() => Plan(Rollouts, 8 * Gigabyte).Require(Rollouts, Config, new ModelOptions(), 8 * Gigabyte));
        Assert.Contains("adamw_8bit", error.Message, StringComparison.Ordinal);
        Assert.Contains("gradient_checkpointing", error.Message, StringComparison.Ordinal);
        Assert.Contains("GiB", error.Message, StringComparison.Ordinal);
        Plan(Rollouts, 24 * Gigabyte).Require(Rollouts, Config, new ModelOptions(), 24 * Gigabyte);
    }

    [Fact]
    public void A_phase_of_demonstrations_takes_no_cache_and_a_reference_model_takes_its_weights()
    {
        Assert.Equal(0, Plan(Rollouts with { Source = ExperienceKind.Demonstrations }, 24 * Gigabyte).Memory.Cache);
        var without = Plan(Rollouts, 24 * Gigabyte).Memory;
        var with = Plan(Rollouts with { Optimization = new() { Beta = 0.1 } }, 24 * Gigabyte).Memory;
        Assert.Equal(2 * without.Weights, with.Weights);
        Assert.Equal((2 * 1024 + 16 * 1024) * 2L * 24 * 128 * 4, without.Cache);
    }

    [Fact]
    public void An_adapter_takes_a_fraction_and_needs_no_reference_model()
    {
        var model = new ModelOptions { Path = "any", Dtype = "float32", Lora = new() { R = 16 } };
        var phase = Rollouts with { Optimization = new() { Beta = 0.1 } };
        var (whole, adapter) = (Plan(Rollouts, 24 * Gigabyte).Memory, MemoryPlan.Of(phase, Config, model, 24 * Gigabyte).Memory);
        Assert.Equal(whole.Weights, adapter.Weights);
        Assert.Equal(24L * 16 * (896 + 896 + 2 * (896 + 128) + 896 + 896 + 2 * (896 + 4864) + 4864 + 896), adapter.Trained / 4);
        Assert.Equal((adapter.Trained, 2 * adapter.Trained), (adapter.Gradients, adapter.Optimizer));
    }

    private static MemoryPlan Plan(Phase phase, long bytes) => MemoryPlan.Of(phase, Config, new ModelOptions(), bytes);

    /// <summary>Qwen2.5-0.5B's.</summary>
    private static ModelConfig Config => new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 151_936,
        HiddenSize = 896,
        IntermediateSize = 4864,
        LayerCount = 24,
        HeadCount = 14,
        KeyValueHeadCount = 2,
        HeadSize = 64,
        QueryKeyValueBias = true,
        TiedHead = true,
    };
}
