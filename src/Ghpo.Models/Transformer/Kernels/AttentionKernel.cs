using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// Causal attention over a packed batch, exact and without padding: each query sees its trunk and its own past, within the window.
/// o = softmax(q·Kᵀ/√size)·V, per query row; the log-sum-exp of each row is kept for the gradient.
/// </summary>
/// <remarks>A block of queries is some positions with all the query heads that share the key head: row = position · Group + head.</remarks>
internal static unsafe class AttentionKernel
{
    /// <summary>Fills <c>output</c> (tokens, Queries) and <c>normalizers</c> (tokens, Heads; null: not kept) from <c>qkv</c> (tokens, Row).</summary>
    public static void Forward(float* qkv, float* output, float* normalizers, Segment[] segments, HeadShape shape, int window) =>
        Rows.ForItems(segments.Length * shape.KeyHeads, item =>
            Segment(qkv, output, normalizers, segments[item / shape.KeyHeads], item % shape.KeyHeads, shape, window));

    private static void Segment(float* qkv, float* output, float* normalizers, Segment segment, int keyHead, HeadShape shape, int window)
    {
        var scratch = AttentionScratch.OfThread();
        int size = shape.Size, group = shape.Group, padded = AttentionScratch.RoundUp(size, SmallProduct.Columns);
        var (positions, most) = AttentionScratch.QueryBlock(group);
        var paddedKeys = AttentionScratch.RoundUp(segment.TrunkLength + segment.Length, SmallProduct.Columns);
        var stride = AttentionScratch.ScoreStride(paddedKeys);
        float* packed = scratch.Take((long)paddedKeys * padded), keyPanels = scratch.Take((long)paddedKeys * padded);
        float* scores = scratch.Take((long)most * stride), queries = scratch.Take((long)most * padded), result = scratch.Take((long)most * padded);
        AttentionScratch.Pack(qkv + shape.Queries + (keyHead * size), shape.Row, segment, size, padded, paddedKeys, packed);
        AttentionScratch.Transpose(packed, paddedKeys, padded, keyPanels);
        AttentionScratch.Pack(qkv + shape.Queries + shape.Keys + (keyHead * size), shape.Row, segment, size, padded, paddedKeys, packed);
        var scale = 1 / MathF.Sqrt(size);
        for (var first = 0; first < segment.Length; first += positions)
        {
            var rows = Math.Min(positions, segment.Length - first) * group;
            int token = segment.Start + first, position = segment.TrunkLength + first, head = keyHead * group;
            var (low, end) = (FirstKey(position, window), position + (rows / group));
            var width = AttentionScratch.RoundUp(end - low, SmallProduct.Columns);
            LoadScaled(qkv + ((long)token * shape.Row) + (head * size), shape.Row, scale, queries, rows, group, size, padded);
            SmallProduct.Multiply(
                queries, padded, 1, keyPanels + ((long)low * padded), SmallProduct.Columns, SmallProduct.Columns * padded,
                scores, stride, rows, width, padded, add: false);
            for (var row = 0; row < rows; row++)
            {
                var own = scores + ((long)row * stride);
                var (from, to) = Mask(own, position + (row / group), low, window, width);
                var max = Max(own + from, to - from);
                var sum = (float)VectorMath.ExpInPlace(own + from, max, 1, to - from);
                new Span<float>(own, from).Clear();
                new Span<float>(own + to, width - to).Clear();
                if (normalizers != null) normalizers[((long)(token + (row / group)) * shape.Heads) + head + (row % group)] = max + MathF.Log(sum);
                queries[row] = 1 / sum;
            }
            SmallProduct.Multiply(
                scores, stride, 1, packed + ((long)low * padded), padded, SmallProduct.Columns, result, padded, rows, padded, end - low, add: false);
            for (var row = 0; row < rows; row++)
            {
                var target = output + ((long)(token + (row / group)) * shape.Queries) + ((head + (row % group)) * size);
                VectorMath.Scale(result + (row * padded), queries[row], target, size);
            }
        }
    }

    /// <summary>The largest of whole vectors of scores.</summary>
    private static float Max(float* x, int count)
    {
        var lanes = Vector256.Load(x);
        for (var i = VectorMath.Lanes; i < count; i += VectorMath.Lanes) lanes = Vector256.MaxNative(lanes, Vector256.Load(x + i));
        var four = Vector128.MaxNative(lanes.GetLower(), lanes.GetUpper());
        var two = Vector128.MaxNative(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(two[0], two[1]);
    }

    /// <summary>The first key that a block of queries touches, rounded down to where a panel of keys starts.</summary>
    internal static int FirstKey(int position, int window) =>
        (int)(Math.Max(0, (long)position - window + 1) / SmallProduct.Columns * SmallProduct.Columns);

    /// <summary>
    /// The scores that a position sees, of <c>width</c> keys from <c>low</c> on, widened to whole vectors with −∞ in those that it does not see.
    /// </summary>
    internal static (int From, int To) Mask(float* scores, int position, int low, int window, int width)
    {
        int from = (int)Math.Clamp((long)position - window + 1 - low, 0, width), to = Math.Clamp(position + 1 - low, from, width);
        int wideFrom = from & -VectorMath.Lanes, wideTo = VectorMath.Pad(to);
        for (var i = wideFrom; i < from; i++) scores[i] = float.NegativeInfinity;
        for (var i = to; i < wideTo; i++) scores[i] = float.NegativeInfinity;
        return (wideFrom, wideTo);
    }

    /// <summary>Rows of the heads of a group, times a scale, padded with zeros; the next block's are asked for.</summary>
    internal static void LoadScaled(float* source, int stride, float scale, float* target, int rows, int group, int size, int padded)
    {
        for (var row = 0; row < rows; row++, target += padded)
        {
            var from = source + ((long)(row / group) * stride) + (row % group * size);
            AttentionScratch.Prefetch(from + ((long)rows / group * stride), size);
            VectorMath.Scale(from, scale, target, size);
            for (var i = size; i < padded; i++) target[i] = 0;
        }
    }
}
