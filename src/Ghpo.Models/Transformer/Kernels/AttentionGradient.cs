using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// The gradient of <see cref="AttentionKernel"/>. The probabilities are computed again from the kept log-sum-exp:
/// dV = Pᵀ·dO; dP = dO·Vᵀ; dS = P∘(dP − rowsum(dO∘O)); dQ = dS·K/√size; dK = dSᵀ·Q/√size.
/// </summary>
internal static unsafe class AttentionGradient
{
    /// <summary>Fills <c>gradients</c> (tokens, Row) from those of the output (tokens, Queries).</summary>
    /// <remarks>One item is a trunk with its branches and one key head: they add to the same keys and values, so one thread does them in order.</remarks>
    public static void Backward(
        float* qkv, float* output, float* normalizers, float* outputGradients, float* gradients, Segment[] segments, HeadShape shape, int window)
    {
        var trunks = Enumerable.Range(0, segments.Length).Where(i => segments[i].TrunkLength == 0).ToArray();
        Rows.ForItems(trunks.Length * shape.KeyHeads, item =>
        {
            var (trunk, keyHead) = (item / shape.KeyHeads, item % shape.KeyHeads);
            var end = trunk + 1 < trunks.Length ? trunks[trunk + 1] : segments.Length;
            for (var s = trunks[trunk]; s < end; s++) Segment(qkv, output, normalizers, outputGradients, gradients, segments[s], keyHead, shape, window);
        });
    }

    private static void Segment(
        float* qkv, float* output, float* normalizers, float* outputGradients, float* gradients, Segment segment, int keyHead, HeadShape shape, int window)
    {
        var scratch = AttentionScratch.OfThread();
        const int Block = AttentionScratch.QueryBlock;
        int size = shape.Size, padded = AttentionScratch.RoundUp(size, 8);
        int keys = segment.TrunkLength + segment.Length, paddedKeys = AttentionScratch.RoundUp(keys, 16);
        long area = (long)paddedKeys * padded;
        float* keyRows = scratch.Take(area), keyColumns = scratch.Take(area), valueColumns = scratch.Take(area);
        float* keyGradients = scratch.Take(area), valueGradients = scratch.Take(area);
        float* p = scratch.Take((long)Block * paddedKeys), ds = scratch.Take((long)Block * paddedKeys);
        float* queries = scratch.Take((long)Block * padded), incoming = scratch.Take((long)Block * padded), result = scratch.Take((long)Block * padded);
        int keyOffset = shape.Queries + (keyHead * size), valueOffset = keyOffset + shape.Keys;
        AttentionScratch.Pack(qkv + valueOffset, shape.Row, segment, size, padded, paddedKeys, keyRows);
        AttentionScratch.Transpose(keyRows, paddedKeys, padded, valueColumns);
        AttentionScratch.Pack(qkv + keyOffset, shape.Row, segment, size, padded, paddedKeys, keyRows);
        AttentionScratch.Transpose(keyRows, paddedKeys, padded, keyColumns);
        new Span<float>(keyGradients, (int)area).Clear();
        new Span<float>(valueGradients, (int)area).Clear();
        var scale = 1 / MathF.Sqrt(size);
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            for (var first = 0; first < segment.Length; first += Block)
            {
                var rows = Math.Min(Block, segment.Length - first);
                var token = segment.Start + first;
                var (low, width) = AttentionKernel.Span(segment.TrunkLength + first, rows, window, paddedKeys);
                AttentionKernel.LoadScaled(qkv + ((long)token * shape.Row) + (head * size), shape.Row, scale, queries, rows, size, padded);
                AttentionKernel.LoadScaled(outputGradients + ((long)token * shape.Queries) + (head * size), shape.Queries, 1, incoming, rows, size, padded);
                SmallProduct.Multiply(queries, padded, 1, keyColumns + low, paddedKeys, p, paddedKeys, rows, width, padded, add: false);
                SmallProduct.Multiply(incoming, padded, 1, valueColumns + low, paddedKeys, ds, paddedKeys, rows, width, padded, add: false);
                for (var row = 0; row < rows; row++)
                {
                    float* pRow = p + ((long)row * paddedKeys), dsRow = ds + ((long)row * paddedKeys);
                    var (from, to) = AttentionKernel.Visible(segment.TrunkLength + first + row, low, window);
                    VectorMath.ExpInPlace(pRow + from, normalizers[((long)(token + row) * shape.Heads) + head], 1, to - from);
                    var own = ((long)(token + row) * shape.Queries) + (head * size);
                    ScoreGradient(pRow + from, dsRow + from, VectorMath.Dot(outputGradients + own, output + own, size), to - from);
                    new Span<float>(pRow, from).Clear();
                    new Span<float>(dsRow, from).Clear();
                    new Span<float>(pRow + to, width - to).Clear();
                    new Span<float>(dsRow + to, width - to).Clear();
                }
                SmallProduct.Multiply(ds, paddedKeys, 1, keyRows + ((long)low * padded), padded, result, padded, rows, padded, width, add: false);
                for (var row = 0; row < rows; row++)
                {
                    VectorMath.Scale(result + (row * padded), scale, gradients + ((long)(token + row) * shape.Row) + (head * size), size);
                }
                SmallProduct.Multiply(p, 1, paddedKeys, incoming, padded, valueGradients + ((long)low * padded), padded, width, padded, rows, add: true);
                SmallProduct.Multiply(ds, 1, paddedKeys, queries, padded, keyGradients + ((long)low * padded), padded, width, padded, rows, add: true);
            }
        }
        for (var key = 0; key < keys; key++)
        {
            var ofTrunk = key < segment.TrunkLength;
            var row = ofTrunk ? segment.TrunkStart + key : segment.Start + key - segment.TrunkLength;
            var target = gradients + ((long)row * shape.Row);
            Deliver(keyGradients + ((long)key * padded), target + keyOffset, size, ofTrunk);
            Deliver(valueGradients + ((long)key * padded), target + valueOffset, size, ofTrunk);
        }
    }

    /// <summary>dS = P∘(dP − delta), in the place of dP.</summary>
    private static void ScoreGradient(float* p, float* dp, float delta, int count)
    {
        var i = 0;
        var deltas = Vector256.Create(delta);
        for (; i <= count - 8; i += 8) (Vector256.Load(p + i) * (Vector256.Load(dp + i) - deltas)).Store(dp + i);
        for (; i < count; i++) dp[i] = p[i] * (dp[i] - delta);
    }

    /// <summary>A segment's own rows are written; its trunk's, which the trunk itself has written first, are added to.</summary>
    private static void Deliver(float* source, float* target, int size, bool add)
    {
        if (add) VectorMath.Add(target, source, size);
        else new ReadOnlySpan<float>(source, size).CopyTo(new Span<float>(target, size));
    }
}
