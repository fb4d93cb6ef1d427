using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>What an adapter adds to a linear layer: y += scale · (x·Aᵀ)·Bᵀ.</summary>
/// <param name="A">(rank, input), float32.</param>
/// <param name="B">(output, rank), float32.</param>
/// <param name="Scale">alpha / rank, or alpha / √rank.</param>
/// <param name="Dropout">Probability with which a number of x is left out of the addition while training.</param>
/// <param name="Index">The layer's place among the adapted ones; decides its dropout masks.</param>
internal sealed record LowRank(Tensor A, Tensor B, float Scale, double Dropout, int Index)
{
    /// <summary>Whether a pass of this dropout key leaves numbers out.</summary>
    public bool Drops(ulong? key) => key is not null && Dropout > 0;

    /// <summary>x with some numbers left out and the rest scaled up by 1 / (1 − dropout), so that its mean stays; a function of the pass's key, so that a second computation is the same.</summary>
    public Tensor Kept(Tensor x, ulong? key) => Drops(key) ? x * Mask(x, key!.Value) : x;

    /// <summary>What <see cref="Kept"/> multiplies by: 0 or 1 / (1 − dropout).</summary>
    public Tensor Mask(Tensor x, ulong key)
    {
        using var generator = new Generator(Initialization.Mix(key + ((ulong)(Index + 1) * 0x9E3779B97F4A7C15)) >> 1);
        return empty(x.shape, ScalarType.Float32).bernoulli_(1 - Dropout, generator).div_(1 - Dropout).to(x.dtype, x.device);
    }
}
