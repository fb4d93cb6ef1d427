using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>Matrix products of the sizes that attention needs, in the cache of one thread: C (m, n) = A (m, k) · B (k, n).</summary>
/// <remarks>Six rows by sixteen columns of C stay in registers over k. A's element (i, l) lies at a[i·aRow + l·aColumn], so that a transposed A needs no copy.</remarks>
internal static unsafe class SmallProduct
{
    /// <summary>Rows are computed in this many at a time: A and C have room for a multiple of it.</summary>
    public const int Rows = 6;

    /// <summary>B and C are computed in this many columns at a time.</summary>
    public const int Columns = 16;

    /// <summary>C = A·B, or C += A·B; rows beyond m, to a multiple of <see cref="Rows"/>, are computed too.</summary>
    /// <remarks><c>a</c>: A, with its strides after it.</remarks>
    /// <remarks><c>b</c>: B, rows of <c>bRow</c> numbers, each next <see cref="Columns"/> columns <c>bPanel</c> numbers further.</remarks>
    /// <remarks><c>c</c>: C, rows of <c>cRow</c> numbers.</remarks>
    /// <remarks><c>n</c>: A multiple of <see cref="Columns"/>.</remarks>
    public static void Multiply(float* a, int aRow, int aColumn, float* b, int bRow, int bPanel, float* c, int cRow, int m, int n, int k, bool add)
    {
        // So many of k that their part of sixteen columns of B stays in the first cache for all rows.
        const int Depth = 256;
        for (var first = 0; first < k; first += Depth, a += (long)Depth * aColumn, b += (long)Depth * bRow, add = true)
        {
            for (var column = 0; column < n; column += Columns)
            {
                for (var i = 0; i < m; i += Rows)
                {
                    SixBySixteen(
                        a + ((long)i * aRow), aRow, aColumn, b + ((long)(column / Columns) * bPanel), bRow,
                        c + ((long)i * cRow) + column, cRow, Math.Min(Depth, k - first), add);
                }
            }
        }
    }

    /// <summary>One block of <see cref="Rows"/> by <see cref="Columns"/>: each element one chain of fused multiply-adds over k in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SixBySixteen(float* a, nint aRow, nint aColumn, float* b, nint bRow, float* c, nint cRow, int k, bool add)
    {
        float* c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow, c4 = c3 + cRow, c5 = c4 + cRow;
        var a3 = a + (3 * aRow);
        var twoRows = 2 * aRow;
        Vector256<float> x0 = default, y0 = default, x1 = default, y1 = default, x2 = default, y2 = default;
        Vector256<float> x3 = default, y3 = default, x4 = default, y4 = default, x5 = default, y5 = default;
        if (add)
        {
            (x0, y0, x1, y1) = (Vector256.Load(c), Vector256.Load(c + 8), Vector256.Load(c1), Vector256.Load(c1 + 8));
            (x2, y2, x3, y3) = (Vector256.Load(c2), Vector256.Load(c2 + 8), Vector256.Load(c3), Vector256.Load(c3 + 8));
            (x4, y4, x5, y5) = (Vector256.Load(c4), Vector256.Load(c4 + 8), Vector256.Load(c5), Vector256.Load(c5 + 8));
        }
        for (var l = k; l > 0; l--)
        {
            var (left, right) = (Vector256.Load(b), Vector256.Load(b + 8));
            b += bRow;
            var value = Vector256.Create(*a);
            x0 = Vector256.FusedMultiplyAdd(value, left, x0);
            y0 = Vector256.FusedMultiplyAdd(value, right, y0);
            value = Vector256.Create(a[aRow]);
            x1 = Vector256.FusedMultiplyAdd(value, left, x1);
            y1 = Vector256.FusedMultiplyAdd(value, right, y1);
            value = Vector256.Create(a[twoRows]);
            x2 = Vector256.FusedMultiplyAdd(value, left, x2);
            y2 = Vector256.FusedMultiplyAdd(value, right, y2);
            value = Vector256.Create(*a3);
            x3 = Vector256.FusedMultiplyAdd(value, left, x3);
            y3 = Vector256.FusedMultiplyAdd(value, right, y3);
            value = Vector256.Create(a3[aRow]);
            x4 = Vector256.FusedMultiplyAdd(value, left, x4);
            y4 = Vector256.FusedMultiplyAdd(value, right, y4);
            value = Vector256.Create(a3[twoRows]);
            x5 = Vector256.FusedMultiplyAdd(value, left, x5);
            y5 = Vector256.FusedMultiplyAdd(value, right, y5);
            a += aColumn;
            a3 += aColumn;
        }
        x0.Store(c);
        y0.Store(c + 8);
        x1.Store(c1);
        y1.Store(c1 + 8);
        x2.Store(c2);
        y2.Store(c2 + 8);
        x3.Store(c3);
        y3.Store(c3 + 8);
        x4.Store(c4);
        y4.Store(c4 + 8);
        x5.Store(c5);
        y5.Store(c5 + 8);
    }
}
