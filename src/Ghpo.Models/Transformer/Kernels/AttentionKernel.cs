namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// Causal attention over a packed batch, exact and without padding: each query sees its trunk and its own past, within the window.
/// o = softmax(q·Kᵀ/√size)·V, per query row; the log-sum-exp of each row is kept for the gradient.
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Fills <c>output</c> (tokens, Queries) and <c>normalizers</c> (tokens, Heads; null: not kept) from <c>qkv</c> (tokens, Row).</summary>
    public static void Forward(float* qkv, float* output, float* normalizers, Segment[] segments, HeadShape shape, int window) =>
        Rows.ForItems(segments.Length * shape.KeyHeads, item =>
            Segment(qkv, output, normalizers, segments[item / shape.KeyHeads], item % shape.KeyHeads, shape, window));

    private static void Segment(float* qkv, float* output, float* normalizers, Segment segment, int keyHead, HeadShape shape, int window)
    {
        var scratch = AttentionScratch.OfThread();
        int keys = segment.TrunkLength + segment.Length, paddedKeys = AttentionScratch.RoundUp(keys, 16), padded = AttentionScratch.RoundUp(shape.Size, 8);
        var packed = scratch.Take((long)paddedKeys * padded);
        var transposed = scratch.Take((long)paddedKeys * padded);
        var scores = scratch.Take((long)AttentionScratch.QueryBlock * paddedKeys);
        var queries = scratch.Take((long)AttentionScratch.QueryBlock * padded);
        var result = scratch.Take((long)AttentionScratch.QueryBlock * padded);
        AttentionScratch.Pack(qkv + shape.Queries + (keyHead * shape.Size), shape.Row, segment, shape.Size, padded, paddedKeys, packed);
        AttentionScratch.Transpose(packed, paddedKeys, padded, transposed);
        AttentionScratch.Pack(qkv + shape.Queries + shape.Keys + (keyHead * shape.Size), shape.Row, segment, shape.Size, padded, paddedKeys, packed);
        var scale = 1 / MathF.Sqrt(shape.Size);
        for (var head = keyHead * shape.Group; head < (keyHead + 1) * shape.Group; head++)
        {
            for (var first = 0; first < segment.Length; first += AttentionScratch.QueryBlock)
            {
                var rows = Math.Min(AttentionScratch.QueryBlock, segment.Length - first);
                var (low, width) = Span(segment.TrunkLength + first, rows, window, paddedKeys);
                LoadScaled(qkv + ((long)(segment.Start + first) * shape.Row) + (head * shape.Size), shape.Row, scale, queries, rows, shape.Size, padded);
                SmallProduct.Multiply(queries, padded, 1, transposed + low, paddedKeys, scores, paddedKeys, rows, width, padded, add: false);
                for (var row = 0; row < rows; row++)
                {
                    var own = scores + ((long)row * paddedKeys);
                    var (from, to) = Visible(segment.TrunkLength + first + row, low, window);
                    var max = VectorMath.Max(own + from, to - from);
                    var sum = VectorMath.ExpInPlace(own + from, max, 1, to - from);
                    new Span<float>(own, from).Clear();
                    new Span<float>(own + to, width - to).Clear();
                    var token = segment.Start + first + row;
                    if (normalizers != null) normalizers[((long)token * shape.Heads) + head] = (float)(max + Math.Log(sum));
                    queries[row] = (float)(1 / sum);
                }
                SmallProduct.Multiply(scores, paddedKeys, 1, packed + ((long)low * padded), padded, result, padded, rows, padded, width, add: false);
                for (var row = 0; row < rows; row++)
                {
                    VectorMath.Scale(result + (row * padded), queries[row], output + ((long)(segment.Start + first + row) * shape.Queries) + (head * shape.Size), shape.Size);
                }
            }
        }
    }

    /// <summary>The first key of a block of queries, and how many keys from there on it touches, both multiples of 16.</summary>
    internal static (int Low, int Width) Span(int firstPosition, int rows, int window, int paddedKeys)
    {
        var low = Math.Max(0, (long)firstPosition - window + 1) / 16 * 16;
        return ((int)low, Math.Min(paddedKeys, AttentionScratch.RoundUp(firstPosition + rows, 16)) - (int)low);
    }

    /// <summary>The keys that a position sees, counted from <c>low</c>.</summary>
    internal static (int From, int To) Visible(int position, int low, int window) =>
        ((int)Math.Max(0, (long)position - window + 1 - low), position + 1 - low);

    /// <summary>Rows of one head, times a scale, padded with zeros.</summary>
    internal static void LoadScaled(float* source, int stride, float scale, float* target, int rows, int size, int padded)
    {
        for (var row = 0; row < rows; row++, source += stride, target += padded)
        {
            VectorMath.Scale(source, scale, target, size);
            for (var i = size; i < padded; i++) target[i] = 0;
        }
    }
}
