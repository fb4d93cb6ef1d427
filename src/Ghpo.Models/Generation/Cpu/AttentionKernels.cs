using System.Runtime.Intrinsics;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>The weighted sum of cached values. Each element of a result is one chain of multiply-adds over the tokens in order, whichever kernel runs it.</summary>
internal static unsafe class AttentionKernels
{
    /// <summary>sums[q] += Σ_t weights[q][t] · values[t], for <paramref name="queries"/> rows that see the same tokens.</summary>
    /// <param name="weights">Row q at q · <paramref name="weightStride"/>: one weight a token.</param>
    /// <param name="weightStride">Floats from one row of weights to the next.</param>
    /// <param name="values">(tokens, width).</param>
    /// <param name="tokens">How many tokens.</param>
    /// <param name="sums">(queries, width).</param>
    /// <param name="queries">How many rows.</param>
    /// <param name="width">A multiple of eight.</param>
    public static void AddWeighted(float* weights, nint weightStride, float* values, int tokens, float* sums, int queries, int width)
    {
        for (var query = 0; query < queries;)
        {
            // Four left are two and two: one row has too few sums to keep the multipliers busy.
            var count = queries - query is 1 or 2 or 4 ? Math.Min(2, queries - query) : 3;
            float* w = weights + (query * weightStride), result = sums + (query * width);
            var column = 0;
            for (; column + 32 <= width; column += 32)
            {
                if (count == 3) ThreeByFour(w, weightStride, values + column, tokens, result + column, width);
                else if (count == 2) TwoByFour(w, weightStride, values + column, tokens, result + column, width);
                else OneByFour(w, values + column, tokens, result + column, width);
            }

            for (; column < width; column += 8)
            {
                for (var row = 0; row < count; row++) OneByOne(w + (row * weightStride), values + column, tokens, result + (row * width) + column, width);
            }

            query += count;
        }
    }

    private static void ThreeByFour(float* weights, nint stride, float* values, int tokens, float* sums, nint width)
    {
        var sums1 = sums + width;
        var sums2 = sums1 + width;
        var (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
        var (b0, b1, b2, b3) = (Vector256.Load(sums1), Vector256.Load(sums1 + 8), Vector256.Load(sums1 + 16), Vector256.Load(sums1 + 24));
        var (c0, c1, c2, c3) = (Vector256.Load(sums2), Vector256.Load(sums2 + 8), Vector256.Load(sums2 + 16), Vector256.Load(sums2 + 24));
        for (var t = 0; t < tokens; t++, values += width)
        {
            var (p, q, r) = (Vector256.Create(weights[t]), Vector256.Create(weights[stride + t]), Vector256.Create(weights[2 * stride + t]));
            var v = Vector256.Load(values);
            a0 = Vector256.MultiplyAddEstimate(p, v, a0);
            b0 = Vector256.MultiplyAddEstimate(q, v, b0);
            c0 = Vector256.MultiplyAddEstimate(r, v, c0);
            v = Vector256.Load(values + 8);
            a1 = Vector256.MultiplyAddEstimate(p, v, a1);
            b1 = Vector256.MultiplyAddEstimate(q, v, b1);
            c1 = Vector256.MultiplyAddEstimate(r, v, c1);
            v = Vector256.Load(values + 16);
            a2 = Vector256.MultiplyAddEstimate(p, v, a2);
            b2 = Vector256.MultiplyAddEstimate(q, v, b2);
            c2 = Vector256.MultiplyAddEstimate(r, v, c2);
            v = Vector256.Load(values + 24);
            a3 = Vector256.MultiplyAddEstimate(p, v, a3);
            b3 = Vector256.MultiplyAddEstimate(q, v, b3);
            c3 = Vector256.MultiplyAddEstimate(r, v, c3);
        }

        Store(sums, a0, a1, a2, a3);
        Store(sums1, b0, b1, b2, b3);
        Store(sums2, c0, c1, c2, c3);
    }

    private static void TwoByFour(float* weights, nint stride, float* values, int tokens, float* sums, nint width)
    {
        var sums1 = sums + width;
        var (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
        var (b0, b1, b2, b3) = (Vector256.Load(sums1), Vector256.Load(sums1 + 8), Vector256.Load(sums1 + 16), Vector256.Load(sums1 + 24));
        for (var t = 0; t < tokens; t++, values += width)
        {
            var (p, q) = (Vector256.Create(weights[t]), Vector256.Create(weights[stride + t]));
            var v = Vector256.Load(values);
            a0 = Vector256.MultiplyAddEstimate(p, v, a0);
            b0 = Vector256.MultiplyAddEstimate(q, v, b0);
            v = Vector256.Load(values + 8);
            a1 = Vector256.MultiplyAddEstimate(p, v, a1);
            b1 = Vector256.MultiplyAddEstimate(q, v, b1);
            v = Vector256.Load(values + 16);
            a2 = Vector256.MultiplyAddEstimate(p, v, a2);
            b2 = Vector256.MultiplyAddEstimate(q, v, b2);
            v = Vector256.Load(values + 24);
            a3 = Vector256.MultiplyAddEstimate(p, v, a3);
            b3 = Vector256.MultiplyAddEstimate(q, v, b3);
        }

        Store(sums, a0, a1, a2, a3);
        Store(sums1, b0, b1, b2, b3);
    }

    private static void OneByFour(float* weights, float* values, int tokens, float* sums, nint width)
    {
        var (a0, a1, a2, a3) = (Vector256.Load(sums), Vector256.Load(sums + 8), Vector256.Load(sums + 16), Vector256.Load(sums + 24));
        for (var t = 0; t < tokens; t++, values += width)
        {
            var p = Vector256.Create(weights[t]);
            a0 = Vector256.MultiplyAddEstimate(p, Vector256.Load(values), a0);
            a1 = Vector256.MultiplyAddEstimate(p, Vector256.Load(values + 8), a1);
            a2 = Vector256.MultiplyAddEstimate(p, Vector256.Load(values + 16), a2);
            a3 = Vector256.MultiplyAddEstimate(p, Vector256.Load(values + 24), a3);
        }

        Store(sums, a0, a1, a2, a3);
    }

    private static void OneByOne(float* weights, float* values, int tokens, float* sums, nint width)
    {
        var a = Vector256.Load(sums);
        for (var t = 0; t < tokens; t++, values += width) a = Vector256.MultiplyAddEstimate(Vector256.Create(weights[t]), Vector256.Load(values), a);
        Vector256.Store(a, sums);
    }

    private static void Store(float* sums, Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d)
    {
        Vector256.Store(a, sums);
        Vector256.Store(b, sums + 8);
        Vector256.Store(c, sums + 16);
        Vector256.Store(d, sums + 24);
    }
}
