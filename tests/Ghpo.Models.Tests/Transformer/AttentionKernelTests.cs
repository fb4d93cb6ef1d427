using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>Attention and its gradient against plain sums in double, for sizes, lengths and windows that fit no vector, block or tile.</summary>
public unsafe class AttentionKernelTests
{
    [Theory]
    [InlineData(4, 2, 32, int.MaxValue)]
    [InlineData(7, 1, 10, int.MaxValue)]
    [InlineData(3, 3, 20, 7)]
    [InlineData(6, 2, 24, 40)]
    [InlineData(2, 1, 8, 1)]
    [InlineData(50, 1, 3, 250)]
    public void Outputs_and_gradients_are_those_of_plain_sums(int heads, int keyHeads, int size, int window)
    {
        LibTorch.EnsureLoaded();
        Segment[] segments =
        [
            new(0, 5, 0, 0), new(5, 33, 0, 5), new(38, 1, 0, 5), new(39, 1, 39, 0), new(40, 33, 40, 0), new(73, 5, 40, 33),
            new(78, 239, 78, 0), new(317, 18, 78, 239), new(335, 13, 335, 0),
        ];
        const int Tokens = 348;
        var shape = new HeadShape(heads, keyHeads, size);
        var random = new Random(heads);
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 4) - 2))];
        float[] qkv = Draw(Tokens * shape.Row), incoming = Draw(Tokens * shape.Queries);
        float[] output = new float[Tokens * shape.Queries], normalizers = new float[Tokens * heads], gradients = new float[Tokens * shape.Row];
        fixed (float* x = qkv, dy = incoming, y = output, n = normalizers, dx = gradients)
        {
            AttentionKernel.Forward(x, y, n, segments, shape, window);
            AttentionGradient.Backward(x, y, n, dy, dx, segments, shape, window);
        }
        var (expected, expectedGradients) = Plain(qkv, incoming, segments, shape, window);
        for (var i = 0; i < output.Length; i++) Assert.InRange(output[i] - expected[i], -1e-5, 1e-5);
        for (var i = 0; i < gradients.Length; i++) Assert.InRange(gradients[i] - expectedGradients[i], -1e-3, 1e-3);
    }

    private static (double[] Output, double[] Gradients) Plain(float[] qkv, float[] incoming, Segment[] segments, HeadShape shape, int window)
    {
        var (output, gradients) = (new double[incoming.Length], new double[qkv.Length]);
        foreach (var segment in segments)
        {
            for (var own = 0; own < segment.Length; own++)
            {
                var position = segment.TrunkLength + own;
                var seen = Enumerable.Range(0, position + 1).Where(key => key > (long)position - window)
                    .Select(key => key < segment.TrunkLength ? segment.TrunkStart + key : segment.Start + key - segment.TrunkLength).ToArray();
                for (var head = 0; head < shape.Heads; head++)
                {
                    var query = ((segment.Start + own) * shape.Row) + (head * shape.Size);
                    var target = ((segment.Start + own) * shape.Queries) + (head * shape.Size);
                    int Key(int token) => (token * shape.Row) + shape.Queries + (head / shape.Group * shape.Size);
                    int Value(int token) => Key(token) + shape.Keys;
                    double Dot(float[] a, int atA, int atB) => Enumerable.Range(0, shape.Size).Sum(i => (double)a[atA + i] * qkv[atB + i]);
                    var scale = 1 / Math.Sqrt(shape.Size);
                    var weights = seen.Select(token => Math.Exp(Dot(qkv, query, Key(token)) * scale)).ToArray();
                    var sum = weights.Sum();
                    var slopes = seen.Select(token => Dot(incoming, target, Value(token))).ToArray();
                    var mean = weights.Zip(slopes, (w, s) => w * s).Sum() / sum;
                    for (var j = 0; j < seen.Length; j++)
                    {
                        var (p, key, value) = (weights[j] / sum, Key(seen[j]), Value(seen[j]));
                        var score = p * (slopes[j] - mean) * scale;
                        for (var i = 0; i < shape.Size; i++)
                        {
                            output[target + i] += p * qkv[value + i];
                            gradients[value + i] += p * incoming[target + i];
                            gradients[query + i] += score * qkv[key + i];
                            gradients[key + i] += score * qkv[query + i];
                        }
                    }
                }
            }
        }
        return (output, gradients);
    }
}
