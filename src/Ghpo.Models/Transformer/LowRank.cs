using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>What an adapter adds to a linear layer: y += scale · (x·Aᵀ)·Bᵀ.</summary>
/// <param name="A">(rank, input), float32.</param>
/// <param name="B">(output, rank), float32.</param>
/// <param name="Scale">alpha / rank, or alpha / √rank.</param>
/// <param name="Dropout">Probability with which a number of x is left out of the addition while training.</param>
internal sealed record LowRank(Tensor A, Tensor B, float Scale, double Dropout);
