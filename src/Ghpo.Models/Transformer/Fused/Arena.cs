using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>A matrix's place in an arena.</summary>
internal readonly record struct Area(long Offset, int Rows, int Columns)
{
    /// <summary>The numbers it holds.</summary>
    public long Count => (long)Rows * Columns;
}

/// <summary>
/// One piece of memory for all that a pass needs: areas are laid out first, then it is reserved as a whole and kept for the next pass.
/// Without it each step would ask the system for gigabytes and wait for them to be zeroed.
/// </summary>
internal sealed unsafe class Arena : IDisposable
{
    private Tensor? _memory;
    private float* _start;
    private long _planned;

    /// <summary>Goes on laying out from here: 0 forgets all areas; the place of an area that is not in use when others are gives them that place.</summary>
    public void Continue(long from) => _planned = from;

    /// <summary>Numbers of all areas together.</summary>
    public long Planned => _planned;

    /// <summary>Lays out one more area.</summary>
    public Area Plan(int rows, int columns)
    {
        var area = new Area(_planned, rows, columns);
        _planned += (area.Count + 15) / 16 * 16;
        return area;
    }

    /// <summary>Makes the memory large enough for all areas.</summary>
    public void Reserve()
    {
        if (_memory is not null && _memory.numel() >= _planned) return;
        _memory?.Dispose();
        _memory = null;
        // An eighth more, so that a slightly larger batch does not begin afresh; what is not touched takes no memory.
        _memory = empty(_planned + (_planned / 8), ScalarType.Float32).DetachFromDisposeScope();
        _start = (float*)TensorMemory.Pointer(_memory);
    }

    /// <summary>An area's first number.</summary>
    public float* Pointer(Area area) => _start + area.Offset;

    /// <summary>An area as a matrix, or some of its rows and columns; in the caller's dispose scope.</summary>
    public Tensor Matrix(Area area, int firstRow = 0, int rows = -1, int firstColumn = 0, int columns = -1) =>
        _memory!.as_strided(
            [rows < 0 ? area.Rows : rows, columns < 0 ? area.Columns : columns], [area.Columns, 1],
            area.Offset + ((long)firstRow * area.Columns) + firstColumn);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _memory?.Dispose();
}
