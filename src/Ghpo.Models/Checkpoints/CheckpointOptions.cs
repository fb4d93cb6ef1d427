using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record CheckpointOptions
{
    /// <summary>The type of the weights in memory: float32 to train; null keeps what is stored, for sampling and scoring alone.</summary>
    public ScalarType? WeightType { get; init; } = ScalarType.Float32;

    /// <summary>Whether all weights are trainable at first; needs float32.</summary>
    public bool Trainable { get; init; } = true;

    /// <summary>The type that matrix products run in; see <see cref="Transformer.CausalLM.ComputeType"/>.</summary>
    public ScalarType ComputeType { get; init; } = ScalarType.Float32;

    /// <summary>Where the weights go; the CPU if not given.</summary>
    public Device? Device { get; init; }
}
