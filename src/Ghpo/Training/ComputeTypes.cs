using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Ghpo.Training;

/// <summary>Chooses the arithmetic of matrix products by what this processor does fast.</summary>
internal static class ComputeTypes
{
    /// <summary>The type that a recipe's <c>model.dtype</c> means here, and why.</summary>
    public static (ScalarType Type, string Why) Choose(string dtype) => dtype switch
    {
        "bfloat16" => (ScalarType.BFloat16, "as the recipe says"),
        "float32" => (ScalarType.Float32, "as the recipe says"),
        _ when HasBfloat16Instructions() => (ScalarType.BFloat16, "this processor multiplies bfloat16 fast"),
        _ => (ScalarType.Float32, "this processor has no bfloat16 instructions: libtorch would be a hundred times slower in it"),
    };

    /// <summary>AVX512_BF16 (leaf 7.1, EAX bit 5) or AMX-BF16 (leaf 7.0, EDX bit 22). Without them libtorch multiplies bfloat16 in a scalar loop.</summary>
    private static bool HasBfloat16Instructions() =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7 && ((X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0 || (X86Base.CpuId(7, 0).Edx >> 22 & 1) != 0);
}
