using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>Matrix products of the sizes that attention needs, in the cache of one thread: C (m, n) = A (m, k) · B (k, n).</summary>
/// <remarks>Four rows by sixteen columns of C stay in registers over all of k. A's element (i, l) lies at a[i·aRow + l·aColumn], so that a transposed A needs no copy.</remarks>
internal static unsafe class SmallProduct
{
    /// <summary>C = A·B, or C += A·B.</summary>
    /// <remarks><c>a</c>: A, with its strides after it.</remarks>
    /// <remarks><c>b</c>: B, rows of <c>bRow</c> numbers.</remarks>
    /// <remarks><c>c</c>: C, rows of <c>cRow</c> numbers.</remarks>
    /// <remarks><c>n</c>: A multiple of 8.</remarks>
    public static void Multiply(float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, int m, int n, int k, bool add)
    {
        var column = 0;
        for (; column <= n - 16; column += 16)
        {
            var i = 0;
            for (; i <= m - 4; i += 4) FourBySixteen(a + ((long)i * aRow), aRow, aColumn, b + column, bRow, c + ((long)i * cRow) + column, cRow, k, add);
            for (; i < m; i++)
            {
                OneByEight(a + ((long)i * aRow), aColumn, b + column, bRow, c + ((long)i * cRow) + column, k, add);
                OneByEight(a + ((long)i * aRow), aColumn, b + column + 8, bRow, c + ((long)i * cRow) + column + 8, k, add);
            }
        }
        for (; column < n; column += 8)
        {
            for (var i = 0; i < m; i++) OneByEight(a + ((long)i * aRow), aColumn, b + column, bRow, c + ((long)i * cRow) + column, k, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourBySixteen(float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, int k, bool add)
    {
        float* c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        Vector256<float> x0 = default, y0 = default, x1 = default, y1 = default, x2 = default, y2 = default, x3 = default, y3 = default;
        if (add)
        {
            (x0, y0, x1, y1) = (Vector256.Load(c), Vector256.Load(c + 8), Vector256.Load(c1), Vector256.Load(c1 + 8));
            (x2, y2, x3, y3) = (Vector256.Load(c2), Vector256.Load(c2 + 8), Vector256.Load(c3), Vector256.Load(c3 + 8));
        }
        for (var l = 0; l < k; l++)
        {
            var (left, right) = (Vector256.Load(b), Vector256.Load(b + 8));
            b += bRow;
            var value = Vector256.Create(*a);
            x0 = Vector256.FusedMultiplyAdd(value, left, x0);
            y0 = Vector256.FusedMultiplyAdd(value, right, y0);
            value = Vector256.Create(*a1);
            x1 = Vector256.FusedMultiplyAdd(value, left, x1);
            y1 = Vector256.FusedMultiplyAdd(value, right, y1);
            value = Vector256.Create(*a2);
            x2 = Vector256.FusedMultiplyAdd(value, left, x2);
            y2 = Vector256.FusedMultiplyAdd(value, right, y2);
            value = Vector256.Create(*a3);
            x3 = Vector256.FusedMultiplyAdd(value, left, x3);
            y3 = Vector256.FusedMultiplyAdd(value, right, y3);
            a += aColumn;
            a1 += aColumn;
            a2 += aColumn;
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
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByEight(float* a, int aColumn, float* b, int bRow, float* c, int k, bool add)
    {
        var sum = add ? Vector256.Load(c) : default;
        for (var l = 0; l < k; l++) sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[(long)l * aColumn]), Vector256.Load(b + ((long)l * bRow)), sum);
        sum.Store(c);
    }
}
