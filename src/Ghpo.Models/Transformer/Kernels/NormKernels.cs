using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>RMS norm over rows, with the residual addition before it, and its gradients. y = x·s·w with s = 1/√(mean(x²) + ε).</summary>
internal static unsafe class NormKernels
{
    /// <summary>sum = x + delta (+ bias), then normed = norm(sum)·weight, row by row.</summary>
    /// <remarks><c>delta</c>: What is added first; null: nothing, and <c>sum</c> is not written.</remarks>
    /// <remarks><c>bias</c>: A bias (size) that goes with delta; may be null.</remarks>
    /// <remarks><c>normed</c>: May be null: only the sum is wanted.</remarks>
    public static void AddNorm(float* x, float* delta, float* bias, float* sum, float* weight, float* normed, int rows, int size, float epsilon) =>
        Rows.ForEach(rows, size, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                var offset = (long)row * size;
                var source = x + offset;
                if (delta != null)
                {
                    Sum(x + offset, delta + offset, bias, sum + offset, size);
                    source = sum + offset;
                }
                if (normed != null) Norm(source, weight, normed + offset, size, epsilon, 1);
            }
        });

    /// <summary>One row: y = x·s·w·scale; returns s.</summary>
    public static float Norm(float* x, float* weight, float* y, int size, float epsilon, float scale)
    {
        var factor = 1 / MathF.Sqrt((VectorMath.SumOfSquares(x, size) / size) + epsilon);
        var both = Vector256.Create(factor * scale);
        var i = 0;
        for (; i <= size - 8; i += 8) (Vector256.Load(x + i) * both * Vector256.Load(weight + i)).Store(y + i);
        for (; i < size; i++) y[i] = x[i] * factor * scale * weight[i];
        return factor;
    }

    /// <summary>Adds the norm's gradients: dx += ∂/∂x, and dw += Σ over rows.</summary>
    /// <remarks><c>dy</c>: Gradient of the normed rows.</remarks>
    /// <remarks><c>partial</c>: Scratch of (blocks, size) for the sums over rows; null: the weight is frozen.</remarks>
    /// <remarks><c>dw</c>: Gradient of the weight (size); null with <c>partial</c>.</remarks>
    public static void AddGradient(float* dy, float* x, float* weight, float* dx, float* partial, float* dw, int rows, int size, float epsilon)
    {
        Rows.ForEach(Rows.Blocks(rows), (long)Rows.Block * size, (firstBlock, endBlock) =>
        {
            for (var block = firstBlock; block < endBlock; block++)
            {
                var sums = partial == null ? null : partial + ((long)block * size);
                if (sums != null) new Span<float>(sums, size).Clear();
                for (var row = block * Rows.Block; row < Math.Min(rows, (block + 1) * Rows.Block); row++)
                {
                    var offset = (long)row * size;
                    Gradient(dy + offset, x + offset, weight, dx + offset, sums, size, epsilon, 1, add: true);
                }
            }
        });
        if (partial == null) return;
        for (var block = 0; block < Rows.Blocks(rows); block++) VectorMath.Add(dw, partial + ((long)block * size), size);
    }

    /// <summary>One row: with n = x·s and g = dy·w: dx = s·(g − n·mean(g·n)), dw += dy·n; <c>scale</c> multiplies dy.</summary>
    public static void Gradient(float* dy, float* x, float* weight, float* dx, float* dw, int size, float epsilon, float scale, bool add)
    {
        var factor = 1 / MathF.Sqrt((VectorMath.SumOfSquares(x, size) / size) + epsilon);
        Vector256<float> dots = default;
        float dot = 0;
        var i = 0;
        for (; i <= size - 8; i += 8) dots = Vector256.FusedMultiplyAdd(Vector256.Load(dy + i) * Vector256.Load(weight + i), Vector256.Load(x + i), dots);
        for (; i < size; i++) dot += dy[i] * weight[i] * x[i];
        dot += Vector256.Sum(dots);
        var towards = dot * factor * factor / size;
        Vector256<float> factors = Vector256.Create(factor * scale), back = Vector256.Create(towards), weights = Vector256.Create(factor * scale);
        for (i = 0; i <= size - 8; i += 8)
        {
            var (g, value) = (Vector256.Load(dy + i), Vector256.Load(x + i));
            if (dw != null) Vector256.FusedMultiplyAdd(g * weights, value, Vector256.Load(dw + i)).Store(dw + i);
            var result = ((g * Vector256.Load(weight + i)) - (value * back)) * factors;
            if (add) result += Vector256.Load(dx + i);
            result.Store(dx + i);
        }
        for (; i < size; i++)
        {
            var (g, value) = (dy[i], x[i]);
            if (dw != null) dw[i] += g * factor * scale * value;
            dx[i] = (((g * weight[i]) - (value * towards)) * factor * scale) + (add ? dx[i] : 0);
        }
    }

    private static void Sum(float* x, float* delta, float* bias, float* sum, int size)
    {
        var i = 0;
        for (; i <= size - 8; i += 8)
        {
            var value = Vector256.Load(x + i) + Vector256.Load(delta + i);
            if (bias != null) value += Vector256.Load(bias + i);
            value.Store(sum + i);
        }
        for (; i < size; i++) sum[i] = x[i] + delta[i] + (bias != null ? bias[i] : 0);
    }

    /// <summary>sums (size) += Σ over rows of x; the gradient of a bias.</summary>
    public static void AddColumnSums(float* x, float* partial, float* sums, int rows, int size)
    {
        Rows.ForEach(Rows.Blocks(rows), (long)Rows.Block * size, (firstBlock, endBlock) =>
        {
            for (var block = firstBlock; block < endBlock; block++)
            {
                var own = partial + ((long)block * size);
                new Span<float>(own, size).Clear();
                for (var row = block * Rows.Block; row < Math.Min(rows, (block + 1) * Rows.Block); row++) VectorMath.Add(own, x + ((long)row * size), size);
            }
        });
        for (var block = 0; block < Rows.Blocks(rows); block++) VectorMath.Add(sums, partial + ((long)block * size), size);
    }
}
