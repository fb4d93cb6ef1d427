using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>What one step of AdamW does to every number; all factors are of this step.</summary>
/// <param name="Step">Updates so far, this one included.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Epsilon">Added to the root of the second moment.</param>
/// <param name="Decay">What weights are multiplied by: 1 − learning rate · weight decay.</param>
/// <param name="Rate">The learning rate over the first moment's bias correction.</param>
/// <param name="RootOfCorrection">The root of the second moment's bias correction.</param>
/// <param name="GradientScale">What gradients are multiplied by first.</param>
internal readonly record struct AdamWStep(long Step, float Beta1, float Beta2, float Epsilon, float Decay, float Rate, float RootOfCorrection, float GradientScale);

/// <summary>The two moments of one parameter, in one of the forms that they are kept in.</summary>
internal abstract class Moments : IDisposable
{
    /// <summary>The tensors by the part of their name that stands before the parameter's.</summary>
    public abstract IEnumerable<(string Part, Tensor Tensor)> Tensors { get; }

    /// <summary>Moves the parameter along its gradient, and the moments with it.</summary>
    public abstract void Apply(Tensor parameter, Tensor gradient, in AdamWStep step);

    /// <summary>Whether a parameter's memory can be read and written where it lies.</summary>
    protected static bool IsPlain(Tensor tensor) => tensor.device_type == DeviceType.CPU && tensor.is_contiguous() && tensor.dtype == ScalarType.Float32;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, tensor) in Tensors)
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }
}
