using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>Conversion between float32, float16 and bfloat16, in spans.</summary>
internal static class HalfPrecision
{
    /// <summary>Converts numbers; narrowing rounds to the nearest, ties to even.</summary>
    public static void Convert(ReadOnlySpan<byte> source, ScalarType from, Span<byte> target, ScalarType to)
    {
        if (from == to)
        {
            source.CopyTo(target);
            return;
        }
        if (to == ScalarType.Float32)
        {
            Widen(source, from, MemoryMarshal.Cast<byte, float>(target));
            return;
        }
        if (from == ScalarType.Float32)
        {
            Narrow(MemoryMarshal.Cast<byte, float>(source), to, target);
            return;
        }
        var wide = new float[source.Length / 2];
        Widen(source, from, wide);
        Narrow(wide, to, target);
    }

    private static void Widen(ReadOnlySpan<byte> source, ScalarType from, Span<float> target)
    {
        if (from == ScalarType.Float16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(source);
            for (var i = 0; i < halves.Length; i++) target[i] = (float)halves[i];
            return;
        }
        var bits = MemoryMarshal.Cast<byte, ushort>(source);
        var words = MemoryMarshal.Cast<float, uint>(target);
        for (var i = 0; i < bits.Length; i++) words[i] = (uint)bits[i] << 16;
    }

    private static void Narrow(ReadOnlySpan<float> source, ScalarType to, Span<byte> target)
    {
        if (to == ScalarType.Float16)
        {
            var narrow = MemoryMarshal.Cast<byte, Half>(target);
            for (var i = 0; i < source.Length; i++) narrow[i] = (Half)source[i];
            return;
        }
        var bits = MemoryMarshal.Cast<float, uint>(source);
        var halves = MemoryMarshal.Cast<byte, ushort>(target);
        for (var i = 0; i < bits.Length; i++)
        {
            var word = bits[i];
            // A NaN stays one even if the bits that made it one are cut; all else is rounded to the nearest, ties to even.
            halves[i] = (word & 0x7fffffff) > 0x7f800000
                ? (ushort)((word >> 16) | ((word & 0xffff) == 0 ? 0u : 0x40u))
                : (ushort)((word + 0x7fff + ((word >> 16) & 1)) >> 16);
        }
    }
}
