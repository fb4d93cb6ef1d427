using System.Runtime.InteropServices;
using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>
/// The blocks of the key/value cache in native memory. In a block, each layer's and each head's keys stand in one piece, as <see cref="PanelKernel"/> reads them (panels of
/// sixteen tokens), then its values (tokens, head size padded to eight): attention reads a few long runs.
/// </summary>
internal sealed unsafe class CpuCache(ModelConfig config) : IDisposable
{
    private readonly int _headFloats = BlockPool.BlockTokens * VectorMath.Pad(config.HeadSize);
    private nint[] _blocks = new nint[64];

    /// <summary>Bytes of one block.</summary>
    public long BlockBytes => (long)config.LayerCount * config.KeyValueHeadCount * 2 * _headFloats * sizeof(float);

    private readonly int _valueStride = VectorMath.Pad(config.HeadSize);

    /// <summary>Memory for a block, zero at first: what lies between a value's head size and its padding stays zero.</summary>
    public void Prepare(int id)
    {
        if (id >= _blocks.Length) Array.Resize(ref _blocks, Math.Max(id + 1, 2 * _blocks.Length));
        if (_blocks[id] != 0) return;
        var block = NativeMemory.AlignedAlloc((nuint)BlockBytes, 64);
        NativeMemory.Clear(block, (nuint)BlockBytes);
        _blocks[id] = (nint)block;
    }

    /// <summary>The keys of a head in a block: panels of sixteen tokens, each (head size, 16).</summary>
    public float* Keys(int id, int layer, int head) => (float*)_blocks[id] + (nint)(layer * config.KeyValueHeadCount + head) * 2 * _headFloats;

    /// <summary>The values of a head in a block: (tokens, head size padded to eight).</summary>
    public float* Values(int id, int layer, int head) => Keys(id, layer, head) + _headFloats;

    /// <summary>Sets a token's key and value, of the head size each.</summary>
    public void Write(int id, int layer, int head, int token, float* key, float* value)
    {
        var keys = Keys(id, layer, head) + (token / PanelKernel.Width * PanelKernel.Width * config.HeadSize) + (token % PanelKernel.Width);
        for (var i = 0; i < config.HeadSize; i++) keys[i * PanelKernel.Width] = key[i];
        new ReadOnlySpan<float>(value, config.HeadSize).CopyTo(new(Values(id, layer, head) + (token * _valueStride), config.HeadSize));
    }

    /// <summary>Copies the first tokens of a block.</summary>
    public void Copy(int from, int to, int tokens)
    {
        // Keys of later tokens in the same panel come along: they are written before they are seen.
        var keyFloats = (tokens + PanelKernel.Width - 1) / PanelKernel.Width * PanelKernel.Width * config.HeadSize;
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            for (var head = 0; head < config.KeyValueHeadCount; head++)
            {
                new ReadOnlySpan<float>(Keys(from, layer, head), keyFloats).CopyTo(new(Keys(to, layer, head), keyFloats));
                new ReadOnlySpan<float>(Values(from, layer, head), tokens * _valueStride).CopyTo(new(Values(to, layer, head), tokens * _valueStride));
            }
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks) NativeMemory.AlignedFree((void*)block);
        _blocks = [];
    }
}
