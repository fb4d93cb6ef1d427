using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// y = x · Wᵀ for a range of W's rows, blocked for the caches. How it is blocked changes no bit of the result, so rows may be computed in any company.
/// </summary>
internal static unsafe class MatrixProduct
{
    /// <summary>Outputs that one piece of work holds: enough that claiming it costs nothing, few enough that the last ones to finish are close.</summary>
    public const int OutputsPerPiece = 24;

    // Many rows of x, in the second-level cache, pass by four rows of W that stay in the first-level one (14 KiB of its 32).
    private const int MostInputsPerBlock = 896;
    private const int RowsPerTile = 64;

    /// <summary>Floats of scratch that a product needs for so many rows.</summary>
    public static int ScratchFloats(int rows) => OutputsPerPiece * VectorMath.Lanes * rows;

    /// <summary>
    /// Computes outputs [<c>start</c>, <c>end</c>), at most <see cref="OutputsPerPiece"/> of them, for every row: x is (rows,
    /// inputs), <c>xStride</c> floats apart; the weights (outputs, inputs), contiguous; output o of row r goes to y[r · <c>yStride</c> + o]; <c>scratch</c> has <see cref="ScratchFloats"/>.
    /// </summary>
    public static void Compute<TFormat>(float* x, nint xStride, int rows, byte* weights, int inputs, int start, int end, float* y, nint yStride, float* scratch)
        where TFormat : IWeightFormat =>
        Compute<TFormat>(x, xStride, rows, weights, inputs, start, end, y, yStride, scratch, Vector512.IsHardwareAccelerated);

    /// <summary>The same, with vectors of 512 bits or without.</summary>
    internal static void Compute<TFormat>(float* x, nint xStride, int rows, byte* weights, int inputs, int start, int end, float* y, nint yStride, float* scratch, bool isWide)
        where TFormat : IWeightFormat
    {
        var vectorInputs = inputs & ~(VectorMath.Lanes - 1);
        var fullEnd = start + (end - start) / MatrixKernels.Outputs * MatrixKernels.Outputs;
        if (vectorInputs > 0)
        {
            var blocks = (vectorInputs + InputsPerBlock(rows) - 1) / InputsPerBlock(rows);
            var blockSize = VectorMath.Pad((vectorInputs + blocks - 1) / blocks);
            for (var k = 0; k < vectorInputs; k += blockSize)
            {
                var block = new MatrixKernels.Block(Math.Min(blockSize, vectorInputs - k), k == 0, k + blockSize >= vectorInputs);
                for (var row = 0; row < rows; row += RowsPerTile)
                    Tile<TFormat>(x + k, xStride, row, Math.Min(rows, row + RowsPerTile), rows, weights + (nint)k * TFormat.Size, inputs, start, fullEnd, block, scratch, y, yStride, isWide);
            }
        }
        else
        {
            for (var row = 0; row < rows; row++) new Span<float>(y + row * yStride + start, fullEnd - start).Clear();
        }

        if (vectorInputs < inputs)
        {
            for (var row = 0; row < rows; row++)
            {
                for (var o = start; o < fullEnd; o++)
                    y[row * yStride + o] += MatrixKernels.DotRest<TFormat>(x + row * xStride, weights + (nint)o * inputs * TFormat.Size, vectorInputs, inputs);
            }
        }

        for (var o = fullEnd; o < end; o++)
        {
            for (var row = 0; row < rows; row++) y[row * yStride + o] = MatrixKernels.Dot<TFormat>(x + row * xStride, weights + (nint)o * inputs * TFormat.Size, inputs);
        }
    }

    // Few rows wait for W: short blocks keep what is asked for close to its use, and one or two rows read on without a break.
    private static int InputsPerBlock(int rows) => rows switch { < 3 => int.MaxValue >> 1, < 16 => 320, _ => MostInputsPerBlock };

    /// <summary>
    /// Some rows against all outputs of the piece. Four rows of W that are not float32 are widened once, by the first rows of the tile; for 512 bits they are laid in pairs, too.
    /// </summary>
    [SkipLocalsInit]
    private static void Tile<TFormat>(float* x, nint xStride, int firstRow, int endRow, int rows, byte* w, int inputs, int start, int end, MatrixKernels.Block block, float* scratch, float* y, nint yStride, bool isWide)
        where TFormat : IWeightFormat
    {
        isWide &= endRow - firstRow >= WideMatrixKernel.Rows && block.Count <= MostInputsPerBlock;
        var widens = typeof(TFormat) != typeof(Float32Format) && endRow - firstRow > 4;
        var space = stackalloc float[(MatrixKernels.Outputs * MostInputsPerBlock) + 16];
        var wide = (float*)(((nint)space + 63) & ~63);
        var kernels = isWide ? ((endRow - firstRow) / WideMatrixKernel.Rows) + 1 : (endRow - firstRow + 2) / 3;
        for (var o = start; o < end; o += MatrixKernels.Outputs)
        {
            var wo = w + (nint)o * inputs * TFormat.Size;
            var sums = scratch + (nint)(o - start) / MatrixKernels.Outputs * rows * MatrixKernels.SumsPerRow;
            var ahead = firstRow == 0 && endRow > 3
                ? new Ahead(wo + (nint)MatrixKernels.Outputs * inputs * TFormat.Size, (nint)inputs * TFormat.Size, block.Count * TFormat.Size, kernels)
                : default;
            var row = firstRow;
            if (isWide)
            {
                Eight<WideMatrixKernel.Pairing<TFormat>>(ref ahead);
                while (endRow - row >= WideMatrixKernel.Rows) Eight<WideMatrixKernel.Paired>(ref ahead);
                Rows<TFormat>(x, xStride, row, endRow, wo, inputs, block, sums, y + o, yStride, wide, ref ahead);
            }
            else if (widens)
            {
                Rows<TFormat>(x, xStride, firstRow, firstRow + 3, wo, inputs, block, sums, y + o, yStride, wide, ref ahead);
                Rows<Float32Format>(x, xStride, firstRow + 3, endRow, (byte*)wide, block.Count, block, sums, y + o, yStride, null, ref ahead);
            }
            else
            {
                Rows<TFormat>(x, xStride, firstRow, endRow, wo, inputs, block, sums, y + o, yStride, wide, ref ahead);
            }

            void Eight<TSource>(ref Ahead ahead) where TSource : WideMatrixKernel.IPairSource
            {
                ahead.Slice();
                WideMatrixKernel.EightRows<TSource>(x + (row * xStride), xStride, wo, inputs, block, sums + ((nint)row * MatrixKernels.SumsPerRow), y + o + (row * yStride), yStride, wide);
                row += WideMatrixKernel.Rows;
            }
        }
    }

    private static void Rows<TFormat>(float* x, nint xStride, int row, int endRow, byte* w, nint wStride, MatrixKernels.Block block, float* sums, float* y, nint yStride, float* wide, ref Ahead ahead)
        where TFormat : IWeightFormat
    {
        while (row < endRow)
        {
            ahead.Slice();
            var left = endRow - row;
            var xr = x + row * xStride;
            var sr = sums + (nint)row * MatrixKernels.SumsPerRow;
            var yr = y + row * yStride;

            // Four left are two and two: a kernel of one row would wait for its own sums.
            if (left >= 5 || left == 3)
            {
                MatrixKernels.ThreeRows<TFormat>(xr, xStride, w, wStride, block, sr, yr, yStride, wide);
                row += 3;
            }
            else if (left >= 2)
            {
                MatrixKernels.TwoRows<TFormat>(xr, xStride, w, wStride, block, sr, yr, yStride);
                row += 2;
            }
            else
            {
                MatrixKernels.OneRow<TFormat>(xr, w, wStride, block, sr, yr);
                row++;
            }
        }
    }

    /// <summary>
    /// Asks for the next four rows of W while these are computed with, a slice before each kernel: a processor waits for a dozen lines or two at once, and what is asked
    /// for beyond that holds up the computation. Reading ahead past the end of a matrix is harmless.
    /// </summary>
    private ref struct Ahead(byte* next, nint stride, int bytes, int slices)
    {
        private readonly int _slice = ((bytes / slices) + 63) & ~63;
        private int _done;

        public void Slice()
        {
            if (!Sse.IsSupported || _done >= bytes) return;
            var end = Math.Min(bytes, _done + _slice);
            for (var i = _done; i < end; i += 64)
            {
                Sse.Prefetch0(next + i);
                Sse.Prefetch0(next + i + stride);
                Sse.Prefetch0(next + i + (2 * stride));
                Sse.Prefetch0(next + i + (3 * stride));
            }
            _done = end;
        }
    }
}
