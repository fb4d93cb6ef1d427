using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>The address of a CPU tensor's first element.</summary>
internal static class TensorPointer
{
    /// <summary>Valid while the tensor lives; it must be contiguous and on the CPU.</summary>
    public static unsafe void* DataPointer(this Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
