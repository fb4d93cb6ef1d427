using Ghpo.Models.Checkpoints;
using Ghpo.Models.Tests.Transformer;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;
using Generator = Ghpo.Models.Generation.Generator;

namespace Ghpo.Models.Tests.Generation;

/// <summary>The generator says what transformers and the trainer say.</summary>
public class GeneratorAgreementTests
{
    [Theory, MemberData(nameof(GoldenModelTests.Models), MemberType = typeof(GoldenModelTests))]
    public async Task Greedy_ids_are_those_of_transformers(string name)
    {
        var golden = new GoldenModel(name);
        foreach (var keepsHalf in new[] { false, true })
        {
            using var model = Checkpoint.Load(golden.Folder, new() { WeightType = keepsHalf ? null : ScalarType.Float32 });
            using var generator = new Generator(model);
            foreach (var expected in golden.Expected.GetProperty("greedy").EnumerateArray())
            {
                var prompt = expected.GetProperty("prompt").EnumerateArray().Select(x => x.GetInt32()).ToArray();
                var sequence = Assert.Single(await generator.Sample(GeneratorFixture.Request(prompt, 1, 24, sampling: new() { Temperature = 0 })));
                Assert.Equal(expected.GetProperty("continuation").EnumerateArray().Select(x => x.GetInt32()), sequence.Ids);
                var logProbs = expected.GetProperty("logprobs").EnumerateArray().Select(x => x.GetSingle()).ToArray();
                for (var i = 0; i < logProbs.Length; i++) Assert.Equal(logProbs[i], sequence.LogProbs[i], 5e-5f);
            }
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("grouped")]
    [InlineData("odd")]
    [InlineData("window")]
    [InlineData("wide")]
    public async Task Log_probs_are_the_trainers(string kind)
    {
        using var model = GeneratorFixture.Model(kind);
        using var generator = new Generator(model, new() { Threads = 2 });
        foreach (var (length, temperature) in new[] { (1, 1.0), (31, 0.7), (70, 1.3) })
        {
            var prompt = GeneratorFixture.Prompt(length);
            var sequences = await generator.Sample(GeneratorFixture.Request(prompt, 5, 40, sampling: new() { Temperature = temperature, TopP = 0.9, TopK = 50, RepetitionPenalty = 1.1 }));
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var batch = PackedBatch.Pack([new(prompt, [.. sequences.Select(s => s.Ids)])], CPU);
            var scores = model.Score(batch, temperature).LogProbs.data<float>().ToArray();
            var sampled = sequences.SelectMany(s => s.LogProbs).ToArray();
            Assert.Equal(scores.Length, sampled.Length);
            for (var i = 0; i < scores.Length; i++) Assert.Equal(scores[i], sampled[i], 1e-4f);
        }
    }
}
