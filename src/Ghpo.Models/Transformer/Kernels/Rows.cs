namespace Ghpo.Models.Transformer.Kernels;

/// <summary>Splits work over rows or items among as many threads as torch's own products use.</summary>
internal static class Rows
{
    /// <summary>Rows of one block where partial sums are kept: fixed, so that sums do not depend on the number of threads.</summary>
    public const int Block = 128;

    /// <summary>Calls <c>body</c> with ranges [first, end) of rows; inline where the work is small.</summary>
    /// <remarks><c>count</c>: Rows.</remarks>
    /// <remarks><c>numbersPerRow</c>: What one row costs, in numbers touched.</remarks>
    /// <remarks><c>body</c>: The work on a range.</remarks>
    public static void ForEach(int count, long numbersPerRow, Action<int, int> body)
    {
        const long Inline = 1 << 15;
        var threads = TorchSharp.torch.get_num_threads();
        if (threads == 1 || count * numbersPerRow < Inline)
        {
            body(0, count);
            return;
        }
        var parts = Math.Min(threads * 2, count);
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
            body((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
    }

    /// <summary>Calls <c>body</c> once per item, each on one thread.</summary>
    public static void ForItems(int count, Action<int> body)
    {
        var threads = TorchSharp.torch.get_num_threads();
        if (threads == 1 || count == 1)
        {
            for (var i = 0; i < count; i++) body(i);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
    }

    /// <summary>How many blocks of <see cref="Block"/> rows there are.</summary>
    public static int Blocks(int count) => (count + Block - 1) / Block;
}
