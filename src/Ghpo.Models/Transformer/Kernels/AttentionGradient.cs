using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// The gradient of <see cref="AttentionKernel"/>. The probabilities are computed again from the kept log-sum-exp:
/// dV = Pᵀ·dO; dP = dO·Vᵀ; dS = P∘(dP − rowsum(dO∘O)); dQ = dS·K/√size; dK = dSᵀ·Q/√size.
/// </summary>
internal static unsafe class AttentionGradient
{
    private const int Columns = SmallProduct.Columns;

    /// <summary>Keys whose scores are held at a time; a multiple of <see cref="SmallProduct"/>'s rows and columns.</summary>
    private const int Tile = 240;

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
        int size = shape.Size, group = shape.Group, padded = AttentionScratch.RoundUp(size, Columns);
        var (positions, most) = AttentionScratch.QueryBlock(group);
        int keys = segment.TrunkLength + segment.Length, paddedKeys = AttentionScratch.RoundUp(keys, Columns);
        int tile = Math.Min(Tile, paddedKeys), stride = AttentionScratch.ScoreStride(tile);
        long area = (long)paddedKeys * padded, gradientArea = area + (SmallProduct.Rows * padded);
        float* keyRows = scratch.Take(area), keyPanels = scratch.Take(area), valuePanels = scratch.Take(area);
        float* keyGradients = scratch.Take(gradientArea), valueGradients = scratch.Take(gradientArea);
        float* p = scratch.Take((long)most * stride), ds = scratch.Take((long)most * stride), deltas = scratch.Take(most);
        float* queries = scratch.Take((long)most * padded), incoming = scratch.Take((long)most * padded), result = scratch.Take((long)most * padded);
        int keyOffset = shape.Queries + (keyHead * size), valueOffset = keyOffset + shape.Keys;
        AttentionScratch.Pack(qkv + valueOffset, shape.Row, segment, size, padded, paddedKeys, keyRows);
        AttentionScratch.Transpose(keyRows, paddedKeys, padded, valuePanels);
        AttentionScratch.Pack(qkv + keyOffset, shape.Row, segment, size, padded, paddedKeys, keyRows);
        AttentionScratch.Transpose(keyRows, paddedKeys, padded, keyPanels);
        new Span<float>(keyGradients, (int)area).Clear();
        new Span<float>(valueGradients, (int)area).Clear();
        var scale = 1 / MathF.Sqrt(size);
        for (var first = 0; first < segment.Length; first += positions)
        {
            var rows = Math.Min(positions, segment.Length - first) * group;
            int token = segment.Start + first, position = segment.TrunkLength + first, head = keyHead * group;
            var end = position + (rows / group);
            var attended = ((long)token * shape.Queries) + (head * size);
            AttentionKernel.LoadScaled(qkv + ((long)token * shape.Row) + (head * size), shape.Row, scale, queries, rows, group, size, padded);
            AttentionKernel.LoadScaled(outputGradients + attended, shape.Queries, 1, incoming, rows, group, size, padded);
            for (var row = 0; row < rows; row++)
            {
                var own = attended + ((long)(row / group) * shape.Queries) + (row % group * size);
                AttentionScratch.Prefetch(output + own + ((long)positions * shape.Queries), size);
                deltas[row] = VectorMath.Dot(outputGradients + own, output + own, size);
            }
            var start = AttentionKernel.FirstKey(position, window);
            for (var low = start; low < end; low += tile)
            {
                var count = Math.Min(tile, end - low);
                var width = AttentionScratch.RoundUp(count, Columns);
                long offset = (long)low * padded;
                SmallProduct.Multiply(queries, padded, 1, keyPanels + offset, Columns, Columns * padded, p, stride, rows, width, padded, add: false);
                SmallProduct.Multiply(incoming, padded, 1, valuePanels + offset, Columns, Columns * padded, ds, stride, rows, width, padded, add: false);
                for (var row = 0; row < rows; row++)
                {
                    float* pRow = p + ((long)row * stride), dsRow = ds + ((long)row * stride);
                    var (from, to) = AttentionKernel.Mask(pRow, position + (row / group), low, window, width);
                    var normalizer = normalizers[((long)(token + (row / group)) * shape.Heads) + head + (row % group)];
                    Scores(pRow + from, dsRow + from, normalizer, deltas[row], to - from);
                    new Span<float>(pRow, from).Clear();
                    new Span<float>(dsRow, from).Clear();
                    // Eight more than the width: the products for keys and values round their rows up.
                    new Span<float>(pRow + to, width + 8 - to).Clear();
                    new Span<float>(dsRow + to, width + 8 - to).Clear();
                }
                SmallProduct.Multiply(ds, stride, 1, keyRows + offset, padded, Columns, result, padded, rows, padded, count, add: low > start);
                SmallProduct.Multiply(p, 1, stride, incoming, padded, Columns, valueGradients + offset, padded, count, padded, rows, add: true);
                SmallProduct.Multiply(ds, 1, stride, queries, padded, Columns, keyGradients + offset, padded, count, padded, rows, add: true);
            }
            for (var row = 0; row < rows; row++)
            {
                var target = gradients + ((long)(token + (row / group)) * shape.Row) + ((head + (row % group)) * size);
                VectorMath.Scale(result + (row * padded), scale, target, size);
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

    /// <summary>P = e^(scores − normalizer) in the place of the scores; dS = P∘(dP − delta) in the place of dP. Whole vectors.</summary>
    private static void Scores(float* p, float* dp, float normalizer, float delta, int count)
    {
        var (normalizers, deltas) = (Vector256.Create(normalizer), Vector256.Create(delta));
        for (var i = 0; i < count; i += VectorMath.Lanes)
        {
            var value = VectorMath.Exp(Vector256.Load(p + i) - normalizers);
            value.Store(p + i);
            (value * (Vector256.Load(dp + i) - deltas)).Store(dp + i);
        }
    }

    /// <summary>A segment's own rows are written; its trunk's, which the trunk itself has written first, are added to.</summary>
    private static void Deliver(float* source, float* target, int size, bool add)
    {
        if (add) VectorMath.Add(target, source, size);
        else new ReadOnlySpan<float>(source, size).CopyTo(new Span<float>(target, size));
    }
}
