using System.Runtime.CompilerServices;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>One piece while its pairs are merged: a doubly linked list of symbols over arrays that are used again.</summary>
internal sealed class MergeWorkspace
{
    [ThreadStatic]
    private static MergeWorkspace? _current;

    private readonly MergeHeap _heap = new();
    private int[] _ids = new int[64];
    private int[] _next = new int[64];
    private int[] _previous = new int[64];
    private int _count;

    /// <summary>The calling thread's own workspace, emptied.</summary>
    public static MergeWorkspace Rent()
    {
        var workspace = _current ??= new MergeWorkspace();
        workspace._count = 0;
        workspace._heap.Clear();
        return workspace;
    }

    public void Add(int id)
    {
        if (_count == _ids.Length)
        {
            Array.Resize(ref _ids, _count * 2);
            Array.Resize(ref _next, _count * 2);
            Array.Resize(ref _previous, _count * 2);
        }

        _ids[_count] = id;
        _previous[_count] = _count - 1;
        _next[_count] = _count + 1;
        _count++;
    }

    /// <summary>Merges the pair of lowest rank, leftmost first, until no pair is left to merge; appends what remains.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MergeInto(IdBuffer ids, MergeTable merges)
    {
        if (_count == 0)
            return;
        _next[_count - 1] = -1;
        for (var i = 0; i + 1 < _count; i++)
            Propose(i, i + 1, merges);

        while (_heap.TryPop(out var at, out var merged))
        {
            // An entry is stale when one of its symbols has gone into another merge since.
            if (_ids[at] < 0 || _next[at] < 0)
                continue;
            var right = _next[at];
            if (!merges.TryGet(_ids[at], _ids[right], out var merge) || merge.Id != merged)
                continue;

            _ids[at] = merged;
            _ids[right] = -1;
            _next[at] = _next[right];
            if (_next[right] >= 0)
                _previous[_next[right]] = at;
            if (_previous[at] >= 0)
                Propose(_previous[at], at, merges);
            if (_next[at] >= 0)
                Propose(at, _next[at], merges);
        }

        for (var i = 0; i >= 0; i = _next[i])
            ids.Add(_ids[i]);
    }

    private void Propose(int left, int right, MergeTable merges)
    {
        if (merges.TryGet(_ids[left], _ids[right], out var merge))
            _heap.Push(merge.Rank, left, merge.Id);
    }
}
