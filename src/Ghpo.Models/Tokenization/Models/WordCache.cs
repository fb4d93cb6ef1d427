using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>
/// Remembers the ids of short pieces: natural text repeats its words, so that most of encoding is one look-up a word.
/// It stops growing at a fixed size; what comes first is what is common.
/// </summary>
internal sealed class WordCache
{
    private const int Capacity = 1 << 16;
    private const int LongestPiece = 64;

    private readonly WordModel _model;
    private readonly ConcurrentDictionary<string, int[]> _known = new();
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private int _count;

    public WordCache(WordModel model)
    {
        _model = model;
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Encode(ReadOnlySpan<char> piece, IdBuffer ids)
    {
        if (piece.Length > LongestPiece)
        {
            _model.Encode(piece, ids);
            return;
        }

        if (_lookup.TryGetValue(piece, out var known))
        {
            ids.Add(known);
            return;
        }

        var start = ids.Count;
        _model.Encode(piece, ids);
        if (_count < Capacity && _lookup.TryAdd(piece, ids.Span[start..].ToArray()))
            Interlocked.Increment(ref _count);
    }
}
