using Ghpo.Models.Adapters;
using Ghpo.Models.Generation.Cpu;
using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer.Fused;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Transformer;

/// <summary>What a model is to be trained with, as far as it decides the memory.</summary>
public sealed record TrainingDemand
{
    /// <summary>Rows of one micro-batch (see <see cref="PackedBatch.TokenCount"/>).</summary>
    public required int Tokens { get; init; }

    /// <summary>Completion tokens of one micro-batch; 0: all of them.</summary>
    public int Targets { get; init; }

    /// <summary>Tokens whose keys and values are held at once while completions are sampled.</summary>
    public long CachedTokens { get; init; }

    /// <summary>Bytes that the optimizer keeps for a parameter of so many numbers; if not given, AdamW's two float32 a number.</summary>
    public Func<long, long> OptimizerBytes { get; init; } = numbers => 8 * numbers;

    /// <summary>With <see cref="CausalLM.GradientCheckpointing"/>.</summary>
    public bool GradientCheckpointing { get; init; }

    /// <summary>The adapter; null: all weights are trained.</summary>
    public LoraConfig? Adapter { get; init; }

    /// <summary>A frozen model lies beside the trained one, for the KL term.</summary>
    public bool Reference { get; init; }

    /// <summary>Matrix products in bfloat16 (see <see cref="CausalLM.ComputeType"/>).</summary>
    public bool BFloat16 { get; init; }

    /// <summary>The pass runs in torch's own operations: on another device than the CPU.</summary>
    public bool UsesTorch { get; init; }
}

/// <summary>Bytes that training a model takes, by what they are for; from the sizes alone, before anything is allocated.</summary>
/// <param name="Weights">The model's weights in float32, a reference model's and the sampler's bfloat16 copy among them.</param>
/// <param name="Trained">The adapter's weights; 0 without an adapter.</param>
/// <param name="Gradients">One float32 a trained number.</param>
/// <param name="Optimizer">The optimizer's state.</param>
/// <param name="Cache">Keys and values while completions are sampled.</param>
/// <param name="Activations">What one micro-batch keeps from forward to backward, the head's chunk of logits among it.</param>
public sealed record TrainingMemory(long Weights, long Trained, long Gradients, long Optimizer, long Cache, long Activations)
{
    /// <summary>The runtime, libtorch and its libraries.</summary>
    public const long Runtime = 300L << 20;

    /// <summary>All of it.</summary>
    public long Total => Weights + Trained + Gradients + Optimizer + Cache + Activations + Runtime;

    /// <summary>How many numbers a model's weights are.</summary>
    public static long ParameterCount(ModelConfig config) => DecoderLayout.Parameters(config).Sum(p => Count(p.Shape));

    /// <summary>Bytes of a token's keys and values in the generator's cache.</summary>
    public static long CacheBytesPerToken(ModelConfig config)
    {
        using var cache = new CpuCache(config);
        return cache.BlockBytes / BlockPool.BlockTokens;
    }

    /// <summary>The memory of training all weights, or an adapter on frozen ones.</summary>
    public static TrainingMemory Estimate(ModelConfig config, TrainingDemand demand)
    {
        var shapes = DecoderLayout.Parameters(config).ToDictionary(p => p.Name, p => p.Shape);
        var all = shapes.Values.Sum(Count);
        IEnumerable<long> trained = shapes.Values.Select(Count);
        if (demand.Adapter is { } adapter)
        {
            trained = adapter.Modules(config).SelectMany(module => shapes[module + ".weight"]).Select(side => adapter.Rank * side)
                .Concat(adapter.WholeParameters(config).Select(name => Count(shapes[name])));
        }

        var numbers = trained.Sum();
        return new(
            (4 * all * (demand.Reference ? 2 : 1)) + (demand.BFloat16 ? 2 * all : 0), demand.Adapter is null ? 0 : 4 * numbers, 4 * numbers, trained.Sum(demand.OptimizerBytes),
            demand.CachedTokens * CacheBytesPerToken(config), ActivationBytes(config, demand));
    }

    /// <summary>The most tokens of a micro-batch whose activations take no more than so many bytes: a multiple of 256 up to 16,384, at least 256.</summary>
    public static int TokensWithin(ModelConfig config, long bytes, TrainingDemand demand)
    {
        const int Step = 256;
        var tokens = 16_384;
        while (tokens > Step && ActivationBytes(config, demand with { Tokens = tokens, Targets = 0 }) > bytes)
            tokens -= Step;
        return tokens;
    }

    /// <summary>Bytes as a person reads them.</summary>
    public static string Text(long bytes) => bytes >= 1L << 30 ? $"{bytes / (double)(1L << 30):0.00} GiB" : $"{bytes / (double)(1L << 20):0.0} MiB";

    /// <inheritdoc/>
    public override string ToString() =>
        $"weights {Text(Weights + Trained)}, gradients {Text(Gradients)}, optimizer {Text(Optimizer)}, {(Cache > 0 ? $"key/value cache {Text(Cache)}, " : "")}activations {Text(Activations)}";

    private static long ActivationBytes(ModelConfig config, TrainingDemand demand)
    {
        var targets = demand.Targets > 0 ? demand.Targets : demand.Tokens;
        if (demand.UsesTorch)
        {
            // About 20 hidden and 4 inner vectors a layer and token in float32 (of all layers but one only the input if they are computed again), and the head's chunk of logits forward and backward.
            var layer = (20L * config.HiddenSize) + (4L * config.IntermediateSize);
            var layers = demand.GradientCheckpointing ? layer + ((config.LayerCount - 1L) * config.HiddenSize) : config.LayerCount * layer;
            return (4L * demand.Tokens * layers) + Math.Min(2 * FusedMemory.ChunkBytes, 8L * targets * config.VocabularySize);
        }

        using var arena = new Arena();
        _ = new FusedMemory(arena, config, new HeadShape(config.HeadCount, config.KeyValueHeadCount, config.HeadSize), demand.Tokens, targets, demand.GradientCheckpointing ? Keep.Inputs : Keep.All);
        return (4 * arena.Planned) + (demand.BFloat16 ? RoundedBytes(config, demand.Tokens) : 0);
    }

    /// <summary>The bfloat16 copies of the largest product: a layer's gate and up with what they are multiplied by, or the head and a chunk of logits; and a block of the product, in float32, too.</summary>
    private static long RoundedBytes(ModelConfig config, int tokens)
    {
        long hidden = config.HiddenSize, inner = 2L * config.IntermediateSize;
        return Math.Max(2 * ((hidden * inner) + (tokens * (hidden + inner))), (2 * config.VocabularySize * hidden) + (FusedMemory.ChunkBytes / 2)) + (6 * Product.BlockNumbers);
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);
}
