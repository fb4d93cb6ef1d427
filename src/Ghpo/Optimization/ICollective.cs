using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>What the ranks of a run do together. <i>Sum</i> is all they ever need: denominators before the first micro-batch, gradients after the last.</summary>
public interface ICollective
{
    /// <summary>This process among all, from 0.</summary>
    int Rank { get; }

    /// <summary>How many processes train together.</summary>
    int Count { get; }

    /// <summary>Adds each number up over the ranks, in place.</summary>
    void Sum(Span<double> values);

    /// <summary>Adds a tensor up over the ranks, in place.</summary>
    void Sum(Tensor tensor);
}

/// <summary>One process: every sum is what it already is.</summary>
public sealed class SingleProcess : ICollective
{
    /// <inheritdoc/>
    public int Rank => 0;

    /// <inheritdoc/>
    public int Count => 1;

    /// <inheritdoc/>
    public void Sum(Span<double> values)
    {
    }

    /// <inheritdoc/>
    public void Sum(Tensor tensor)
    {
    }
}
