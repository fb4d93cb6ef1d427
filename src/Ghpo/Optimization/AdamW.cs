using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) as torch computes it, in place. Its state, two moments a parameter and the step count, is keyed by parameter name and exportable; the moments are kept in
/// float32 or in 8 bits.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _parameters;
    private readonly Dictionary<string, Moments> _moments = [];
    private readonly float _beta1, _beta2, _epsilon, _weightDecay;
    private readonly OptimizerKind _kind;

    /// <summary>Optimises float32 parameters.</summary>
    /// <param name="parameters">By name; each must be float32 and require a gradient.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Decoupled; on every parameter.</param>
    /// <param name="kind">How the moments are kept.</param>
    public AdamW(IEnumerable<KeyValuePair<string, Tensor>> parameters, double beta1, double beta2, double epsilon, double weightDecay, OptimizerKind kind = OptimizerKind.AdamW)
    {
        _parameters = [.. parameters];
        (_beta1, _beta2, _epsilon, _weightDecay, _kind) = ((float)beta1, (float)beta2, (float)epsilon, (float)weightDecay, kind);
    }

    /// <summary>Bytes of the state of a parameter of so many numbers.</summary>
    public static long StateBytes(OptimizerKind kind, long numbers) =>
        kind == OptimizerKind.AdamW8Bit && numbers >= BlockwiseMoments.SmallestSize ? BlockwiseMoments.Bytes(numbers) : 8 * numbers;

    /// <summary>Updates made so far; bias correction depends on it.</summary>
    public long StepCount { get; private set; }

    /// <summary>Takes one step along the gradients, which are multiplied by <paramref name="gradientScale"/> first, and forgets them.</summary>
    public void Step(double learningRate, double gradientScale = 1)
    {
        StepCount++;
        var step = new AdamWStep(
            StepCount, _beta1, _beta2, _epsilon, 1 - (float)learningRate * _weightDecay, (float)((float)learningRate / (1 - Math.Pow(_beta1, StepCount))),
            (float)Math.Sqrt(1 - Math.Pow(_beta2, StepCount)), (float)gradientScale);
        using var noGradient = no_grad();
        foreach (var (name, parameter) in _parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is { } gradient)
                MomentsOf(name, parameter).Apply(parameter, gradient, step);
        }

        ClearGradients();
    }

    /// <summary>√ Σ g² over all parameters, in double precision.</summary>
    public double GradientNorm()
    {
        double sum = 0;
        using var noGradient = no_grad();
        foreach (var (_, parameter) in _parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            sum += gradient.device_type == TorchSharp.DeviceType.CPU && gradient.is_contiguous() && gradient.dtype == ScalarType.Float32
                ? FloatMemory.SumOfSquares(gradient)
                : gradient.to(ScalarType.Float64).square().sum().item<double>();
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Forgets the gradients.</summary>
    public void ClearGradients()
    {
        foreach (var (_, parameter) in _parameters)
        {
            using var gradient = parameter.grad;
            if (gradient is not null)
                parameter.grad = null;
        }
    }

    /// <summary>
    /// The state by name: <c>exp_avg.NAME</c> and <c>exp_avg_sq.NAME</c>, and beside 8-bit moments (blocks, 256) their scales (blocks), <c>exp_avg_scale.NAME</c> and <c>exp_avg_sq_scale.NAME</c>.
    /// The tensors stay this optimiser's.
    /// </summary>
    public IEnumerable<KeyValuePair<string, Tensor>> StateTensors() =>
        _moments.SelectMany(m => m.Value.Tensors.Select(t => KeyValuePair.Create($"{t.Part}.{m.Key}", t.Tensor)));

    /// <summary>Goes on from a saved state; values are copied.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, or has another shape or type than its parameter's moments.</exception>
    public void Restore(long stepCount, IReadOnlyDictionary<string, Tensor> state)
    {
        using var noGradient = no_grad();
        StepCount = stepCount;
        foreach (var (name, parameter) in _parameters)
        {
            if (!state.ContainsKey("exp_avg." + name))
                continue; // a parameter that has had no gradient yet has no moments
            foreach (var (part, tensor) in MomentsOf(name, parameter).Tensors)
            {
                if (!state.TryGetValue($"{part}.{name}", out var saved) || saved.dtype != tensor.dtype)
                    throw new InvalidDataException($"optimizer state of {name} was not saved by optimizer: {Written(_kind)}; go on with the optimizer that the checkpoint was made with");
                if (!saved.shape.AsSpan().SequenceEqual(tensor.shape))
                    throw new InvalidDataException($"optimizer state of {name} has shape [{string.Join(", ", saved.shape)}], not [{string.Join(", ", tensor.shape)}]: the checkpoint belongs to another model");
                tensor.copy_(saved);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var moments in _moments.Values)
            moments.Dispose();
        _moments.Clear();
    }

    private static string Written(OptimizerKind kind) => kind == OptimizerKind.AdamW ? "adamw" : "adamw_8bit";

    private Moments MomentsOf(string name, Tensor parameter)
    {
        if (!_moments.TryGetValue(name, out var moments))
        {
            moments = _kind == OptimizerKind.AdamW8Bit && BlockwiseMoments.Suits(parameter) ? new BlockwiseMoments(name, parameter.numel()) : new FloatMoments(parameter);
            _moments.Add(name, moments);
        }

        return moments;
    }
}
