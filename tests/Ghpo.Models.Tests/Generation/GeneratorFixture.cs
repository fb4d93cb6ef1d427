using Ghpo.Models.Generation;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Tests.Generation;

/// <summary>Small models of every kind, and requests on them.</summary>
internal static class GeneratorFixture
{
    /// <summary>Odd sizes on purpose: nothing a multiple of eight or four but what must be.</summary>
    public static CausalLM Model(string kind = "plain", ulong seed = 1)
    {
        var config = new ModelConfig
        {
            Architecture = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            VocabularySize = 151,
            HiddenSize = 64,
            IntermediateSize = 176,
            LayerCount = 2,
            HeadCount = 4,
            KeyValueHeadCount = 4,
            HeadSize = 16,
            ContextLength = 512,
            TiedHead = true,
            QueryKeyValueBias = true,
            InitializerRange = 0.15,
        };
        return CausalLM.Create(kind switch
        {
            "plain" => config,
            "grouped" => config with { HeadCount = 6, KeyValueHeadCount = 2, HeadSize = 32, OutputBias = true, MlpBias = true },
            "odd" => config with { HiddenSize = 60, IntermediateSize = 101, HeadCount = 5, KeyValueHeadCount = 1, HeadSize = 12, QueryKeyNorm = true, TiedHead = false },
            "window" => config with { KeyValueHeadCount = 2, SlidingWindow = 11, SlidingLayers = new HashSet<int> { 1 } },
            "wide" => config with { InitializerRange = 0.04, HiddenSize = 1040, IntermediateSize = 1400, HeadSize = 40, LayerCount = 1, VocabularySize = 600 },
            _ => throw new ArgumentException(kind),
        }, seed);
    }

    public static int[] Prompt(int length, ulong seed = 9)
    {
        var stream = new RandomStream(seed);
        return [.. Enumerable.Range(0, length).Select(_ => stream.NextInt32(150))];
    }

    public static GenerationRequest Request(int[] prompt, int completions, int tokens, ulong key = 100, SamplingOptions? sampling = null, PrefixHandle? extends = null) => new()
    {
        Prompt = prompt,
        StreamKeys = [.. Enumerable.Range(0, completions).Select(i => key + (ulong)i)],
        Sampling = (sampling ?? new()) with { MaxNewTokens = tokens },
        Extends = extends,
    };

    /// <summary>All completions of a request, by index.</summary>
    public static async Task<GeneratedSequence[]> Sample(this Generator generator, GenerationRequest request)
    {
        List<GeneratedSequence> all = [];
        await foreach (var sequence in generator.GenerateAsync(request, TestContext.Current.CancellationToken)) all.Add(sequence);
        return [.. all.OrderBy(s => s.Index)];
    }

    /// <summary>The same ids and the same bits of log-probs.</summary>
    public static void AssertSame(IReadOnlyList<GeneratedSequence> expected, IReadOnlyList<GeneratedSequence> actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Ids, actual[i].Ids);
            Assert.Equal(expected[i].LogProbs.Select(BitConverter.SingleToInt32Bits), actual[i].LogProbs.Select(BitConverter.SingleToInt32Bits));
            Assert.Equal(expected[i].Finish, actual[i].Finish);
        }
    }
}
