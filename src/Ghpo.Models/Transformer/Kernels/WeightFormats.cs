using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>How a weight is stored; it is computed with in float32 always.</summary>
internal interface IWeightFormat
{
    /// <summary>Bytes of one weight.</summary>
    static abstract int Size { get; }

    /// <summary>Eight weights from <paramref name="index"/> on, as float32.</summary>
    static abstract unsafe Vector256<float> Load(byte* weights, nint index);

    /// <summary>One weight as float32.</summary>
    static abstract unsafe float LoadOne(byte* weights, nint index);
}

/// <summary>float32: the trainer's own memory.</summary>
internal readonly unsafe struct Float32Format : IWeightFormat
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* weights, nint index) => Vector256.Load((float*)weights + index);

    public static float LoadOne(byte* weights, nint index) => ((float*)weights)[index];
}

/// <summary>bfloat16: the upper half of a float32, so widening is a shift.</summary>
internal readonly unsafe struct BFloat16Format : IWeightFormat
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(byte* weights, nint index)
    {
        if (Avx2.IsSupported) return Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32((ushort*)weights + index), 16).AsSingle();
        var (low, high) = Vector128.Widen(Vector128.Load((ushort*)weights + index));
        return Vector256.ShiftLeft(Vector256.Create(low, high), 16).AsSingle();
    }

    public static float LoadOne(byte* weights, nint index) => BitConverter.UInt32BitsToSingle((uint)((ushort*)weights)[index] << 16);
}
