using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// Eight rows of x against four rows of W with vectors of 512 bits, for processors that have them. A vector holds the eight running sums of one row of W and
/// those of the next, so that the result is the same to the bit as that of <see cref="MatrixKernels"/>.
/// </summary>
internal static unsafe class WideMatrixKernel
{
    /// <summary>Rows of x that the kernel takes at once: sixteen sums of its thirty-two registers.</summary>
    public const int Rows = 8;

    /// <summary>
    /// As <see cref="MatrixKernels.ThreeRows"/>, for eight. The first eight rows read W as it is (<see cref="Pairing{TFormat}"/>) and leave it in <paramref name="pairs"/>, row by row and next to
    /// each other in eights; the others read that (<see cref="Paired"/>).
    /// </summary>
    public static void EightRows<TSource>(float* x, nint xStride, byte* w, nint wStride, MatrixKernels.Block block, float* sums, float* y, nint yStride, float* pairs) where TSource : IPairSource
    {
        Vector512<float> a0, a1, a2, a3, a4, a5, a6, a7, b0, b1, b2, b3, b4, b5, b6, b7;
        if (block.IsFirst)
        {
            a0 = a1 = a2 = a3 = a4 = a5 = a6 = a7 = b0 = b1 = b2 = b3 = b4 = b5 = b6 = b7 = Vector512<float>.Zero;
        }
        else
        {
            (a0, b0) = PickUp(sums);
            (a1, b1) = PickUp(sums + MatrixKernels.SumsPerRow);
            (a2, b2) = PickUp(sums + (2 * MatrixKernels.SumsPerRow));
            (a3, b3) = PickUp(sums + (3 * MatrixKernels.SumsPerRow));
            (a4, b4) = PickUp(sums + (4 * MatrixKernels.SumsPerRow));
            (a5, b5) = PickUp(sums + (5 * MatrixKernels.SumsPerRow));
            (a6, b6) = PickUp(sums + (6 * MatrixKernels.SumsPerRow));
            (a7, b7) = PickUp(sums + (7 * MatrixKernels.SumsPerRow));
        }

        float* x1 = x + xStride, x2 = x1 + xStride, x3 = x2 + xStride, x4 = x3 + xStride, x5 = x4 + xStride, x6 = x5 + xStride, x7 = x6 + xStride;
        nint count = block.Count;
        var upper = pairs + (2 * count);
        for (nint i = 0; i < count; i += VectorMath.Lanes)
        {
            var u = TSource.Load(w, wStride, 0, i, pairs);
            var v = TSource.Load(w, wStride, 2, i, upper);
            var p = Both(x + i);
            a0 = Vector512.MultiplyAddEstimate(p, u, a0);
            b0 = Vector512.MultiplyAddEstimate(p, v, b0);
            p = Both(x1 + i);
            a1 = Vector512.MultiplyAddEstimate(p, u, a1);
            b1 = Vector512.MultiplyAddEstimate(p, v, b1);
            p = Both(x2 + i);
            a2 = Vector512.MultiplyAddEstimate(p, u, a2);
            b2 = Vector512.MultiplyAddEstimate(p, v, b2);
            p = Both(x3 + i);
            a3 = Vector512.MultiplyAddEstimate(p, u, a3);
            b3 = Vector512.MultiplyAddEstimate(p, v, b3);
            p = Both(x4 + i);
            a4 = Vector512.MultiplyAddEstimate(p, u, a4);
            b4 = Vector512.MultiplyAddEstimate(p, v, b4);
            p = Both(x5 + i);
            a5 = Vector512.MultiplyAddEstimate(p, u, a5);
            b5 = Vector512.MultiplyAddEstimate(p, v, b5);
            p = Both(x6 + i);
            a6 = Vector512.MultiplyAddEstimate(p, u, a6);
            b6 = Vector512.MultiplyAddEstimate(p, v, b6);
            p = Both(x7 + i);
            a7 = Vector512.MultiplyAddEstimate(p, u, a7);
            b7 = Vector512.MultiplyAddEstimate(p, v, b7);
        }

        SetDown(0, a0, b0);
        SetDown(1, a1, b1);
        SetDown(2, a2, b2);
        SetDown(3, a3, b3);
        SetDown(4, a4, b4);
        SetDown(5, a5, b5);
        SetDown(6, a6, b6);
        SetDown(7, a7, b7);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        void SetDown(nint row, Vector512<float> a, Vector512<float> b)
        {
            if (block.IsLast)
            {
                Vector128.Store(MatrixKernels.Sum(a.GetLower(), a.GetUpper(), b.GetLower(), b.GetUpper()), y + (row * yStride));
                return;
            }

            Vector512.Store(a, sums + (row * MatrixKernels.SumsPerRow));
            Vector512.Store(b, sums + (row * MatrixKernels.SumsPerRow) + (2 * VectorMath.Lanes));
        }
    }

    private static (Vector512<float> A, Vector512<float> B) PickUp(float* sums) => (Vector512.Load(sums), Vector512.Load(sums + (2 * VectorMath.Lanes)));

    /// <summary>Eight floats, twice.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Both(float* x)
    {
        if (Avx512DQ.IsSupported) return Avx512DQ.BroadcastVector256ToVector512(x);
        var eight = Vector256.Load(x);
        return Vector512.Create(eight, eight);
    }

    /// <summary>Where the kernel takes two successive rows of W from.</summary>
    internal interface IPairSource
    {
        /// <summary>Eight weights from <paramref name="index"/> on of row <paramref name="row"/>, and of the next; <paramref name="pairs"/> is where the two rows lie in pairs.</summary>
        static abstract Vector512<float> Load(byte* w, nint wStride, int row, nint index, float* pairs);
    }

    /// <summary>W as it is stored; what is read is left in pairs for the next rows of x.</summary>
    internal readonly struct Pairing<TFormat> : IPairSource where TFormat : IWeightFormat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* w, nint wStride, int row, nint index, float* pairs)
        {
            var pair = Vector512.Create(TFormat.Load(w, (row * wStride) + index), TFormat.Load(w, ((row + 1) * wStride) + index));
            pair.Store(pairs + (2 * index));
            return pair;
        }
    }

    /// <summary>What <see cref="Pairing{TFormat}"/> left.</summary>
    internal readonly struct Paired : IPairSource
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<float> Load(byte* w, nint wStride, int row, nint index, float* pairs) => Vector512.Load(pairs + (2 * index));
    }
}
