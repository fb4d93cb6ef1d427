using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// The innermost loops of x · Wᵀ: a few rows of x against four rows of W at once, so that each value loaded is used three or four times and the sums stay in
/// registers (three by four fills the sixteen of AVX2). A dot product is one vector of running sums over the inputs in order, then <see
/// cref="VectorMath.Sum"/>: the same bits whichever kernel computes it, and wherever a sum is set down in memory between two blocks of inputs.
/// </summary>
internal static unsafe class MatrixKernels
{
    /// <summary>Rows of W that a kernel takes at once.</summary>
    public const int Outputs = 4;

    /// <summary>Floats that the running sums of one row of x take: four vectors.</summary>
    public const int SumsPerRow = Outputs * VectorMath.Lanes;

    /// <summary>Where a kernel's sums begin and end: a block of inputs may be the first, the last, both or neither.</summary>
    internal readonly struct Block(int count, bool isFirst, bool isLast)
    {
        /// <summary>Inputs in the block, a multiple of eight.</summary>
        public readonly int Count = count;

        /// <summary>The sums begin at zero instead of being picked up.</summary>
        public readonly bool IsFirst = isFirst;

        /// <summary>The sums are finished and written to the result instead of being set down.</summary>
        public readonly bool IsLast = isLast;
    }

    /// <summary>
    /// Three rows of x (<paramref name="xStride"/> floats apart), four of W (<paramref name="wStride"/> weights apart). Weights that are not float32 are also written to
    /// <paramref name="wide"/>, four rows of <see cref="Block.Count"/>, for the kernels of other rows of x that come next: widening beside the products costs nothing.
    /// </summary>
    public static void ThreeRows<TFormat>(float* x, nint xStride, byte* w, nint wStride, Block block, float* sums, float* y, nint yStride, float* wide) where TFormat : IWeightFormat
    {
        Vector256<float> a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3;
        if (block.IsFirst)
        {
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = c0 = c1 = c2 = c3 = Vector256<float>.Zero;
        }
        else
        {
            (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
            (b0, b1, b2, b3) = (Vector256.Load(sums + 32), Vector256.Load(sums + 40), Vector256.Load(sums + 48), Vector256.Load(sums + 56));
            (c0, c1, c2, c3) = (Vector256.Load(sums + 64), Vector256.Load(sums + 72), Vector256.Load(sums + 80), Vector256.Load(sums + 88));
        }

        var x1 = x + xStride;
        var x2 = x1 + xStride;
        var w1 = w + wStride * TFormat.Size;
        var w2 = w1 + wStride * TFormat.Size;
        var w3 = w2 + wStride * TFormat.Size;
        nint count = block.Count;
        float* wide1 = wide + count, wide2 = wide1 + count, wide3 = wide2 + count;
        nint i = 0;
        for (; i <= count - 32; i += 32)
        {
            // Four steps a turn: a processor foresees the end of a loop of 28 turns, not of 112.
            Step(i);
            Step(i + 8);
            Step(i + 16);
            Step(i + 24);
        }

        for (; i < count; i += 8) Step(i);

        if (block.IsLast)
        {
            Vector128.Store(Sum(a0, a1, a2, a3), y);
            Vector128.Store(Sum(b0, b1, b2, b3), y + yStride);
            Vector128.Store(Sum(c0, c1, c2, c3), y + 2 * yStride);
        }
        else
        {
            SetDown(sums, a0, a1, a2, a3);
            SetDown(sums + 32, b0, b1, b2, b3);
            SetDown(sums + 64, c0, c1, c2, c3);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void Step(nint at)
        {
            var (p, q, r) = (Vector256.Load(x + at), Vector256.Load(x1 + at), Vector256.Load(x2 + at));
            var v = TFormat.Load(w, at);
            if (typeof(TFormat) != typeof(Float32Format)) v.Store(wide + at);
            a0 = Vector256.MultiplyAddEstimate(p, v, a0);
            b0 = Vector256.MultiplyAddEstimate(q, v, b0);
            c0 = Vector256.MultiplyAddEstimate(r, v, c0);
            v = TFormat.Load(w1, at);
            if (typeof(TFormat) != typeof(Float32Format)) v.Store(wide1 + at);
            a1 = Vector256.MultiplyAddEstimate(p, v, a1);
            b1 = Vector256.MultiplyAddEstimate(q, v, b1);
            c1 = Vector256.MultiplyAddEstimate(r, v, c1);
            v = TFormat.Load(w2, at);
            if (typeof(TFormat) != typeof(Float32Format)) v.Store(wide2 + at);
            a2 = Vector256.MultiplyAddEstimate(p, v, a2);
            b2 = Vector256.MultiplyAddEstimate(q, v, b2);
            c2 = Vector256.MultiplyAddEstimate(r, v, c2);
            v = TFormat.Load(w3, at);
            if (typeof(TFormat) != typeof(Float32Format)) v.Store(wide3 + at);
            a3 = Vector256.MultiplyAddEstimate(p, v, a3);
            b3 = Vector256.MultiplyAddEstimate(q, v, b3);
            c3 = Vector256.MultiplyAddEstimate(r, v, c3);
        }
    }

    /// <summary>Two rows of x, four of W.</summary>
    public static void TwoRows<TFormat>(float* x, nint xStride, byte* w, nint wStride, Block block, float* sums, float* y, nint yStride) where TFormat : IWeightFormat
    {
        Vector256<float> a0, a1, a2, a3, b0, b1, b2, b3;
        if (block.IsFirst)
        {
            a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = Vector256<float>.Zero;
        }
        else
        {
            (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
            (b0, b1, b2, b3) = (Vector256.Load(sums + 32), Vector256.Load(sums + 40), Vector256.Load(sums + 48), Vector256.Load(sums + 56));
        }

        var x1 = x + xStride;
        var w1 = w + wStride * TFormat.Size;
        var w2 = w1 + wStride * TFormat.Size;
        var w3 = w2 + wStride * TFormat.Size;
        nint count = block.Count;
        for (nint i = 0; i < count; i += 8)
        {
            var (p, q) = (Vector256.Load(x + i), Vector256.Load(x1 + i));
            var v = TFormat.Load(w, i);
            a0 = Vector256.MultiplyAddEstimate(p, v, a0);
            b0 = Vector256.MultiplyAddEstimate(q, v, b0);
            v = TFormat.Load(w1, i);
            a1 = Vector256.MultiplyAddEstimate(p, v, a1);
            b1 = Vector256.MultiplyAddEstimate(q, v, b1);
            v = TFormat.Load(w2, i);
            a2 = Vector256.MultiplyAddEstimate(p, v, a2);
            b2 = Vector256.MultiplyAddEstimate(q, v, b2);
            v = TFormat.Load(w3, i);
            a3 = Vector256.MultiplyAddEstimate(p, v, a3);
            b3 = Vector256.MultiplyAddEstimate(q, v, b3);
        }

        if (block.IsLast)
        {
            Vector128.Store(Sum(a0, a1, a2, a3), y);
            Vector128.Store(Sum(b0, b1, b2, b3), y + yStride);
        }
        else
        {
            SetDown(sums, a0, a1, a2, a3);
            SetDown(sums + 32, b0, b1, b2, b3);
        }
    }

    /// <summary>One row of x, four of W; what is read ahead of use is asked for early, since a single row waits for memory only.</summary>
    public static void OneRow<TFormat>(float* x, byte* w, nint wStride, Block block, float* sums, float* y) where TFormat : IWeightFormat
    {
        Vector256<float> a0, a1, a2, a3;
        if (block.IsFirst) a0 = a1 = a2 = a3 = Vector256<float>.Zero;
        else (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));

        var w1 = w + wStride * TFormat.Size;
        var w2 = w1 + wStride * TFormat.Size;
        var w3 = w2 + wStride * TFormat.Size;
        nint count = block.Count;
        for (nint i = 0; i < count; i += 8)
        {
            var p = Vector256.Load(x + i);
            a0 = Vector256.MultiplyAddEstimate(p, TFormat.Load(w, i), a0);
            a1 = Vector256.MultiplyAddEstimate(p, TFormat.Load(w1, i), a1);
            a2 = Vector256.MultiplyAddEstimate(p, TFormat.Load(w2, i), a2);
            a3 = Vector256.MultiplyAddEstimate(p, TFormat.Load(w3, i), a3);
        }

        if (block.IsLast) Vector128.Store(Sum(a0, a1, a2, a3), y);
        else SetDown(sums, a0, a1, a2, a3);
    }

    /// <summary>One row of x, one of W: what is left of a matrix whose height is no multiple of four.</summary>
    public static float Dot<TFormat>(float* x, byte* w, int count) where TFormat : IWeightFormat
    {
        var sum = Vector256<float>.Zero;
        nint i = 0;
        for (; i <= count - 8; i += 8) sum = Vector256.MultiplyAddEstimate(Vector256.Load(x + i), TFormat.Load(w, i), sum);
        return VectorMath.Sum(sum) + DotRest<TFormat>(x, w, (int)i, count);
    }

    /// <summary>The products from <paramref name="start"/> on, one by one: inputs beyond the last multiple of eight.</summary>
    public static float DotRest<TFormat>(float* x, byte* w, int start, int count) where TFormat : IWeightFormat
    {
        var sum = 0f;
        for (var i = start; i < count; i++) sum += x[i] * TFormat.LoadOne(w, i);
        return sum;
    }

    /// <summary>The sums of the lanes of four vectors, each in the order of <see cref="VectorMath.Sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sum(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        if (!Avx.IsSupported) return Vector128.Create(VectorMath.Sum(a), VectorMath.Sum(b), VectorMath.Sum(c), VectorMath.Sum(d));
        var pairs = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
        return pairs.GetLower() + pairs.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SetDown(float* sums, Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256.Store(a, sums);
        Vector256.Store(b, sums + 8);
        Vector256.Store(c, sums + 16);
        Vector256.Store(d, sums + 24);
    }
}
