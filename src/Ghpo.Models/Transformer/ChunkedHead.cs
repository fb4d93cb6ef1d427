using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>
/// Log-probabilities of target tokens under softmax(hidden · headᵀ / T) without ever holding the logits of all rows:
/// they are computed some rows at a time, once forward and once more backward, where each chunk becomes its own gradient in place.
/// </summary>
/// <remarks>With z = h·Wᵀ/T and p = softmax(z): log p_y = z_y − logsumexp(z); ∂ log p_y/∂z = onehot(y) − p. The log-sum-exp of each row is kept from the forward pass.</remarks>
internal sealed class ChunkedHead : autograd.SingleTensorFunction<ChunkedHead>
{
    /// <summary>The most that the logits of one chunk take, in bytes; with temporaries the head stays below 256 MB.</summary>
    public const long ChunkBytes = 80L << 20;

    /// <inheritdoc/>
    public override string Name => nameof(ChunkedHead);

    /// <summary>Log-probabilities (targets) in float32 of <paramref name="targets"/>, differentiable; and entropies, if asked, without a gradient.</summary>
    /// <param name="hidden">(targets, hidden).</param>
    /// <param name="head">(vocabulary, hidden).</param>
    /// <param name="targets">(targets) int64.</param>
    /// <param name="temperature">Divides the logits.</param>
    /// <param name="withEntropy">Also the entropy of each distribution, in nats.</param>
    public static TokenScores Score(Tensor hidden, Tensor head, Tensor targets, double temperature, bool withEntropy)
    {
        var entropies = withEntropy ? empty(targets.shape[0], ScalarType.Float32, hidden.device) : null;
        var logProbs = apply(hidden, head, new Request(targets, temperature, entropies));
        return new(logProbs, entropies);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] variables)
    {
        var (hidden, head, request) = ((Tensor)variables[0], (Tensor)variables[1], (Request)variables[2]);
        var rows = hidden.shape[0];
        var logProbs = empty(rows, ScalarType.Float32, hidden.device);
        var normalizers = empty(rows, ScalarType.Float32, hidden.device);
        foreach (var (start, length) in Chunks(rows, head.shape[0]))
        {
            using var scope = NewDisposeScope();
            var logits = Logits(hidden, head, start, length, request.Temperature);
            var normalizer = logits.logsumexp(1, true);
            var chosen = logits.gather(1, request.Targets.narrow(0, start, length).unsqueeze(1));
            logProbs.narrow(0, start, length).copy_((chosen - normalizer).squeeze(1));
            normalizers.narrow(0, start, length).copy_(normalizer.squeeze(1));
            if (request.Entropies is null) continue;
            // H = logsumexp(z) − Σ p·z
            var expected = (logits.sub(normalizer).exp_() * logits).sum(1);
            request.Entropies.narrow(0, start, length).copy_(normalizer.squeeze(1) - expected);
        }
        context.save_for_backward([hidden, head, request.Targets, normalizers]);
        context.save_data("temperature", request.Temperature);
        return logProbs;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput)
    {
        var saved = context.get_saved_variables();
        var (hidden, head, targets, normalizers) = (saved[0], saved[1], saved[2], saved[3]);
        var temperature = (double)context.get_data("temperature");
        using var noGradient = no_grad();
        var gradHidden = empty_like(hidden);
        var gradHead = head.requires_grad ? zeros_like(head) : null;
        foreach (var (start, length) in Chunks(hidden.shape[0], head.shape[0]))
        {
            using var scope = NewDisposeScope();
            var scale = gradOutput.narrow(0, start, length).unsqueeze(1) / temperature;
            var gradient = Logits(hidden, head, start, length, temperature);
            gradient.sub_(normalizers.narrow(0, start, length).unsqueeze(1)).exp_().mul_(-scale);
            gradient.scatter_add_(1, targets.narrow(0, start, length).unsqueeze(1), scale);
            var typed = gradient.to(hidden.dtype);
            gradHidden.narrow(0, start, length).copy_(typed.mm(head));
            gradHead?.addmm_(typed.t(), hidden.narrow(0, start, length));
        }
        return [gradHidden, gradHead!, null!];
    }

    private static Tensor Logits(Tensor hidden, Tensor head, long start, long length, double temperature)
    {
        var logits = hidden.narrow(0, start, length).mm(head.t()).to(ScalarType.Float32);
        return temperature == 1 ? logits : logits.div_(temperature);
    }

    private static IEnumerable<(long Start, long Length)> Chunks(long rows, long vocabulary)
    {
        var most = Math.Max(1, ChunkBytes / (4 * vocabulary));
        for (long start = 0; start < rows; start += most) yield return (start, Math.Min(most, rows - start));
    }

    private sealed record Request(Tensor Targets, double Temperature, Tensor? Entropies);
}
