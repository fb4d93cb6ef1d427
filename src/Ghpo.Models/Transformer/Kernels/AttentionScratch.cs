using System.Runtime.InteropServices;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>One thread's memory for attention over one run of tokens and one key head: keys and values in the order of positions, and a block of scores.</summary>
/// <remarks>Head sizes are padded to a multiple of 8 and key counts to a multiple of 16, with zeros, so that the products need no remainders.</remarks>
internal sealed unsafe class AttentionScratch
{
    /// <summary>Query rows whose scores are held at a time.</summary>
    public const int QueryBlock = 32;

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

    /// <summary>(keys, size) → (size, keys).</summary>
    public static void Transpose(float* source, int keys, int size, float* target)
    {
        for (var block = 0; block < keys; block += 16)
        {
            for (var i = 0; i < size; i++)
            {
                for (var key = block; key < Math.Min(keys, block + 16); key++) target[((long)i * keys) + key] = source[((long)key * size) + i];
            }
        }
    }

    /// <summary>The next multiple.</summary>
    public static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
