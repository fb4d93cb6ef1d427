using Ghpo.Models.Adapters;
using Ghpo.Models.Transformer.Fused;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Transformer;

/// <summary>Bytes that training a model takes, by what they are for; from the sizes alone, before anything is allocated.</summary>
/// <param name="Weights">The model's weights in float32.</param>
/// <param name="Trained">The adapter's weights; 0 without an adapter.</param>
/// <param name="Gradients">One float32 a trained number.</param>
/// <param name="Optimizer">AdamW's two float32 a trained number.</param>
/// <param name="Activations">What one micro-batch keeps from forward to backward, the head's chunk of logits among it.</param>
public sealed record TrainingMemory(long Weights, long Trained, long Gradients, long Optimizer, long Activations)
{
    /// <summary>All of it.</summary>
    public long Total => Weights + Trained + Gradients + Optimizer + Activations;

    /// <summary>How many numbers a model's weights are.</summary>
    public static long ParameterCount(ModelConfig config) =>
        DecoderLayout.Parameters(config).Sum(p => p.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>The memory of training all weights, or an adapter on frozen ones.</summary>
    /// <param name="config">The model.</param>
    /// <param name="tokens">Rows of one micro-batch (see <see cref="PackedBatch.TokenCount"/>).</param>
    /// <param name="targets">Completion tokens of one micro-batch.</param>
    /// <param name="checkpointing">With <see cref="CausalLM.GradientCheckpointing"/>.</param>
    /// <param name="adapter">The adapter; null: all weights are trained.</param>
    public static TrainingMemory Estimate(ModelConfig config, int tokens, int targets, bool checkpointing, LoraConfig? adapter = null)
    {
        var arena = new Arena();
        _ = new FusedMemory(arena, config, new HeadShape(config.HeadCount, config.KeyValueHeadCount, config.HeadSize), tokens, Math.Max(1, targets), checkpointing ? Keep.Inputs : Keep.All);
        var all = ParameterCount(config);
        var trained = all;
        if (adapter is not null)
        {
            var shapes = DecoderLayout.Parameters(config).ToDictionary(p => p.Name, p => p.Shape);
            trained = adapter.Modules(config).Sum(module => adapter.Rank * (shapes[module + ".weight"][0] + shapes[module + ".weight"][1]))
                + adapter.WholeParameters(config).Sum(name => shapes[name].Aggregate(1L, (product, size) => product * size));
        }
        return new(4 * all, adapter is null ? 0 : 4 * trained, 4 * trained, 8 * trained, 4 * arena.Planned);
    }
}
