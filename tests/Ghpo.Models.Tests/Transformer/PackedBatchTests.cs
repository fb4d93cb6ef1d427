using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

public class PackedBatchTests
{
    private static readonly int[] Prompt = [5, 9, 200, 31, 7];
    private static readonly int[][] Completions = [[3, 8, 11], [3], [], [40, 41, 42, 43, 44, 45, 46, 2]];

    [Fact]
    public void The_prompt_of_a_group_stands_once_and_last_tokens_are_no_input()
    {
        using var batch = PackedBatch.Pack([new(Prompt, Completions), new([1, 2], [[3, 4]])], CPU);
        Assert.Equal(5 + 2 + 0 + 7 + 3, batch.TokenCount);
        Assert.Equal(3 + 1 + 8 + 2, batch.TargetCount);
        Assert.Equal([.. Completions.SelectMany(c => c), 3, 4], batch.Targets);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2], batch.Positions);
    }

    [Fact]
    public void A_prompt_without_tokens_or_a_negative_id_is_refused()
    {
        Assert.Throws<ArgumentException>(() => PackedBatch.Pack([new([], [[1]])], CPU));
        Assert.Throws<ArgumentException>(() => PackedBatch.Pack([new([1], [[-1, 2]])], CPU));
    }

    [Theory, InlineData("qwen2-tied", null), InlineData("qwen3", null), InlineData("llama3", null), InlineData("qwen2-tied", 3)]
    public void A_shared_prompt_gives_the_scores_and_gradients_of_separate_sequences(string name, int? window)
    {
        var golden = new GoldenModel(name);
        using var model = Windowed(Checkpoint.Load(golden.Folder), window);
        using var scope = NewDisposeScope();
        PackedGroup[] groups = [new(Prompt, Completions), new([17], [[18, 19]]), new([1, 2, 3, 4, 5, 6, 7, 8, 9], [[10, 11, 12], [13, 14]])];
        using var shared = PackedBatch.Pack(groups, CPU);
        using var apart = PackedBatch.Pack([.. groups.SelectMany(g => g.Completions.Select(c => new PackedGroup(g.Prompt, [c])))], CPU);
        var (first, second) = (Scores(model, shared), Scores(model, apart));
        GoldenModelTests.AssertClose(second.LogProbs, first.LogProbs, 1e-4);
        foreach (var (parameter, gradient) in second.Gradients)
            Assert.InRange((gradient - first.Gradients[parameter]).norm().item<float>(), 0, 1e-4 * gradient.norm().item<float>());
    }

    [Fact]
    public void An_id_outside_the_vocabulary_is_named()
    {
        var golden = new GoldenModel("qwen2-tied");
        using var model = Checkpoint.Load(golden.Folder);
        using var batch = PackedBatch.Pack([new([1], [[512]])], CPU);
        Assert.Contains("512", Assert.Throws<ArgumentException>(() => model.Score(batch)).Message, StringComparison.Ordinal);
    }

    private static CausalLM Windowed(CausalLM model, int? window) => window is null ? model : new CausalLM(
        model.Config with { SlidingWindow = window, SlidingLayers = new HashSet<int> { 1, 2 } }, model.Parameters, model.Device);

    private static (float[] LogProbs, Dictionary<string, Tensor> Gradients) Scores(CausalLM model, PackedBatch batch)
    {
        model.Parameters.ClearGradients();
        var logProbs = model.Score(batch, 0.8).LogProbs;
        using var weights = arange(1, batch.TargetCount + 1, ScalarType.Float32);
        (logProbs * weights).sum().backward();
        return (logProbs.data<float>().ToArray(), model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.clone()));
    }
}
