using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// y = x · Wᵀ for a W that lies in panels: of sixteen outputs each, (inputs, 16), so that a sum over few inputs costs no sum across lanes. Each output is one chain of
/// multiply-adds over the inputs in order, whichever kernel computes it: a row's bits do not depend on its company.
/// </summary>
internal static unsafe class PanelKernel
{
    /// <summary>Outputs of a panel.</summary>
    public const int Width = SmallProduct.Columns;

    // So many inputs of a panel stay in the first-level cache while the rows pass by.
    private const int Depth = 256;

    private const int RowsBeside = 60;

    /// <summary>Writes W (outputs, inputs) as panels, the last one's missing outputs as zeros.</summary>
    public static void Pack<TFormat>(byte* weights, int outputs, int inputs, float* panels) where TFormat : IWeightFormat
    {
        new Span<float>(panels + (nint)outputs / Width * Width * inputs, outputs % Width == 0 ? 0 : Width * inputs).Clear();
        for (var o = 0; o < outputs; o++)
        {
            var panel = panels + ((nint)(o / Width) * Width * inputs) + (o % Width);
            for (var i = 0; i < inputs; i++) panel[i * Width] = TFormat.LoadOne(weights, ((nint)o * inputs) + i);
        }
    }

    /// <summary>Floats that the panels of a matrix take.</summary>
    public static long PackedFloats(int outputs, int inputs) => (outputs + Width - 1L) / Width * Width * inputs;

    /// <summary>Computes so many outputs for every row: x is (rows, inputs), <c>xStride</c> floats apart; output o of row r goes to y[r · <c>yStride</c> + o].</summary>
    [SkipLocalsInit]
    public static void Compute(float* x, nint xStride, int rows, float* panels, int inputs, int outputs, float* y, nint yStride)
    {
        Whole(x, xStride, rows, panels, inputs, outputs / Width, y, yStride);
        var rest = outputs % Width;
        if (rest == 0) return;
        var first = outputs - rest;
        var beside = stackalloc float[RowsBeside * Width];
        for (var row = 0; row < rows; row += RowsBeside)
        {
            var count = Math.Min(RowsBeside, rows - row);
            Whole(x + (row * xStride), xStride, count, panels + ((nint)first * inputs), inputs, 1, beside, Width);
            for (var r = 0; r < count; r++) new ReadOnlySpan<float>(beside + (r * Width), rest).CopyTo(new(y + ((row + r) * yStride) + first, rest));
        }
    }

    /// <summary>The same for whole panels.</summary>
    public static void Whole(float* x, nint xStride, int rows, float* panels, int inputs, int count, float* y, nint yStride)
    {
        nint panelSize = (nint)inputs * Width;
        for (var k = 0; k < inputs; k += Depth, x += Depth, panels += Depth * Width)
        {
            var (depth, add) = (Math.Min(Depth, inputs - k), k > 0);
            var row = 0;
            for (var panel = 0; panel < count; panel++)
            {
                float* w = panels + (panel * panelSize), result = y + (panel * Width);
                for (row = 0; row + SmallProduct.Rows <= rows; row += SmallProduct.Rows) SmallProduct.SixBySixteen(x + (row * xStride), xStride, 1, w, Width, result + (row * yStride), yStride, depth, add);
                for (; row + 4 <= rows; row += 4) FourRows(x + (row * xStride), xStride, w, depth, result + (row * yStride), yStride, add);
            }

            // Fewer than four are left: two with two panels. Where there is but one, it is computed twice, into the same place.
            for (; row < rows; row += 2)
            {
                var (nextX, nextY) = row + 1 < rows ? (xStride, yStride) : (0, 0);
                for (var panel = 0; panel < count; panel += 2)
                {
                    var (nextPanel, nextResult) = panel + 1 < count ? (panelSize, Width) : (0, 0);
                    TwoRows(x + (row * xStride), nextX, panels + (panel * panelSize), nextPanel, depth, y + (row * yStride) + (panel * Width), nextY, nextResult, add);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(float* x, nint xStride, float* w, int inputs, float* y, nint yStride, bool add)
    {
        float* y1 = y + yStride, y2 = y1 + yStride, y3 = y2 + yStride, x2 = x + (2 * xStride);
        Vector256<float> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
        if (add)
        {
            (a0, b0, a1, b1) = (Vector256.Load(y), Vector256.Load(y + 8), Vector256.Load(y1), Vector256.Load(y1 + 8));
            (a2, b2, a3, b3) = (Vector256.Load(y2), Vector256.Load(y2 + 8), Vector256.Load(y3), Vector256.Load(y3 + 8));
        }
        for (var i = inputs; i > 0; i--)
        {
            var (left, right) = (Vector256.Load(w), Vector256.Load(w + 8));
            w += Width;
            var value = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(value, left, a0);
            b0 = Vector256.FusedMultiplyAdd(value, right, b0);
            value = Vector256.Create(x[xStride]);
            a1 = Vector256.FusedMultiplyAdd(value, left, a1);
            b1 = Vector256.FusedMultiplyAdd(value, right, b1);
            value = Vector256.Create(*x2);
            a2 = Vector256.FusedMultiplyAdd(value, left, a2);
            b2 = Vector256.FusedMultiplyAdd(value, right, b2);
            value = Vector256.Create(x2[xStride]);
            a3 = Vector256.FusedMultiplyAdd(value, left, a3);
            b3 = Vector256.FusedMultiplyAdd(value, right, b3);
            x++;
            x2++;
        }
        a0.Store(y);
        b0.Store(y + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
        a2.Store(y2);
        b2.Store(y2 + 8);
        a3.Store(y3);
        b3.Store(y3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(float* x, nint nextX, float* w, nint nextPanel, int inputs, float* y, nint nextY, int nextResult, bool add)
    {
        float* y1 = y + nextY, z = y + nextResult, z1 = y1 + nextResult, v = w + nextPanel;
        Vector256<float> a0 = default, b0 = default, c0 = default, d0 = default, a1 = default, b1 = default, c1 = default, d1 = default;
        if (add)
        {
            (a0, b0, c0, d0) = (Vector256.Load(y), Vector256.Load(y + 8), Vector256.Load(z), Vector256.Load(z + 8));
            (a1, b1, c1, d1) = (Vector256.Load(y1), Vector256.Load(y1 + 8), Vector256.Load(z1), Vector256.Load(z1 + 8));
        }
        for (var i = inputs; i > 0; i--)
        {
            var (one, two) = (Vector256.Create(*x), Vector256.Create(x[nextX]));
            x++;
            var part = Vector256.Load(w);
            a0 = Vector256.FusedMultiplyAdd(one, part, a0);
            a1 = Vector256.FusedMultiplyAdd(two, part, a1);
            part = Vector256.Load(w + 8);
            b0 = Vector256.FusedMultiplyAdd(one, part, b0);
            b1 = Vector256.FusedMultiplyAdd(two, part, b1);
            part = Vector256.Load(v);
            c0 = Vector256.FusedMultiplyAdd(one, part, c0);
            c1 = Vector256.FusedMultiplyAdd(two, part, c1);
            part = Vector256.Load(v + 8);
            d0 = Vector256.FusedMultiplyAdd(one, part, d0);
            d1 = Vector256.FusedMultiplyAdd(two, part, d1);
            w += Width;
            v += Width;
        }
        a0.Store(y);
        b0.Store(y + 8);
        c0.Store(z);
        d0.Store(z + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
        c1.Store(z1);
        d1.Store(z1 + 8);
    }
}
