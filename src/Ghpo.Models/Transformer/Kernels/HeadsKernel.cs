using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>How the query, key and value heads lie in a row of q, k and v side by side.</summary>
internal readonly record struct HeadShape(int Heads, int KeyHeads, int Size)
{
    /// <summary>Query heads per key head.</summary>
    public int Group => Heads / KeyHeads;

    /// <summary>Numbers of all query heads.</summary>
    public int Queries => Heads * Size;

    /// <summary>Numbers of all key heads.</summary>
    public int Keys => KeyHeads * Size;

    /// <summary>Numbers of a row: q, k and v.</summary>
    public int Row => Queries + (2 * Keys);
}

/// <summary>What stands between the q, k, v product and attention, in one sweep over each row: biases, norms over heads, rotation; and its gradient.</summary>
internal static unsafe class HeadsKernel
{
    /// <summary>Biases added, the heads' norms, then the rotation; in place.</summary>
    /// <remarks><c>raw</c>: where q and k with their biases are kept for the gradient of the norms (rows, Queries + Keys); null without norms.</remarks>
    public static void Forward(float* qkv, float* bias, float* raw, float* queryNorm, float* keyNorm, float* cosine, float* sine, int rows, HeadShape shape, float epsilon) =>
        Rows.ForEach(rows, 2 * shape.Row, (first, end) =>
        {
            var (size, half, rotated) = (shape.Size, shape.Size / 2, shape.Heads + shape.KeyHeads);
            for (var row = first; row < end; row++)
            {
                var x = qkv + ((long)row * shape.Row);
                if (bias != null) VectorMath.Add(x, bias, shape.Row);
                if (raw != null) Buffer.MemoryCopy(x, raw + ((long)row * rotated * size), rotated * size * 4L, rotated * size * 4L);
                for (var head = 0; head < rotated; head++, x += size)
                {
                    if (raw != null) NormKernels.Norm(x, head < shape.Heads ? queryNorm : keyNorm, x, size, epsilon, 1);
                    Rotate(x, cosine + ((long)row * half), sine + ((long)row * half), half, 1);
                }
            }
        });

    /// <summary>Gradients with respect to the rotated heads become those with respect to the product, in place; the norms' own are summed.</summary>
    /// <remarks><c>partial</c>: scratch of (blocks, 2 · Size) for the sums; null where the norms are frozen or absent.</remarks>
    public static void Gradient(
        float* gradients, float* raw, float* queryNorm, float* keyNorm, float* partial, float* queryNormGradient, float* keyNormGradient,
        float* cosine, float* sine, int rows, HeadShape shape, float epsilon)
    {
        var (size, half, rotated) = (shape.Size, shape.Size / 2, shape.Heads + shape.KeyHeads);
        Rows.ForEach(Rows.Blocks(rows), (long)Rows.Block * shape.Row, (firstBlock, endBlock) =>
        {
            for (var block = firstBlock; block < endBlock; block++)
            {
                var sums = partial == null ? null : partial + (2L * block * size);
                if (sums != null) new Span<float>(sums, 2 * size).Clear();
                for (var row = block * Rows.Block; row < Math.Min(rows, (block + 1) * Rows.Block); row++)
                {
                    var x = gradients + ((long)row * shape.Row);
                    for (var head = 0; head < rotated; head++, x += size)
                    {
                        Rotate(x, cosine + ((long)row * half), sine + ((long)row * half), half, -1);
                        if (raw == null) continue;
                        var isQuery = head < shape.Heads;
                        NormKernels.Gradient(
                            x, raw + ((((long)row * rotated) + head) * size), isQuery ? queryNorm : keyNorm, x,
                            sums == null ? null : isQuery ? sums : sums + size, size, epsilon, 1, add: false);
                    }
                }
            }
        });
        if (partial == null) return;
        for (var block = 0; block < Rows.Blocks(rows); block++)
        {
            VectorMath.Add(queryNormGradient, partial + (2L * block * size), size);
            VectorMath.Add(keyNormGradient, partial + (((2L * block) + 1) * size), size);
        }
    }

    /// <summary>(x₁, x₂) → (x₁·cos − x₂·sin, x₂·cos + x₁·sin) on the halves of a head; direction −1 turns back.</summary>
    private static void Rotate(float* x, float* cosine, float* sine, int half, float direction)
    {
        var i = 0;
        var sign = Vector256.Create(direction);
        for (; i <= half - 8; i += 8)
        {
            var (first, second) = (Vector256.Load(x + i), Vector256.Load(x + half + i));
            var (c, s) = (Vector256.Load(cosine + i), Vector256.Load(sine + i) * sign);
            Vector256.Store((first * c) - (second * s), x + i);
            Vector256.Store((second * c) + (first * s), x + half + i);
        }
        for (; i < half; i++)
        {
            var (first, second, s) = (x[i], x[half + i], sine[i] * direction);
            x[i] = (first * cosine[i]) - (second * s);
            x[half + i] = (second * cosine[i]) + (first * s);
        }
    }
}
