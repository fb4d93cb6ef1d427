using Ghpo.Models.Transformer;
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

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    [InlineData(true, false, true)]
    public void Learning_is_scoring_and_going_back(bool tokenwise, bool checkpointing, bool inTorch)
    {
        using var model = CausalLM.Create(Wide, 3);
        using var scope = NewDisposeScope();
        using var batch = Batch();
        var factors = Factors();

        var expected = model.Score(batch, 0.9, withEntropy: true);
        expected.LogProbs.backward([tensor(factors)]);
        var gradients = model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.clone());
        model.Parameters.ClearGradients();

        (model.GradientCheckpointing, model.UseTorch) = (checkpointing, inTorch);
        List<(int First, float[] LogProbs)> asked = [];
        var scores = model.Learn(batch, Loss, tokenwise, 0.9, withEntropy: true);

        Assert.Equal(tokenwise && !inTorch, asked.Count > 1);
        Assert.Equal(scores.LogProbs.data<float>().ToArray(), asked.SelectMany(a => a.LogProbs));
        Assert.Equal(Enumerable.Range(0, asked.Count).Select(i => asked.Take(i).Sum(a => a.LogProbs.Length)), asked.Select(a => a.First));
        Assert.False(scores.LogProbs.requires_grad);
        Assert.InRange((scores.LogProbs - expected.LogProbs).abs().max().item<float>(), 0, 1e-4);
        Assert.InRange((scores.Entropies! - expected.Entropies!).abs().max().item<float>(), 0, 1e-4);
        foreach (var (name, value) in model.Parameters.Trainable)
            Assert.InRange((value.grad! - gradients[name]).norm().item<float>(), 0, 1e-3 * gradients[name].norm().item<float>());

        void Loss(int first, ReadOnlySpan<float> logProbs, Span<float> gradients)
        {
            asked.Add((first, logProbs.ToArray()));
            factors.AsSpan(first, logProbs.Length).CopyTo(gradients);
        }
    }

    [Fact]
    public void A_loss_that_throws_leaves_the_model_ready_for_the_next_batch()
    {
        using var model = CausalLM.Create(Wide, 3);
        using var scope = NewDisposeScope();
        using var batch = Batch();
        Assert.Throws<InvalidOperationException>(() => model.Learn(batch, (_, _, _) => throw new InvalidOperationException("no loss"), tokenwise: true));
        model.Parameters.ClearGradients();
        var factors = Factors();
        var scores = model.Learn(batch, (first, logProbs, gradients) => factors.AsSpan(first, logProbs.Length).CopyTo(gradients), tokenwise: true);
        using var noGradient = no_grad();
        Assert.Equal(model.Score(batch).LogProbs.data<float>().ToArray(), scores.LogProbs.data<float>().ToArray());
    }

    private static float[] Factors()
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, Targets).Select(_ => random.NextSingle() - 0.5f)];
    }

    private static PackedBatch Batch()
    {
        var random = new Random(4);
        int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(Wide.VocabularySize))];
        return PackedBatch.Pack([new(Ids(9), [Ids(90), Ids(300)]), new(Ids(5), [Ids(130)])], CPU);
    }
}
