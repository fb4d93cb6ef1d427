using System.Runtime.InteropServices;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>Floats outside the managed heap, aligned to a cache line, zero at first. Grows and forgets what it held.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private nuint _length;

    /// <summary>The first float; null before the first <see cref="Require"/>.</summary>
    public float* Pointer { get; private set; }

    /// <summary>At least so many floats; the address changes when it has to grow.</summary>
    public float* Require(long floats)
    {
        if ((nuint)floats <= _length) return Pointer;
        Dispose();
        _length = (nuint)floats;
        Pointer = (float*)NativeMemory.AlignedAlloc(_length * sizeof(float), 64);
        NativeMemory.Clear(Pointer, _length * sizeof(float));
        return Pointer;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
        _length = 0;
    }
}
