using System.Numerics;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>
/// AdamW (Loshchilov and Hutter, 2019) as torch computes it, in place. Its state, two moments a parameter and the step count, is keyed by parameter name and exportable.
/// On the CPU one fused pass reads and writes each number once; elsewhere it is a handful of in-place tensor operations.
/// </summary>
public sealed class AdamW : IDisposable
{
    private readonly IReadOnlyList<KeyValuePair<string, Tensor>> _parameters;
    private readonly Dictionary<string, (Tensor First, Tensor Second)> _moments = [];
    private readonly float _beta1, _beta2, _epsilon, _weightDecay;

    /// <summary>Optimises float32 parameters.</summary>
    /// <param name="parameters">By name; each must be float32 and require a gradient.</param>
    /// <param name="beta1">Decay of the first moment.</param>
    /// <param name="beta2">Decay of the second moment.</param>
    /// <param name="epsilon">Added to the root of the second moment.</param>
    /// <param name="weightDecay">Decoupled; on every parameter.</param>
    public AdamW(IEnumerable<KeyValuePair<string, Tensor>> parameters, double beta1, double beta2, double epsilon, double weightDecay)
    {
        _parameters = [.. parameters];
        (_beta1, _beta2, _epsilon, _weightDecay) = ((float)beta1, (float)beta2, (float)epsilon, (float)weightDecay);
    }

    /// <summary>Updates made so far; bias correction depends on it.</summary>
    public long StepCount { get; private set; }

    /// <summary>Takes one step along the gradients, which are multiplied by <paramref name="gradientScale"/> first, and forgets them.</summary>
    public void Step(double learningRate, double gradientScale = 1)
    {
        StepCount++;
        using var noGradient = no_grad();
        foreach (var (name, parameter) in _parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.grad is not { } gradient)
                continue;
            var (first, second) = MomentsOf(name, parameter);
            if (parameter.device_type == DeviceType.CPU && parameter.is_contiguous() && gradient.is_contiguous() && parameter.dtype == ScalarType.Float32)
                StepOnCpu(parameter, gradient, first, second, (float)learningRate, (float)gradientScale);
            else
                StepByTensors(parameter, gradient, first, second, learningRate, gradientScale);
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
            sum += gradient.device_type == DeviceType.CPU && gradient.is_contiguous() && gradient.dtype == ScalarType.Float32
                ? SumOfSquares(gradient)
                : gradient.to(ScalarType.Float64).square().sum().item<double>();
        }

        return Math.Sqrt(sum);
    }

    /// <summary>Forgets the gradients; their memory goes back.</summary>
    public void ClearGradients()
    {
        foreach (var (_, parameter) in _parameters)
        {
            using var gradient = parameter.grad;
            if (gradient is not null)
                parameter.grad = null;
        }
    }

    /// <summary>The state by name: <c>exp_avg.NAME</c> and <c>exp_avg_sq.NAME</c>. The tensors stay this optimiser's.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> StateTensors() =>
        _moments.SelectMany(m => new[] { KeyValuePair.Create("exp_avg." + m.Key, m.Value.First), KeyValuePair.Create("exp_avg_sq." + m.Key, m.Value.Second) });

    /// <summary>Goes on from a saved state; values are copied.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape than its parameter.</exception>
    public void Restore(long stepCount, IReadOnlyDictionary<string, Tensor> state)
    {
        using var noGradient = no_grad();
        StepCount = stepCount;
        foreach (var (name, parameter) in _parameters)
        {
            if (!state.TryGetValue("exp_avg." + name, out var savedFirst) || !state.TryGetValue("exp_avg_sq." + name, out var savedSecond))
                continue; // a parameter that has had no gradient yet has no moments
            if (!savedFirst.shape.AsSpan().SequenceEqual(parameter.shape) || !savedSecond.shape.AsSpan().SequenceEqual(parameter.shape))
                throw new InvalidDataException($"optimizer state of {name} has shape [{string.Join(", ", savedFirst.shape)}], the parameter [{string.Join(", ", parameter.shape)}]: the checkpoint belongs to another model");
            var (first, second) = MomentsOf(name, parameter);
            first.copy_(savedFirst);
            second.copy_(savedSecond);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (first, second) in _moments.Values)
        {
            first.Dispose();
            second.Dispose();
        }

        _moments.Clear();
    }

    private (Tensor First, Tensor Second) MomentsOf(string name, Tensor parameter)
    {
        if (!_moments.TryGetValue(name, out var moments))
        {
            moments = (zeros_like(parameter, requires_grad: false).DetachFromDisposeScope(), zeros_like(parameter, requires_grad: false).DetachFromDisposeScope());
            _moments.Add(name, moments);
        }

        return moments;
    }

    private void StepByTensors(Tensor parameter, Tensor gradient, Tensor first, Tensor second, double learningRate, double gradientScale)
    {
        gradient = gradient.mul(gradientScale);
        parameter.mul_(1 - learningRate * _weightDecay);
        first.mul_(_beta1).add_(gradient, 1 - _beta1);
        second.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
        var denominator = second.sqrt().div_(Math.Sqrt(1 - Math.Pow(_beta2, StepCount))).add_(_epsilon);
        parameter.addcdiv_(first, denominator, -learningRate / (1 - Math.Pow(_beta1, StepCount)));
    }

    private void StepOnCpu(Tensor parameter, Tensor gradient, Tensor first, Tensor second, float learningRate, float gradientScale)
    {
        var decay = 1 - learningRate * _weightDecay;
        var rate = (float)(learningRate / (1 - Math.Pow(_beta1, StepCount)));
        var rootOfCorrection = (float)Math.Sqrt(1 - Math.Pow(_beta2, StepCount));
        ForChunks(parameter.numel(), (start, count) =>
        {
            Span<float> p = Floats(parameter, start, count), g = Floats(gradient, start, count), m = Floats(first, start, count), v = Floats(second, start, count);
            Span<Vector<float>> pv = Vectors(p), gv = Vectors(g), mv = Vectors(m), vv = Vectors(v);
            for (var i = 0; i < pv.Length; i++)
            {
                var scaled = gv[i] * gradientScale;
                mv[i] = mv[i] * _beta1 + scaled * (1 - _beta1);
                vv[i] = vv[i] * _beta2 + scaled * scaled * (1 - _beta2);
                pv[i] = pv[i] * decay - mv[i] * rate / (Vector.SquareRoot(vv[i]) / new Vector<float>(rootOfCorrection) + new Vector<float>(_epsilon));
            }

            for (var i = pv.Length * Vector<float>.Count; i < p.Length; i++)
            {
                var scaled = g[i] * gradientScale;
                m[i] = m[i] * _beta1 + scaled * (1 - _beta1);
                v[i] = v[i] * _beta2 + scaled * scaled * (1 - _beta2);
                p[i] = p[i] * decay - m[i] * rate / (MathF.Sqrt(v[i]) / rootOfCorrection + _epsilon);
            }
        });
    }

    /// <summary>Partial sums over fixed chunks, added in order: the same whatever the number of threads.</summary>
    private static double SumOfSquares(Tensor tensor)
    {
        var partial = new double[(tensor.numel() + Chunk - 1) / Chunk];
        ForChunks(tensor.numel(), (start, count) =>
        {
            double sum = 0;
            foreach (var x in Floats(tensor, start, count))
                sum += (double)x * x;
            partial[start / Chunk] = sum;
        });
        return partial.Sum();
    }

    private const int Chunk = 1 << 16;

    private static void ForChunks(long length, Action<long, int> body)
    {
        var chunks = (length + Chunk - 1) / Chunk;
        void One(long chunk) => body(chunk * Chunk, (int)Math.Min(Chunk, length - chunk * Chunk));
        if (chunks == 1)
            One(0);
        else
            Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, One);
    }

    private static Span<Vector<float>> Vectors(Span<float> floats) => MemoryMarshal.Cast<float, Vector<float>>(floats);

    private static unsafe Span<float> Floats(Tensor tensor, long start, int count) => new((float*)tensor.DataPointer() + start, count);
}
