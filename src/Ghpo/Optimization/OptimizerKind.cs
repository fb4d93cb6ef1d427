using System.Text.Json.Serialization;

namespace Ghpo.Optimization;

/// <summary>How the optimiser keeps its two moments of each weight.</summary>
public enum OptimizerKind
{
    /// <summary>In float32: 8 bytes a weight.</summary>
    [JsonStringEnumMemberName("adamw")]
    AdamW,

    /// <summary>In 8 bits, with a scale for each 256 values: about 2 bytes a weight. On the CPU, for weights of 4,096 numbers or more; others keep float32.</summary>
    [JsonStringEnumMemberName("adamw_8bit")]
    AdamW8Bit,
}
