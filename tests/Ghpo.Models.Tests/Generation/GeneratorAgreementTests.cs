using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
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

    [Theory]
    [InlineData("plain")]
    [InlineData("grouped")]
    [InlineData("odd")]
    [InlineData("window")]
    public async Task The_path_in_torch_operations_says_the_same(string kind)
    {
        using var model = GeneratorFixture.Model(kind);
        using var generator = new Generator(model);
        using var plain = new Generator(model, new() { UsesTorch = true, PromptTokensPerStep = 13 });
        PrefixHandle? prefix = null;
        var flips = 0;
        foreach (var (length, tokens) in new[] { (1, 30), (40, 40), (66, 20) })
        {
            var request = GeneratorFixture.Request(GeneratorFixture.Prompt(length), 4, tokens, sampling: new() { Temperature = 0.9 }, extends: prefix);
            var expected = await Task.WhenAll(plain.Sample(request), plain.Sample(request with { StreamKeys = [5] }));
            var actual = await Task.WhenAll(generator.Sample(request with { Extends = null }), generator.Sample(request with { StreamKeys = [5], Extends = null }));
            foreach (var (a, b) in expected.SelectMany(x => x).Zip(actual.SelectMany(x => x)))
            {
                // A draw may fall between two roundings of the same probability; what comes after is another text.
                var common = a.Ids.AsSpan().CommonPrefixLength(b.Ids);
                if (common < a.Ids.Length) flips++;
                for (var i = 0; i < common; i++) Assert.Equal(a.LogProbs[i], b.LogProbs[i], 1e-4f);
            }

            prefix = expected[0][0].Prefix;
        }

        Assert.InRange(flips, 0, 1);
        Assert.True(plain.Statistics.ReusedTokens >= 40);
    }

    [Theory]
    [InlineData("odd")]
    [InlineData("wide")]
    public async Task Where_the_trainer_multiplies_in_bfloat16_weights_are_read_as_it_rounds_them(string kind)
    {
        using var pattern = GeneratorFixture.Model(kind);
        // A tied head is rounded, the table of the same numbers is not: the one to compare with has both.
        using CausalLM half = CausalLM.Create(pattern.Config, 4), rounded = CausalLM.Create(pattern.Config with { TiedHead = false }, 5);
        half.ComputeType = ScalarType.BFloat16;
        Round();
        using Generator sampler = new(half, new() { Threads = 2 }), expected = new(rounded, new() { Threads = 2 });
        var request = GeneratorFixture.Request(GeneratorFixture.Prompt(30), 5, 25);
        var first = await sampler.Sample(request);
        GeneratorFixture.AssertSame(await expected.Sample(request), first);

        using (no_grad())
        {
            half.Parameters["model.layers.0.mlp.up_proj.weight"].mul_(1.7);
        }

        Round();
        sampler.Publish(1);
        expected.Publish(1);
        var second = await sampler.Sample(request);
        Assert.NotEqual(first[0].LogProbs, second[0].LogProbs);
        GeneratorFixture.AssertSame(await expected.Sample(request), second);

        void Round()
        {
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            foreach (var (name, value) in rounded.Parameters)
            {
                var source = half.Parameters[name == DecoderLayout.Head ? DecoderLayout.HeadName(half.Config) : name];
                value.copy_(value.dim() == 2 && name != DecoderLayout.Embedding ? source.to(ScalarType.BFloat16) : source);
            }
        }
    }

    [Theory]
    [InlineData("grouped", 1)]
    [InlineData("odd", 2)]
    [InlineData("wide", 2)]
    public async Task Adapters_take_part(string kind, int threads)
    {
        using var model = GeneratorFixture.Model(kind);
        using var generator = new Generator(model, new() { Threads = threads });
        var request = GeneratorFixture.Request(GeneratorFixture.Prompt(30), 5, 25);
        var without = await generator.Sample(request);
        manual_seed(5);
        using var adapters = NewDisposeScope();
        var rank = 3;
        foreach (var layer in Enumerable.Range(0, model.Config.LayerCount))
        {
            foreach (var name in (string[])["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"])
            {
                var module = DecoderLayout.Linear(layer, name);
                var shape = model.Parameters[module + ".weight"].shape;
                model.LowRanks[module] = new(randn(rank, shape[1]) * 0.1, randn(shape[0], rank) * 0.1, 0.7f, 0, 0);
                rank += 5;
            }
        }

        generator.Publish(1);
        var sequences = await generator.Sample(request);
        Assert.NotEqual(without[0].LogProbs, sequences[0].LogProbs);
        using var noGradient = no_grad();
        using var batch = PackedBatch.Pack([new(request.Prompt, [.. sequences.Select(s => s.Ids)])], CPU);
        var scores = model.Score(batch).LogProbs.data<float>().ToArray();
        var sampled = sequences.SelectMany(s => s.LogProbs).ToArray();
        for (var i = 0; i < scores.Length; i++) Assert.Equal(scores[i], sampled[i], 1e-4f);
    }
}
