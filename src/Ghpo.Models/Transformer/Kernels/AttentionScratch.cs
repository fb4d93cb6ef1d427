using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>One thread's memory for attention over one run of tokens and one key head: keys and values in the order of positions, and a block of scores.</summary>
/// <remarks>Head sizes and key counts are padded with zeros to a multiple of <see cref="SmallProduct.Columns"/>, so that the products need no remainders.</remarks>
internal sealed unsafe class AttentionScratch
{
    [ThreadStatic]
    private static AttentionScratch? _ofThread;

    private readonly List<(nint Memory, long Count)> _buffers = [];
    private int _next;

    private AttentionScratch() { }

    ~AttentionScratch()
    {
        foreach (var (memory, _) in _buffers) NativeMemory.AlignedFree((void*)memory);
    }

    /// <summary>This thread's, with all of its buffers free again.</summary>
    public static AttentionScratch OfThread()
    {
        _ofThread ??= new();
        _ofThread._next = 0;
        return _ofThread;
    }

    /// <summary>The next buffer, of at least <c>count</c> numbers; what it holds is undefined.</summary>
    public float* Take(long count)
    {
        if (_next == _buffers.Count) _buffers.Add(default);
        var (memory, held) = _buffers[_next];
        if (held < count)
        {
            NativeMemory.AlignedFree((void*)memory);
            memory = (nint)NativeMemory.AlignedAlloc((nuint)(count * sizeof(float)), 64);
            _buffers[_next] = (memory, count);
        }
        _next++;
        return (float*)memory;
    }

    /// <summary>Rows of a head, in the order of positions: the trunk's, then the segment's own; (keys, padded size), zero beyond.</summary>
    public static void Pack(float* rows, int stride, Segment segment, int size, int padded, int paddedKeys, float* target)
    {
        var keys = segment.TrunkLength + segment.Length;
        for (var key = 0; key < keys; key++)
        {
            var row = key < segment.TrunkLength ? segment.TrunkStart + key : segment.Start + key - segment.TrunkLength;
            var to = target + ((long)key * padded);
            new ReadOnlySpan<float>(rows + ((long)row * stride), size).CopyTo(new Span<float>(to, size));
            if (padded > size) new Span<float>(to + size, padded - size).Clear();
        }
        new Span<float>(target + ((long)keys * padded), (paddedKeys - keys) * padded).Clear();
    }

    /// <summary>(keys, size) → panels of sixteen keys, each (size, 16).</summary>
    public static void Transpose(float* source, int keys, int size, float* target)
    {
        const int Panel = SmallProduct.Columns;
        for (var key = 0; key < keys; key += VectorMath.Lanes)
        {
            var panel = target + ((long)(key / Panel) * Panel * size) + (key % Panel);
            for (var i = 0; i < size; i += VectorMath.Lanes) TransposeEight(source + ((long)key * size) + i, size, panel + (i * Panel), Panel);
        }
    }

    private static void TransposeEight(float* source, int sourceRow, float* target, int targetRow)
    {
        if (!Avx.IsSupported)
        {
            for (var i = 0; i < 64; i++) target[(i / 8 * targetRow) + (i % 8)] = source[(i % 8 * sourceRow) + (i / 8)];
            return;
        }
        for (var half = 0; half < 2; half++, source += 4, target += 4 * targetRow)
        {
            // Four columns of rows i and i + 4 in one vector: a transpose of 4 by 4 in each half of it.
            var (a, b) = (Pair(source, sourceRow), Pair(source + sourceRow, sourceRow));
            var (c, d) = (Pair(source + (2 * sourceRow), sourceRow), Pair(source + (3 * sourceRow), sourceRow));
            var (low, high) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
            var (nextLow, nextHigh) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
            Avx.Shuffle(low, nextLow, 0x44).Store(target);
            Avx.Shuffle(low, nextLow, 0xEE).Store(target + targetRow);
            Avx.Shuffle(high, nextHigh, 0x44).Store(target + (2 * targetRow));
            Avx.Shuffle(high, nextHigh, 0xEE).Store(target + (3 * targetRow));
        }
        static Vector256<float> Pair(float* row, int stride) => Vector256.Create(Vector128.Load(row), Vector128.Load(row + (4 * stride)));
    }

    /// <summary>Positions of one block of queries, and how many rows of scores they have at most, as <see cref="SmallProduct"/> counts them.</summary>
    public static (int Positions, int Rows) QueryBlock(int group)
    {
        const int Wanted = 48;
        var positions = Math.Max(1, Wanted / group);
        return (positions, RoundUp(positions * group, SmallProduct.Rows));
    }

    /// <summary>Numbers from one row of scores to the next: an odd count of cache lines, so that a column of them spreads over the whole cache.</summary>
    public static int ScoreStride(int keys) => RoundUp(keys, 32) + 16;

    /// <summary>Asks for a row that is needed soon: rows of one head lie too far apart for the CPU to guess the next.</summary>
    public static void Prefetch(float* row, int size)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < size; i += 16) Sse.Prefetch0(row + i);
    }

    /// <summary>The next multiple.</summary>
    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
