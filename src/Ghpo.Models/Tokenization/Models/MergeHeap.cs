using System.Runtime.CompilerServices;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>A binary heap of merges still to do, lowest rank first, then leftmost.</summary>
internal sealed class MergeHeap
{
    private (ulong Key, int Id)[] _items = new (ulong, int)[64];
    private int _count;

    public void Clear() => _count = 0;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Push(int rank, int position, int id)
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, _count * 2);
        var item = (Key: ((ulong)(uint)rank << 32) | (uint)position, Id: id);
        var at = _count++;
        while (at > 0)
        {
            var parent = (at - 1) >> 1;
            if (_items[parent].Key <= item.Key)
                break;
            _items[at] = _items[parent];
            at = parent;
        }

        _items[at] = item;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryPop(out int position, out int id)
    {
        if (_count == 0)
        {
            (position, id) = (0, 0);
            return false;
        }

        (position, id) = ((int)(uint)_items[0].Key, _items[0].Id);
        var last = _items[--_count];
        var at = 0;
        while (true)
        {
            var child = (at * 2) + 1;
            if (child >= _count)
                break;
            if (child + 1 < _count && _items[child + 1].Key < _items[child].Key)
                child++;
            if (last.Key <= _items[child].Key)
                break;
            _items[at] = _items[child];
            at = child;
        }

        if (_count > 0)
            _items[at] = last;
        return true;
    }
}
