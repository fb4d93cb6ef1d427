using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Optimization;

/// <summary>
/// Numbers of a block in 8 bits each, beside the block's largest magnitude. The code is companded as speech is in telephony: linear near 0, then eight steps to each doubling, so that
/// small values keep their relative precision. In numbers, code c stands for scale · (z(c) − 1) / (z(top) − 1), where z(c) is the c-th float from 1 on with three bits of fraction.
/// </summary>
/// <remarks>
/// A value between two codes goes to the upper with the probability that makes its mean right. To the nearest it would stay where it is: with β₂ = 0.999 the second moment changes by
/// less than half a step. The draw is a function of the key and the place alone, the same on every thread and after a resume.
/// </remarks>
internal static class CompandedCode
{
    /// <summary>Values that share a scale.</summary>
    public const int BlockSize = 256;

    private const int DroppedBits = 20; // 23 bits of a float's fraction, less 3
    private const int Origin = 0x3F800000 >> DroppedBits;

    // Below it the smallest code times the scale would be no normal float.
    private const float SmallestScale = 1f / (1L << 62) / (1L << 28);
    private static readonly float SignedTop = Stretched(127) - 1;
    private static readonly float UnsignedTop = Stretched(255) - 1;

    /// <summary>Writes a block in codes from −127 to 127.</summary>
    /// <returns>The scale.</returns>
    public static float Compress(ReadOnlySpan<float> values, Span<sbyte> codes, uint key)
    {
        var scale = Scale(values);
        if (scale == 0)
        {
            codes.Clear();
            return 0;
        }

        var from = Vectors(values);
        var to = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(codes);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Vector256.Narrow(
                Vector256.Narrow(One(from[4 * i], 4 * i), One(from[4 * i + 1], 4 * i + 1)),
                Vector256.Narrow(One(from[4 * i + 2], 4 * i + 2), One(from[4 * i + 3], 4 * i + 3)));
        }

        return scale;

        Vector256<int> One(Vector256<float> value, int place)
        {
            var code = Code(Vector256.Abs(value), scale, SignedTop, 127, Draw(key, place));
            var negative = Vector256.LessThan(value, Vector256<float>.Zero).AsInt32();
            return (code ^ negative) - negative;
        }
    }

    /// <summary>Writes a block of values that are not negative in codes from 0 to 255; only 0 itself becomes 0.</summary>
    /// <returns>The scale.</returns>
    public static float Compress(ReadOnlySpan<float> values, Span<byte> codes, uint key)
    {
        var scale = Scale(values);
        if (scale == 0)
        {
            codes.Clear();
            return 0;
        }

        var from = Vectors(values);
        var to = MemoryMarshal.Cast<byte, Vector256<byte>>(codes);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Vector256.Narrow(
                Vector256.Narrow(One(from[4 * i], 4 * i), One(from[4 * i + 1], 4 * i + 1)),
                Vector256.Narrow(One(from[4 * i + 2], 4 * i + 2), One(from[4 * i + 3], 4 * i + 3)));
        }

        return scale;

        // The upper half of the draw: the first moment of the same place takes the lower.
        Vector256<uint> One(Vector256<float> value, int place)
        {
            var code = Vector256.Max(Code(value, scale, UnsignedTop, 255, Draw(key, place) >>> (32 - DroppedBits)), Vector256<int>.One);
            return Vector256.AndNot(code, Vector256.Equals(value, Vector256<float>.Zero).AsInt32()).AsUInt32();
        }
    }

    /// <summary>Reads a block of signed codes.</summary>
    public static void Expand(ReadOnlySpan<sbyte> codes, float scale, Span<float> values)
    {
        var from = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(codes);
        var to = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var unit = scale / SignedTop;
        for (var i = 0; i < from.Length; i++)
        {
            var (low, high) = Vector256.Widen(from[i]);
            (to[4 * i], to[4 * i + 1]) = Both(Vector256.Widen(low));
            (to[4 * i + 2], to[4 * i + 3]) = Both(Vector256.Widen(high));
        }

        (Vector256<float>, Vector256<float>) Both((Vector256<int> Lower, Vector256<int> Upper) part) => (One(part.Lower), One(part.Upper));

        Vector256<float> One(Vector256<int> code) => Vector256.CopySign(Magnitude(Vector256.Abs(code)) * unit, code.AsSingle());
    }

    /// <summary>Reads a block of unsigned codes.</summary>
    public static void Expand(ReadOnlySpan<byte> codes, float scale, Span<float> values)
    {
        var from = MemoryMarshal.Cast<byte, Vector256<byte>>(codes);
        var to = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var unit = scale / UnsignedTop;
        for (var i = 0; i < from.Length; i++)
        {
            var (low, high) = Vector256.Widen(from[i]);
            (to[4 * i], to[4 * i + 1]) = Both(Vector256.Widen(low));
            (to[4 * i + 2], to[4 * i + 3]) = Both(Vector256.Widen(high));
        }

        (Vector256<float>, Vector256<float>) Both((Vector256<uint> Lower, Vector256<uint> Upper) part) => (Magnitude(part.Lower.AsInt32()) * unit, Magnitude(part.Upper.AsInt32()) * unit);
    }

    /// <summary>A number that looks random, of numbers that need not: the last steps of MurmurHash3.</summary>
    public static uint Mix(uint x)
    {
        x = (x ^ (x >> 16)) * 0x85EBCA6B;
        x = (x ^ (x >> 13)) * 0xC2B2AE35;
        return x ^ (x >> 16);
    }

    private static Vector256<int> Draw(uint key, int place)
    {
        var x = Vector256.Create(key + ((uint)place * 8 * 0x9E3779B9)) + (Vector256<uint>.Indices * 0x9E3779B9);
        x = (x ^ (x >>> 16)) * 0x85EBCA6B;
        x = (x ^ (x >>> 13)) * 0xC2B2AE35;
        return (x ^ (x >>> 16)).AsInt32();
    }

    // A float's bits order like the float; what is dropped is first filled up by the draw, which carries into the code as often as it should.
    private static Vector256<int> Code(Vector256<float> magnitude, float scale, float top, int most, Vector256<int> draw)
    {
        var stretched = Vector256.Min(magnitude / Vector256.Create(scale), Vector256<float>.One) * top + Vector256<float>.One;
        var code = ((stretched.AsInt32() + (draw & Vector256.Create((1 << DroppedBits) - 1))) >>> DroppedBits) - Vector256.Create(Origin);
        return Vector256.Min(code, Vector256.Create(most));
    }

    private static Vector256<float> Magnitude(Vector256<int> code) => ((code + Vector256.Create(Origin)) << DroppedBits).AsSingle() - Vector256<float>.One;

    private static float Stretched(int code) => BitConverter.Int32BitsToSingle((code + Origin) << DroppedBits);

    private static float Scale(ReadOnlySpan<float> values)
    {
        var largest = Vector256<float>.Zero;
        foreach (var v in Vectors(values))
            largest = Vector256.Max(largest, Vector256.Abs(v));
        var scale = 0f;
        for (var i = 0; i < Vector256<float>.Count; i++)
            scale = Math.Max(scale, largest[i]);
        return scale == 0 ? 0 : Math.Max(scale, SmallestScale);
    }

    private static ReadOnlySpan<Vector256<float>> Vectors(ReadOnlySpan<float> floats) => MemoryMarshal.Cast<float, Vector256<float>>(floats);
}
