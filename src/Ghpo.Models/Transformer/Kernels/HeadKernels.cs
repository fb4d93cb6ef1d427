using System.Runtime.CompilerServices;

namespace Ghpo.Models.Transformer.Kernels;

/// <summary>Log-softmax at target tokens over a chunk of logits, and the chunk's gradient in its place.</summary>
internal static unsafe class HeadKernels
{
    /// <summary>Up to so many rows <see cref="Logits"/> is faster than libtorch, which first copies all of the head into another order: few rows do not pay that back.</summary>
    public const int FewRows = 256;

    // Their part of the running sums is on the stack.
    private const int RowsAtOnce = 64;

    /// <summary>x·Wᵀ for few rows and a large vocabulary.</summary>
    /// <remarks><c>x</c>: (rows, hidden).</remarks>
    /// <remarks><c>weight</c>: (vocabulary, hidden).</remarks>
    /// <remarks><c>logits</c>: (rows, vocabulary).</remarks>
    public static void Logits(float* x, float* weight, float* logits, int rows, int hidden, int vocabulary)
    {
        Rows.ForItems((vocabulary + MatrixProduct.OutputsPerPiece - 1) / MatrixProduct.OutputsPerPiece, piece =>
        {
            var start = piece * MatrixProduct.OutputsPerPiece;
            Piece(start, Math.Min(vocabulary, start + MatrixProduct.OutputsPerPiece));
        });

        [SkipLocalsInit]
        void Piece(int start, int end)
        {
            var scratch = stackalloc float[MatrixProduct.ScratchFloats(RowsAtOnce)];
            for (var row = 0; row < rows; row += RowsAtOnce)
            {
                MatrixProduct.Compute<Float32Format>(
                    x + ((long)row * hidden), hidden, Math.Min(RowsAtOnce, rows - row), (byte*)weight, hidden, start, end, logits + ((long)row * vocabulary), vocabulary, scratch);
            }
        }
    }

    /// <summary>Log-probability of each row's target; the row's log-sum-exp; its entropy where asked.</summary>
    /// <remarks><c>logits</c>: (rows, vocabulary), already divided by the temperature.</remarks>
    /// <remarks><c>entropies</c>: (rows), or null.</remarks>
    public static void Forward(float* logits, int[] targets, int firstTarget, float* logProbs, float* normalizers, float* entropies, int rows, int vocabulary) =>
        Rows.ForEach(rows, vocabulary, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                var z = logits + ((long)row * vocabulary);
                var max = VectorMath.Max(z, vocabulary);
                var (sum, weighted) = VectorMath.SumOfExp(z, max, vocabulary, entropies != null);
                var normalizer = max + Math.Log(sum);
                normalizers[row] = (float)normalizer;
                logProbs[row] = (float)(z[targets[firstTarget + row]] - normalizer);
                // H = logsumexp(z) − Σ p·z
                if (entropies != null) entropies[row] = (float)(normalizer - (weighted / sum));
            }
        });

    /// <summary>Each row of logits becomes gradient·(onehot(target) − softmax(logits)).</summary>
    public static void Gradient(float* logits, int[] targets, int firstTarget, float* normalizers, float* gradients, int rows, int vocabulary) =>
        Rows.ForEach(rows, vocabulary, (first, end) =>
        {
            for (var row = first; row < end; row++)
            {
                var z = logits + ((long)row * vocabulary);
                VectorMath.ExpInPlace(z, normalizers[row], -gradients[row], vocabulary);
                z[targets[firstTarget + row]] += gradients[row];
            }
        });
}
