using Ghpo.Cli.Bench;
using Ghpo.Models.Generation;
using Ghpo.Models.Transformer;

namespace Ghpo.Cli.Tests;

public class BenchTests
{
    private static readonly StepSpeed.Sizes Step = new(Group: 4, Prompts: 2, Prompt: 6, Completion: 5, Steps: 2, Warmup: 0);

    [Fact]
    public void Limits_follow_from_the_two_rates()
    {
        var weights = TrainingMemory.ParameterCount(Config);
        var slowMemory = new Limits(Config, Machine(gemm: 1e9, read: 1));
        Assert.Equal(1e9 / (4.0 * weights), slowMemory.Decode(1, 0), 1e-3 * 1e9 / (4.0 * weights)); // each step reads every weight once
        Assert.Equal(16, slowMemory.Decode(16, 0) / slowMemory.Decode(1, 0), 1e-6);
        Assert.True(slowMemory.Decode(16, 100) < slowMemory.Decode(16, 0), "the cache is read, too");
        var slowProducts = new Limits(Config, Machine(gemm: 1, read: 1e9));
        Assert.Equal(1, slowProducts.Decode(16, 0) / slowProducts.Decode(1, 0), 1e-6);
        Assert.Equal(1e9 / (2.0 * weights), slowProducts.Decode(1, 0), 1e-3 * 1e9 / (2.0 * weights));
        Assert.True(slowProducts.Prefill(6) > slowProducts.Decode(1, 6), "prompts need no head");
        Assert.True(slowProducts.Update(Step) > slowProducts.Sampling(Step), "backward takes twice as long as forward");
    }

    [Fact]
    public void Sampling_and_a_step_are_measured_on_any_model()
    {
        using var model = CausalLM.Create(Config, seed: 1);
        using var generator = new Generator(model, new() { Threads = 1 });
        var decode = DecodeSpeed.Measure(generator, Config.VocabularySize, new(Batch: 2, Prompt: 6, New: 5, Repeats: 2, WarmsUp: false));
        Assert.True(decode is { Prefill: > 0, Decode: > 0 } && decode.BestDecode >= decode.Decode);
        var before = model.Parameters["model.norm.weight"].detach().clone();
        var step = StepSpeed.Measure(model, generator, Step);
        Assert.True(step.Seconds > step.Sampling && step.Sampling > 0);
        Assert.True(step.EffectiveGroups == 0 || !model.Parameters["model.norm.weight"].equal(before).all().item<bool>(), "a step with an advantage moves the weights");
    }

    private static Machine Machine(double gemm, double read) => new("", 1, 1, "", 1, null, "float32", gemm, 1, read);

    private static ModelConfig Config => new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 512,
        HiddenSize = 32,
        IntermediateSize = 64,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 8,
        TiedHead = true,
    };
}
