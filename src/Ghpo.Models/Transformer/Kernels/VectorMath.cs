using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>Sums, products and exponentials of float32 rows, eight numbers at a time.</summary>
internal static unsafe class VectorMath
{
    /// <summary>e^x to within two units in the last place; 0 below −87.3, and meant for x ≤ 88.</summary>
    /// <remarks>x = n·ln 2 + r with |r| ≤ ln 2 / 2; e^r by its series to the seventh power, then 2^n into the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        var tooSmall = Vector256.LessThan(x, Vector256.Create(-87.3f));
        x = Vector256.Max(x, Vector256.Create(-87.3f));
        var n = Vector256.Round(x * 1.44269504f);
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), x);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        var p = Vector256.Create(1f / 5040);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 720));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 120));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 24));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 6));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        p = Vector256.FusedMultiplyAdd(p, r, Vector256<float>.One);
        var scale = Vector256.ShiftLeft(Vector256.ConvertToInt32(n) + Vector256.Create(127), 23).AsSingle();
        return Vector256.AndNot(p * scale, tooSmall);
    }

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

    /// <summary>y = scale · x.</summary>
    public static void Scale(float* x, float scale, float* y, int count)
    {
        var i = 0;
        var scales = Vector256.Create(scale);
        for (; i <= count - 8; i += 8) (Vector256.Load(x + i) * scales).Store(y + i);
        for (; i < count; i++) y[i] = x[i] * scale;
    }

    /// <summary>y += x.</summary>
    public static void Add(float* y, float* x, int count)
    {
        var i = 0;
        for (; i <= count - 8; i += 8) (Vector256.Load(y + i) + Vector256.Load(x + i)).Store(y + i);
        for (; i < count; i++) y[i] += x[i];
    }

    /// <summary>The greatest of some numbers.</summary>
    public static float Max(float* x, int count)
    {
        var greatest = Vector256.Create(float.NegativeInfinity);
        var i = 0;
        for (; i <= count - 8; i += 8) greatest = Vector256.Max(greatest, Vector256.Load(x + i));
        var max = float.NegativeInfinity;
        for (var lane = 0; lane < 8; lane++) max = MathF.Max(max, greatest[lane]);
        for (; i < count; i++) max = MathF.Max(max, x[i]);
        return max;
    }

    /// <summary>x ← e^(x − offset) · scale, in place; returns the sum before scaling, in blocks summed in double.</summary>
    public static double ExpInPlace(float* x, float offset, float scale, int count)
    {
        double total = 0;
        var i = 0;
        while (i <= count - 8)
        {
            Vector256<float> sum = default;
            for (var end = Math.Min(count - 8, i + 2040); i <= end; i += 8)
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
        while (i <= count - 8)
        {
            Vector256<float> sum = default, product = default;
            for (var end = Math.Min(count - 8, i + 2040); i <= end; i += 8)
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
}
