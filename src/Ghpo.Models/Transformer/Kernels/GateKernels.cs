using System.Runtime.Intrinsics;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>The gated MLP's inner part: a = silu(g)·u, with g and u side by side in a row of 2·size numbers.</summary>
internal static unsafe class GateKernels
{
    /// <summary>Adds the biases to g and u in place where there are any, and writes a (rows, size).</summary>
    /// <remarks><c>bias</c>: Biases of g and u (2·size), or null.</remarks>
    public static void Forward(float* gateUp, float* bias, float* a, int rows, int size) =>
        Rows.ForEach(rows, 3L * size, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                var g = gateUp + ((long)row * 2 * size);
                if (bias != null) VectorMath.Add(g, bias, 2 * size);
                Product(g, g + size, a + ((long)row * size), size);
            }
        });

    /// <summary>Replaces g and u by their gradients, and da by a: with σ = 1/(1 + e^−g): dg = da·u·σ·(1 + g·(1 − σ)), du = da·g·σ.</summary>
    public static void Gradient(float* gateUp, float* da, int rows, int size) =>
        Rows.ForEach(rows, 3L * size, (first, end) =>
        {
            for (var row = first; row < end; row++) Gradient(gateUp + ((long)row * 2 * size), da + ((long)row * size), size);
        });

    private static void Product(float* g, float* u, float* a, int size)
    {
        var i = 0;
        for (; i <= size - 8; i += 8)
        {
            var gate = Vector256.Load(g + i);
            (gate * Sigmoid(gate) * Vector256.Load(u + i)).Store(a + i);
        }
        for (; i < size; i++) a[i] = g[i] * Sigmoid(Vector256.Create(g[i]))[0] * u[i];
    }

    private static void Gradient(float* g, float* da, int size)
    {
        var u = g + size;
        var i = 0;
        for (; i <= size - 8; i += 8)
        {
            var (dg, du, a) = Gradient(Vector256.Load(g + i), Vector256.Load(u + i), Vector256.Load(da + i));
            dg.Store(g + i);
            du.Store(u + i);
            a.Store(da + i);
        }
        for (; i < size; i++)
        {
            var (dg, du, a) = Gradient(Vector256.Create(g[i]), Vector256.Create(u[i]), Vector256.Create(da[i]));
            (g[i], u[i], da[i]) = (dg[0], du[0], a[0]);
        }
    }

    private static (Vector256<float> Gate, Vector256<float> Up, Vector256<float> Product) Gradient(Vector256<float> gate, Vector256<float> up, Vector256<float> da)
    {
        var sigmoid = Sigmoid(gate);
        var silu = gate * sigmoid;
        return (da * up * (sigmoid + (silu * (Vector256<float>.One - sigmoid))), da * silu, silu * up);
    }

    private static Vector256<float> Sigmoid(Vector256<float> x) => Vector256<float>.One / (Vector256<float>.One + VectorMath.Exp(-x));
}
