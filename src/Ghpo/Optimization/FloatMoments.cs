using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>Moments in float32. On the CPU one fused pass reads and writes each number once; elsewhere it is a handful of in-place tensor operations.</summary>
internal sealed class FloatMoments(Tensor parameter) : Moments
{
    private readonly Tensor _first = zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();
    private readonly Tensor _second = zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();

    public override IEnumerable<(string Part, Tensor Tensor)> Tensors => [("exp_avg", _first), ("exp_avg_sq", _second)];

    public override void Apply(Tensor parameter, Tensor gradient, in AdamWStep step)
    {
        if (!IsPlain(parameter) || !IsPlain(gradient))
        {
            ApplyByTensors(parameter, gradient, step);
            return;
        }

        var factors = step;
        FloatMemory.ForChunks(parameter.numel(), (start, count) => Update(
            FloatMemory.Of(parameter, start, count), FloatMemory.Of(gradient, start, count), FloatMemory.Of(_first, start, count), FloatMemory.Of(_second, start, count), factors));
    }

    /// <summary>AdamW on plain numbers: parameters <paramref name="p"/> and moments <paramref name="m"/>, <paramref name="v"/> move along the gradients <paramref name="g"/>.</summary>
    public static void Update(Span<float> p, ReadOnlySpan<float> g, Span<float> m, Span<float> v, in AdamWStep step)
    {
        Span<Vector<float>> pv = Vectors(p), mv = Vectors(m), vv = Vectors(v);
        var gv = MemoryMarshal.Cast<float, Vector<float>>(g);
        var (root, epsilon) = (new Vector<float>(step.RootOfCorrection), new Vector<float>(step.Epsilon));
        for (var i = 0; i < pv.Length; i++)
        {
            var scaled = gv[i] * step.GradientScale;
            mv[i] = mv[i] * step.Beta1 + scaled * (1 - step.Beta1);
            vv[i] = vv[i] * step.Beta2 + scaled * scaled * (1 - step.Beta2);
            pv[i] = pv[i] * step.Decay - mv[i] * step.Rate / (Vector.SquareRoot(vv[i]) / root + epsilon);
        }

        for (var i = pv.Length * Vector<float>.Count; i < p.Length; i++)
        {
            var scaled = g[i] * step.GradientScale;
            m[i] = m[i] * step.Beta1 + scaled * (1 - step.Beta1);
            v[i] = v[i] * step.Beta2 + scaled * scaled * (1 - step.Beta2);
            p[i] = p[i] * step.Decay - m[i] * step.Rate / (MathF.Sqrt(v[i]) / step.RootOfCorrection + step.Epsilon);
        }
    }

    private static Span<Vector<float>> Vectors(Span<float> floats) => MemoryMarshal.Cast<float, Vector<float>>(floats);

    private void ApplyByTensors(Tensor parameter, Tensor gradient, in AdamWStep step)
    {
        gradient = gradient.mul(step.GradientScale);
        parameter.mul_(step.Decay);
        _first.mul_(step.Beta1).add_(gradient, 1 - step.Beta1);
        _second.mul_(step.Beta2).addcmul_(gradient, gradient, 1 - step.Beta2);
        var denominator = _second.sqrt().div_(step.RootOfCorrection).add_(step.Epsilon);
        parameter.addcdiv_(_first, denominator, -step.Rate);
    }
}
