using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Models.Native;

/// <summary>The memory of CPU tensors, of any size.</summary>
public static class TensorMemory
{
    /// <summary>Address of the first element of a contiguous CPU tensor; valid while the tensor lives, null if it has no elements.</summary>
    /// <exception cref="ArgumentException">The tensor is on another device, or not contiguous.</exception>
    public static unsafe void* Pointer(Tensor tensor)
    {
        if (tensor.device_type != DeviceType.CPU || !tensor.is_contiguous()) throw new ArgumentException("the tensor must be contiguous and on the CPU", nameof(tensor));
        if (tensor.numel() == 0) return null;
        return (void*)THSTensor_data(tensor.Handle);
    }

    [DllImport("LibTorchSharp")]
    private static extern nint THSTensor_data(nint tensor);
}
