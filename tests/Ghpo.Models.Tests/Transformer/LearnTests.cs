using Ghpo.Models.Adapters;
using Ghpo.Models.Transformer;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>Scores and gradients in one go are those of a score and torch's backward pass, with a vocabulary so large that the targets are several chunks.</summary>
public class LearnTests
{
    private const int Targets = 90 + 300 + 130;

    private static readonly ModelConfig Wide = new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 151_936,
        HiddenSize = 16,
        IntermediateSize = 24,
        LayerCount = 2,
        HeadCount = 2,
        KeyValueHeadCount = 1,
        HeadSize = 8,
        TiedHead = true,
        InitializerRange = 0.2,
    };

    public static TheoryData<string> Cases => ["tokenwise", "sequences", "checkpointing", "torch", "one chunk", "frozen head", "frozen body", "adapter", "bfloat16"];

    [Theory, MemberData(nameof(Cases))]
    public void Learning_is_scoring_and_going_back(string which)
    {
        using var model = CausalLM.Create(which switch { "one chunk" => Wide with { VocabularySize = 1000 }, "frozen head" => Wide with { TiedHead = false }, _ => Wide }, 3);
        using var scope = NewDisposeScope();
        if (which == "frozen head") model.Parameters.SetTrainable("lm_head.weight", false);
        if (which == "frozen body") model.Parameters.SetTrainable("model.layers.1.mlp.up_proj.weight", false);
        if (which == "bfloat16") model.ComputeType = ScalarType.BFloat16;
        using var batch = Batch(model.Config.VocabularySize);
        var adapter = which == "adapter" ? LoraAdapter.Attach(model, new() { Rank = 3, Alpha = 6 }, seed: 1) : null;
        if (adapter is not null) Shake(model);
        var factors = Factors();

        var expected = model.Score(batch, 0.9, withEntropy: true);
        expected.LogProbs.backward([tensor(factors)]);
        var gradients = model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.clone());
        model.Parameters.ClearGradients();

        (model.GradientCheckpointing, model.UseTorch) = (which == "checkpointing", which == "torch");
        List<(int First, float[] LogProbs)> asked = [];
        TokenScores scores;
        using (no_grad()) scores = model.Learn(batch, Loss, tokenwise: which != "sequences", 0.9, withEntropy: true);

        Assert.Equal(which is not ("sequences" or "torch" or "one chunk"), asked.Count > 1);
        Assert.Equal(scores.LogProbs.data<float>().ToArray(), asked.SelectMany(a => a.LogProbs));
        Assert.Equal(Enumerable.Range(0, asked.Count).Select(i => asked.Take(i).Sum(a => a.LogProbs.Length)), asked.Select(a => a.First));
        Assert.False(scores.LogProbs.requires_grad);
        Assert.InRange((scores.LogProbs - expected.LogProbs).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((scores.Entropies! - expected.Entropies!).abs().max().item<float>(), 0, 1e-4);
        Assert.NotEmpty(gradients);
        foreach (var (name, value) in model.Parameters.Trainable)
            Assert.InRange((value.grad! - gradients[name]).norm().item<float>(), 0, 1e-3 * gradients[name].norm().item<float>());

        void Loss(int first, ReadOnlySpan<float> logProbs, Span<float> gradients)
        {
            asked.Add((first, logProbs.ToArray()));
            Assert.Equal(new float[logProbs.Length], gradients.ToArray());
            factors.AsSpan(first, logProbs.Length).CopyTo(gradients);
        }
    }

    /// <summary>An adapter's B away from zero, so that A has a gradient, too.</summary>
    private static void Shake(CausalLM model)
    {
        using var noGradient = no_grad();
        ulong key = 9;
        foreach (var (_, value) in model.Parameters.Trainable) Initialization.Normal(value, 0.1, key++);
    }

    [Fact]
    public void A_loss_that_throws_leaves_the_model_ready_for_the_next_batch()
    {
        using var model = CausalLM.Create(Wide, 3);
        using var scope = NewDisposeScope();
        using var batch = Batch(Wide.VocabularySize);
        Fail();
        var living = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        Fail();
        Assert.Equal(living, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        var factors = Factors();
        var scores = model.Learn(batch, (first, logProbs, gradients) => factors.AsSpan(first, logProbs.Length).CopyTo(gradients), tokenwise: true);
        using var noGradient = no_grad();
        Assert.Equal(model.Score(batch).LogProbs.data<float>().ToArray(), scores.LogProbs.data<float>().ToArray());

        // In the second chunk, when the first one's part is in the gradient already.
        void Fail()
        {
            using var attempt = NewDisposeScope();
            Assert.Throws<InvalidOperationException>(() => model.Learn(batch, (first, _, _) => { if (first > 0) throw new InvalidOperationException("no loss"); }, tokenwise: true));
            model.Parameters.ClearGradients();
        }
    }

    private static float[] Factors()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Targets).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static PackedBatch Batch(int vocabulary)
    {
        var random = new Random(4);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
        return PackedBatch.Pack([new(Ids(9), [Ids(90), Ids(300)]), new(Ids(5), [Ids(130)])], CPU);
    }
}
