using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>The numbers of contiguous float32 tensors on the CPU, where they lie, in chunks that threads share out.</summary>
internal static class FloatMemory
{
    /// <summary>Numbers of a chunk; chunks are the same whatever the number of threads.</summary>
    public const int Chunk = 1 << 16;

    /// <summary>Calls the body for every chunk of so many numbers, with where it starts and how long it is.</summary>
    public static void ForChunks(long length, Action<long, int> body)
    {
        var chunks = (length + Chunk - 1) / Chunk;
        void One(long chunk) => body(chunk * Chunk, (int)Math.Min(Chunk, length - chunk * Chunk));
        if (chunks == 1)
            One(0);
        else
            Parallel.For(0, chunks, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() }, One);
    }

    /// <summary>Some of a tensor's numbers; valid while it lives.</summary>
    public static unsafe Span<float> Of(Tensor tensor, long start, int count) => new((float*)TensorMemory.Pointer(tensor) + start, count);

    /// <summary>Σ x², partial sums over the chunks added in order: the same whatever the number of threads.</summary>
    public static double SumOfSquares(Tensor tensor)
    {
        var partial = new double[(tensor.numel() + Chunk - 1) / Chunk];
        ForChunks(tensor.numel(), (start, count) =>
        {
            double sum = 0;
            foreach (var x in Of(tensor, start, count))
                sum += (double)x * x;
            partial[start / Chunk] = sum;
        });
        return partial.Sum();
    }
}
