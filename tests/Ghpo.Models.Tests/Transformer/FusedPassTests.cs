using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>The pass in our own sweeps agrees with torch's operations and gradients, for shapes that fit no vector width and for every option.</summary>
public class FusedPassTests
{
    private static readonly ModelConfig Odd = new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 101,
        HiddenSize = 36,
        IntermediateSize = 50,
        LayerCount = 3,
        HeadCount = 6,
        KeyValueHeadCount = 2,
        HeadSize = 10,
        InitializerRange = 0.2,
    };

    public static TheoryData<string> Options => ["plain", "tied", "biases", "norms", "window", "one key head", "all key heads", "checkpointing", "frozen", "padding", "wide head"];

    [Theory, MemberData(nameof(Options))]
    public void Scores_and_gradients_are_those_of_torch(string option)
    {
        var config = option switch
        {
            "tied" => Odd with { TiedHead = true },
            "biases" => Odd with { QueryKeyValueBias = true, OutputBias = true, MlpBias = true },
            "norms" => Odd with { QueryKeyNorm = true },
            "window" => Odd with { SlidingWindow = 5, SlidingLayers = new HashSet<int> { 0, 2 } },
            "one key head" => Odd with { KeyValueHeadCount = 1 },
            "all key heads" => Odd with { KeyValueHeadCount = 6 },
            "padding" => Odd with { PaddingId = 7, TiedHead = true },
            "wide head" => Odd with { HeadSize = 80, HeadCount = 2 },
            _ => Odd,
        };
        using var model = CausalLM.Create(config, 3);
        Shake(model);
        if (option == "frozen")
        {
            foreach (var name in (string[])["model.layers.1.self_attn.k_proj.weight", "model.layers.0.input_layernorm.weight", "model.embed_tokens.weight", "lm_head.weight"])
                model.Parameters.SetTrainable(name, false);
        }
        model.GradientCheckpointing = option == "checkpointing";
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack([Group(1, 40, 3, 1, 50), Group(2, 5, 7), Group(3, 1, 2, 2), Group(4, 70, 33, 20)], CPU);
        var fused = Run(model, batch);
        model.UseTorch = true;
        var torch = Run(model, batch);
        GoldenModelTests.AssertClose(torch.LogProbs, fused.LogProbs, 1e-4);
        GoldenModelTests.AssertClose(torch.Entropies, fused.Entropies, 1e-4);
        Assert.Equal(torch.Gradients.Keys, fused.Gradients.Keys);
        foreach (var (name, gradient) in torch.Gradients)
        {
            var difference = (gradient - fused.Gradients[name]).norm().item<float>();
            Assert.True(difference <= 1e-3 * gradient.norm().item<float>(), $"{name}: {difference} of {gradient.norm().item<float>()}");
        }
    }

    [Theory, InlineData("plain"), InlineData("norms"), InlineData("checkpointing")]
    public void In_bfloat16_it_is_as_near_to_float32_as_torch_is(string option)
    {
        using var model = CausalLM.Create(option == "norms" ? Odd with { QueryKeyNorm = true, MlpBias = true } : Odd with { TiedHead = true }, 3);
        Shake(model);
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack([Group(1, 40, 3, 1, 50), Group(2, 5, 7), Group(4, 70, 33, 20)], CPU);
        var exact = Run(model, batch);
        (model.ComputeType, model.GradientCheckpointing) = (ScalarType.BFloat16, option == "checkpointing");
        var fused = Run(model, batch);
        model.UseTorch = true;
        var torch = Run(model, batch);
        double Off(float[] logProbs) => Math.Sqrt(exact.LogProbs.Zip(logProbs, (a, b) => Math.Pow(a - b, 2)).Average());
        Assert.InRange(Off(fused.LogProbs), 1e-5, 1.2 * Off(torch.LogProbs));
        foreach (var (name, gradient) in exact.Gradients)
        {
            double off = (fused.Gradients[name] - gradient).norm().item<float>(), allowed = (torch.Gradients[name] - gradient).norm().item<float>();
            Assert.InRange(off, 0, (1.3 * allowed) + (1e-3 * gradient.norm().item<float>()));
        }
    }

    [Fact]
    public void Gradients_of_two_batches_add_up_and_start_afresh_when_cleared()
    {
        using var model = CausalLM.Create(Odd, 5);
        using var scope = NewDisposeScope();
        using PackedBatch first = PackedBatch.Pack([Group(1, 9, 4, 6)], CPU), second = PackedBatch.Pack([Group(2, 3, 5)], CPU);
        var (alone, other) = (Run(model, first).Gradients, Run(model, second).Gradients);
        Run(model, first);
        model.Score(second, 0.9).LogProbs.sum().backward();
        foreach (var (name, value) in model.Parameters.Trainable)
            Assert.InRange((value.grad! - alone[name] - other[name]).norm().item<float>(), 0, 1e-4 * (1 + value.grad!.norm().item<float>()));
    }

    [Fact]
    public void A_second_backward_pass_over_the_same_scores_adds_the_same_again()
    {
        using var model = CausalLM.Create(Odd, 5);
        using var scope = NewDisposeScope();
        using PackedBatch batch = PackedBatch.Pack([Group(1, 9, 4)], CPU), other = PackedBatch.Pack([Group(2, 30, 4)], CPU);
        var once = Run(model, batch).Gradients;
        model.Parameters.ClearGradients();
        var loss = model.Score(batch, 0.9).LogProbs.sum();
        loss.backward(retain_graph: true);
        using (no_grad()) model.Score(other);
        loss.backward();
        foreach (var (name, value) in model.Parameters.Trainable)
            Assert.InRange((value.grad! - (2 * once[name])).norm().item<float>(), 0, 1e-4 * (1 + value.grad!.norm().item<float>()));
    }

    [Fact]
    public void Two_scores_may_be_open_at_once()
    {
        using var model = CausalLM.Create(Odd, 5);
        using var scope = NewDisposeScope();
        using PackedBatch first = PackedBatch.Pack([Group(1, 9, 4, 6)], CPU), second = PackedBatch.Pack([Group(2, 3, 5)], CPU);
        var (alone, other) = (Run(model, first).Gradients, Run(model, second).Gradients);
        model.Parameters.ClearGradients();
        (model.Score(first, 0.9).LogProbs.sum() + model.Score(second, 0.9).LogProbs.sum()).backward();
        foreach (var (name, value) in model.Parameters.Trainable)
            Assert.InRange((value.grad! - alone[name] - other[name]).norm().item<float>(), 0, 1e-4 * (1 + value.grad!.norm().item<float>()));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        using var model = CausalLM.Create(Odd with { QueryKeyValueBias = true }, 6);
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack([Group(1, 40, 30, 1, 50), Group(2, 50, 70)], CPU);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run(model, batch);
            set_num_threads(2);
            Assert.Equal(one.LogProbs, Run(model, batch).LogProbs);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>Norm weights and biases away from one and zero, so that their gradients are told apart.</summary>
    private static void Shake(CausalLM model)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        ulong key = 1;
        foreach (var (_, value) in model.Parameters)
        {
            if (value.dim() > 1) continue;
            var noise = empty(value.shape, ScalarType.Float32);
            Initialization.Normal(noise, 0.2, key++);
            value.add_(noise);
        }
    }

    private static PackedGroup Group(int seed, int prompt, params int[] completions)
    {
        var random = new Random(seed);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(101))];
        return new(Ids(prompt), [.. completions.Select(Ids)]);
    }

    private static (float[] LogProbs, float[] Entropies, Dictionary<string, Tensor> Gradients) Run(CausalLM model, PackedBatch batch)
    {
        model.Parameters.ClearGradients();
        var scores = model.Score(batch, 0.9, withEntropy: true);
        scores.LogProbs.sum().backward();
        return (scores.LogProbs.data<float>().ToArray(), scores.Entropies!.data<float>().ToArray(), model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.clone()));
    }
}
