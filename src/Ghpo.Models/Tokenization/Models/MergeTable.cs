using System.Numerics;
using System.Runtime.CompilerServices;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>The merges of a byte-pair encoding: a pair of ids gives the merge's rank and the id of the merged token. Open addressing, built once.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] _pairs;
    private readonly (int Rank, int Id)[] _merges;
    private readonly int _shift;

    public MergeTable(int count)
    {
        var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, count * 2));
        _pairs = new ulong[size];
        _merges = new (int, int)[size];
        _shift = 64 - BitOperations.Log2((uint)size);
    }

    /// <summary>Adds a merge; a pair that is listed twice keeps its last rank, as in the reference.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(int left, int right, int rank, int id)
    {
        var slot = Find(Pack(left, right));
        _pairs[slot] = Pack(left, right);
        _merges[slot] = (rank, id);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryGet(int left, int right, out (int Rank, int Id) merge)
    {
        var pair = Pack(left, right);
        var slot = Find(pair);
        merge = _merges[slot];
        return _pairs[slot] == pair;
    }

    // Zero marks a free slot, so ids are stored plus one.
    private static ulong Pack(int left, int right) => ((ulong)(uint)(left + 1) << 32) | (uint)(right + 1);

    private int Find(ulong pair)
    {
        var slot = (int)((pair * 0x9E3779B97F4A7C15UL) >> _shift);
        while (_pairs[slot] != 0 && _pairs[slot] != pair)
            slot = (slot + 1) & (_pairs.Length - 1);
        return slot;
    }
}
