using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>
/// Attention of a few rows over the cache, one key/value head at a time: all query heads of all rows that share a prompt meet its keys and values together, so that these are read
/// once; then each row its own. Scores of a row stand side by side in the order of positions, wherever the tokens are kept, so no cut of the cache changes a bit.
/// </summary>
internal sealed unsafe class CpuAttention(ModelConfig config, CpuCache cache) : IDisposable
{
    private readonly int _headsPerKey = config.HeadCount / config.KeyValueHeadCount;
    private readonly int _width = VectorMath.Pad(config.HeadSize);
    private readonly float _scale = 1 / MathF.Sqrt(config.HeadSize);
    private readonly NativeBuffer _queries = new();
    private readonly NativeBuffer _scores = new();
    private readonly NativeBuffer _sums = new();

    /// <summary>Rows that one call takes at most: some fifty query heads share each read of a key.</summary>
    public static int RowsPerCall(ModelConfig config) => Math.Max(1, 48 / (config.HeadCount / config.KeyValueHeadCount));

    /// <summary>Computes rows [<paramref name="first"/>, <paramref name="end"/>), which have the same prefix, for the query heads of one key/value head.</summary>
    /// <param name="rows">The rows of the step.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last.</param>
    /// <param name="layer">The decoder layer.</param>
    /// <param name="window">How far back a token sees in it.</param>
    /// <param name="head">The key/value head.</param>
    /// <param name="queries">Rotated queries (row, query head, head size), row r at r · <paramref name="stride"/>.</param>
    /// <param name="stride">Floats from one row to the next, in queries and result.</param>
    /// <param name="result">Where the attention's output goes, laid out as the queries.</param>
    public void Compute(ReadOnlySpan<StepRow> rows, int first, int end, int layer, int window, int head, float* queries, nint stride, float* result)
    {
        var count = (end - first) * _headsPerKey;
        var (lengthMaximum, prefixMaximum, positionMinimum) = (0, 0, int.MaxValue);
        for (var row = first; row < end; row++)
        {
            lengthMaximum = Math.Max(lengthMaximum, rows[row].Position + 1);
            prefixMaximum = Math.Max(prefixMaximum, rows[row].PrefixLength);
            positionMinimum = Math.Min(positionMinimum, rows[row].Position);
        }

        // One block more than the longest row, since keys are taken a panel at a time.
        nint scoreStride = VectorMath.Pad(lengthMaximum) + BlockPool.BlockTokens;
        var scores = _scores.Require(count * scoreStride);
        var sums = _sums.Require((long)count * _width);
        new Span<float>(sums, count * _width).Clear();
        GatherQueries(first, end, head, queries, stride);

        var prefix = rows[first].Prefix.Blocks;
        var firstVisible = Math.Max(0, positionMinimum + 1 - (long)window);
        for (var block = (int)firstVisible / BlockPool.BlockTokens; block * BlockPool.BlockTokens < prefixMaximum; block++)
            Score(_queries.Pointer, count, cache.Keys(prefix[block], layer, head), prefixMaximum - block * BlockPool.BlockTokens, scores + block * BlockPool.BlockTokens, scoreStride);
        for (var row = first; row < end; row++)
        {
            if (rows[row].Own is not { } own) continue;
            var at = (row - first) * _headsPerKey;
            for (var block = 0; block * BlockPool.BlockTokens < rows[row].OwnLength; block++)
            {
                var left = rows[row].OwnLength - block * BlockPool.BlockTokens;
                Score(_queries.Pointer + at * _width, _headsPerKey, cache.Keys(own.Blocks[block], layer, head), left,
                    scores + at * scoreStride + rows[row].PrefixLength + block * BlockPool.BlockTokens, scoreStride);
            }
        }

        for (var row = first; row < end; row++) Normalise(rows[row], scores + (row - first) * _headsPerKey * scoreStride, scoreStride, window);
        SumPrefix(rows, first, end, layer, window, head, scores, scoreStride, sums);
        for (var row = first; row < end; row++) SumOwn(rows[row], layer, window, head, scores, scoreStride, sums, (row - first) * _headsPerKey);
        for (var row = first; row < end; row++)
        {
            for (var h = 0; h < _headsPerKey; h++)
            {
                var source = sums + ((row - first) * _headsPerKey + h) * _width;
                new ReadOnlySpan<float>(source, config.HeadSize).CopyTo(new(result + row * stride + (head * _headsPerKey + h) * config.HeadSize, config.HeadSize));
            }
        }
    }

    private void GatherQueries(int first, int end, int head, float* queries, nint stride)
    {
        var gathered = _queries.Require((long)(end - first) * _headsPerKey * _width);
        for (var row = first; row < end; row++)
        {
            for (var h = 0; h < _headsPerKey; h++, gathered += _width)
            {
                var query = queries + row * stride + (head * _headsPerKey + h) * config.HeadSize;
                VectorMath.Scale(query, _scale, gathered, config.HeadSize);
            }
        }
    }

    /// <summary>Scores against up to a block of keys; the rest of a panel is computed along and overwritten or left aside.</summary>
    private void Score(float* queries, int count, float* keys, int tokens, float* scores, nint stride)
    {
        var panels = (Math.Min(tokens, BlockPool.BlockTokens) + PanelKernel.Width - 1) / PanelKernel.Width;
        PanelKernel.Whole(queries, _width, count, keys, config.HeadSize, panels, scores, stride);
    }

    private void Normalise(in StepRow row, float* scores, nint stride, int window)
    {
        var length = row.Position + 1;
        var start = (int)Math.Max(0, length - (long)window);
        for (var h = 0; h < _headsPerKey; h++, scores += stride)
        {
            var maximum = VectorMath.Max(scores + start, length - start);
            var sum = VectorMath.ExpOfDifference(scores + start, maximum, 1, scores + start, length - start);
            VectorMath.Scale(scores + start, 1 / sum, scores + start, length - start);
        }
    }

    private void SumPrefix(ReadOnlySpan<StepRow> rows, int first, int end, int layer, int window, int head, float* scores, nint stride, float* sums)
    {
        var prefix = rows[first].Prefix.Blocks;
        for (var block = 0; block < prefix.Length; block++)
        {
            var values = cache.Values(prefix[block], layer, head);
            var origin = block * BlockPool.BlockTokens;

            // Rows that see the same part of the block go together: all of them, but where a prompt is being run or a window ends.
            for (var row = first; row < end;)
            {
                var (from, to) = Visible(rows[row], origin, rows[row].PrefixLength, window);
                var last = row + 1;
                while (last < end && Visible(rows[last], origin, rows[last].PrefixLength, window) == (from, to)) last++;
                var at = (row - first) * _headsPerKey;
                if (to > from)
                    AttentionKernels.AddWeighted(scores + at * stride + origin + from, stride, values + from * _width, to - from, sums + at * _width, (last - row) * _headsPerKey, _width);
                row = last;
            }
        }
    }

    private void SumOwn(in StepRow row, int layer, int window, int head, float* scores, nint stride, float* sums, int at)
    {
        if (row.Own is not { } own) return;
        for (var block = 0; block * BlockPool.BlockTokens < row.OwnLength; block++)
        {
            var origin = row.PrefixLength + block * BlockPool.BlockTokens;
            var (from, to) = Visible(row, origin, row.PrefixLength + row.OwnLength, window);
            if (to > from)
                AttentionKernels.AddWeighted(scores + at * stride + origin + from, stride, cache.Values(own.Blocks[block], layer, head) + from * _width, to - from, sums + at * _width, _headsPerKey, _width);
        }
    }

    /// <summary>The part of the block of positions from <paramref name="origin"/> that a row sees, of the run of tokens that ends at <paramref name="runEnd"/>.</summary>
    private static (int From, int To) Visible(in StepRow row, int origin, int runEnd, int window)
    {
        var from = (int)Math.Clamp(row.Position + 1 - (long)window - origin, 0, BlockPool.BlockTokens);
        return (from, Math.Clamp(runEnd - origin, from, BlockPool.BlockTokens));
    }

    public void Dispose()
    {
        _queries.Dispose();
        _scores.Dispose();
        _sums.Dispose();
    }
}
