using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>
/// Element-wise functions and reductions over float rows. Every result depends on its row alone, in a fixed order of summation: lanes of eight, the rest
/// one by one. <see cref="Vector256"/> runs as two 128-bit halves where the CPU has no 256-bit registers, with the same bits.
/// </summary>
internal static unsafe class VectorMath
{
    /// <summary>Lanes of a vector; rows that are vectors only are padded to a multiple of it.</summary>
    public const int Lanes = 8;

    /// <summary>The next multiple of <see cref="Lanes"/>.</summary>
    public static int Pad(int count) => (count + Lanes - 1) & ~(Lanes - 1);

    /// <summary>
    /// e^x to within two units in the last place: x = n ln 2 + r with |r| ≤ ln 2 / 2, then the polynomial 1 + r + r²·q(r) whose largest relative error is
    /// smallest (3e-9 at degree 6), then 2^n. Below −87.3 it is 0, so that −∞ (a masked score) vanishes; above 88 it stays at e^88. NaN stays NaN.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Added to a small number, 1.5 · 2^23 rounds it to an integer, which is then the low bits of the sum.
        var rounder = Vector256.Create(12_582_912f);
        var isTiny = Vector256.LessThan(x, Vector256.Create(-87.3f));
        var clamped = Vector256.MaxNative(Vector256.Create(-87.3f), Vector256.MinNative(Vector256.Create(88f), x));
        var rounded = Vector256.MultiplyAddEstimate(clamped, Vector256.Create(1.44269504f), rounder);
        var n = rounded - rounder;
        var r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-0.693359375f), clamped);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(2.12194440e-4f), r);
        var p = Vector256.Create(0.00138145988f);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.00836871658f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.041668389f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.166665211f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.49999994f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<float>.One);
        p = Vector256.MultiplyAddEstimate(p, r, Vector256<float>.One);
        var result = (p.AsInt32() + Vector256.ShiftLeft(rounded.AsInt32(), 23)).AsSingle();
        return Vector256.AndNot(result, isTiny.AsSingle());
    }

    /// <summary>The largest of some values, −∞ of none. A NaN may or may not be the result.</summary>
    public static float Max(float* x, int count)
    {
        var lanes = Vector256.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) lanes = Vector256.Max(lanes, Vector256.Load(x + i));
        var maximum = float.NegativeInfinity;
        for (var lane = 0; lane < Lanes; lane++) maximum = MathF.Max(maximum, lanes[lane]);
        for (; i < count; i++) maximum = MathF.Max(maximum, x[i]);
        return maximum;
    }

    /// <summary>Writes exp((x − origin) · scale) and returns the sum of what was written.</summary>
    public static float ExpOfDifference(float* x, float origin, float scale, float* result, int count)
    {
        var sum = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var value = Exp((Vector256.Load(x + i) - Vector256.Create(origin)) * Vector256.Create(scale));
            Vector256.Store(value, result + i);
            sum += value;
        }

        var total = Sum(sum);
        for (; i < count; i++)
        {
            var value = Exp(Vector256.Create((x[i] - origin) * scale)).ToScalar();
            result[i] = value;
            total += value;
        }

        return total;
    }

    /// <summary>x ← e^(x − offset) · scale, in place; returns the sum before scaling, in blocks summed in double.</summary>
    public static double ExpInPlace(float* x, float offset, float scale, int count)
    {
        double total = 0;
        var i = 0;
        while (i <= count - Lanes)
        {
            Vector256<float> sum = default;
            for (var end = Math.Min(count - Lanes, i + 2040); i <= end; i += Lanes)
            {
                var value = Exp(Vector256.Load(x + i) - Vector256.Create(offset));
                sum += value;
                (value * scale).Store(x + i);
            }
            total += Vector256.Sum(sum);
        }
        for (; i < count; i++)
        {
            var value = Exp(Vector256.Create(x[i] - offset))[0];
            total += value;
            x[i] = value * scale;
        }
        return total;
    }

    /// <summary>Σ e^(x − offset), and Σ e^(x − offset)·x where asked; blocks summed in double.</summary>
    public static (double Sum, double Weighted) SumOfExp(float* x, float offset, int count, bool weighted)
    {
        double total = 0, totalWeighted = 0;
        var i = 0;
        while (i <= count - Lanes)
        {
            Vector256<float> sum = default, product = default;
            for (var end = Math.Min(count - Lanes, i + 2040); i <= end; i += Lanes)
            {
                var value = Vector256.Load(x + i);
                var exp = Exp(value - Vector256.Create(offset));
                sum += exp;
                if (weighted) product = Vector256.FusedMultiplyAdd(exp, value, product);
            }
            total += Vector256.Sum(sum);
            totalWeighted += Vector256.Sum(product);
        }
        for (; i < count; i++)
        {
            var exp = Exp(Vector256.Create(x[i] - offset))[0];
            total += exp;
            totalWeighted += exp * x[i];
        }
        return (total, totalWeighted);
    }

    /// <summary>The sum of the lanes, in the one order that every dot product here uses: ((0+1)+(2+3)) + ((4+5)+(6+7)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> v) => ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));

    /// <summary>Σ x².</summary>
    public static float SumOfSquares(float* x, int count) => Dot(x, x, count);

    /// <summary>Σ x·y.</summary>
    public static float Dot(float* x, float* y, int count)
    {
        Vector256<float> first = default, second = default;
        var i = 0;
        for (; i <= count - 16; i += 16)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), first);
            second = Vector256.FusedMultiplyAdd(Vector256.Load(x + i + 8), Vector256.Load(y + i + 8), second);
        }
        var sum = Vector256.Sum(first + second);
        for (; i < count; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>Root-mean-square norm of one row: x / sqrt(mean(x²) + ε) · weight (Zhang and Sennrich, 2019).</summary>
    public static void RmsNorm(float* x, float* weight, float* result, int count, float epsilon)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var value = Vector256.Load(x + i);
            sums = Vector256.MultiplyAddEstimate(value, value, sums);
        }

        var sum = Sum(sums);
        for (; i < count; i++) sum += x[i] * x[i];
        var scale = 1 / MathF.Sqrt(sum / count + epsilon);
        for (i = 0; i <= count - Lanes; i += Lanes)
            Vector256.Store(Vector256.Load(x + i) * Vector256.Create(scale) * Vector256.Load(weight + i), result + i);
        for (; i < count; i++) result[i] = x[i] * scale * weight[i];
    }

    /// <summary>target ← target + addend.</summary>
    public static void Add(float* target, float* addend, int count)
    {
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector256.Store(Vector256.Load(target + i) + Vector256.Load(addend + i), target + i);
        for (; i < count; i++) target[i] += addend[i];
    }

    /// <summary>result ← factor · x; the two may be the same.</summary>
    public static void Scale(float* x, float factor, float* result, int count)
    {
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) (Vector256.Load(x + i) * factor).Store(result + i);
        for (; i < count; i++) result[i] = x[i] * factor;
    }

    /// <summary>gate ← silu(gate) · up, with silu(x) = x / (1 + e^-x).</summary>
    public static void SwiGlu(float* gate, float* up, int count)
    {
        var i = 0;
        for (; i <= count - Lanes; i += Lanes)
        {
            var g = Vector256.Load(gate + i);
            Vector256.Store(g / (Vector256<float>.One + Exp(-g)) * Vector256.Load(up + i), gate + i);
        }

        for (; i < count; i++)
        {
            var g = gate[i];
            gate[i] = g / (1 + Exp(Vector256.Create(-g)).ToScalar()) * up[i];
        }
    }

    /// <summary>Rotates one head in place: the pairs (x_i, x_{i + n/2}) by the angles whose cosines and sines are given (n/2 of each).</summary>
    public static void Rotate(float* head, float* cosines, float* sines, int headDimension)
    {
        var half = headDimension / 2;
        var i = 0;
        for (; i <= half - Lanes; i += Lanes)
        {
            var a = Vector256.Load(head + i);
            var b = Vector256.Load(head + half + i);
            var c = Vector256.Load(cosines + i);
            var s = Vector256.Load(sines + i);
            Vector256.Store(a * c - b * s, head + i);
            Vector256.Store(b * c + a * s, head + half + i);
        }

        for (; i < half; i++)
        {
            var (a, b) = (head[i], head[half + i]);
            head[i] = a * cosines[i] - b * sines[i];
            head[half + i] = b * cosines[i] + a * sines[i];
        }
    }
}
