using System.Runtime.InteropServices;
using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>
/// The blocks of the key/value cache in native memory. In a block, each layer's and each head's keys (tokens, head size padded to eight) stand in one
/// piece, then its values: attention reads a few long runs.
/// </summary>
internal sealed unsafe class CpuCache(ModelConfig config) : IDisposable
{
    private readonly int _headFloats = BlockPool.BlockTokens * VectorMath.Pad(config.HeadSize);
    private nint[] _blocks = new nint[64];

    /// <summary>Bytes of one block.</summary>
    public long BlockBytes => (long)config.LayerCount * config.KeyValueHeadCount * 2 * _headFloats * sizeof(float);

    /// <summary>Floats from one token's key (or value) to the next one's.</summary>
    public int TokenStride { get; } = VectorMath.Pad(config.HeadSize);

    /// <summary>Memory for a block, zero at first: what lies between the head size and its padding stays zero.</summary>
    public void Prepare(int id)
    {
        if (id >= _blocks.Length) Array.Resize(ref _blocks, Math.Max(id + 1, 2 * _blocks.Length));
        if (_blocks[id] != 0) return;
        var block = NativeMemory.AlignedAlloc((nuint)BlockBytes, 64);
        NativeMemory.Clear(block, (nuint)BlockBytes);
        _blocks[id] = (nint)block;
    }

    /// <summary>The keys of a head in a block.</summary>
    public float* Keys(int id, int layer, int head) => (float*)_blocks[id] + (nint)(layer * config.KeyValueHeadCount + head) * 2 * _headFloats;

    /// <summary>The values of a head in a block.</summary>
    public float* Values(int id, int layer, int head) => Keys(id, layer, head) + _headFloats;

    /// <summary>Copies the first tokens of a block.</summary>
    public void Copy(int from, int to, int tokens)
    {
        var (source, target) = (_blocks[from], _blocks[to]);
        for (var run = 0; run < config.LayerCount * config.KeyValueHeadCount * 2; run++)
        {
            var offset = (nint)run * _headFloats * sizeof(float);
            NativeMemory.Copy((void*)(source + offset), (void*)(target + offset), (nuint)(tokens * TokenStride * sizeof(float)));
        }
    }

    public void Dispose()
    {
        foreach (var block in _blocks) NativeMemory.AlignedFree((void*)block);
        _blocks = [];
    }
}
