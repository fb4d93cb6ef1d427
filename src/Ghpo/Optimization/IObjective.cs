namespace Ghpo.Optimization;

/// <summary>What an update minimises: a sum over completions, each with its own share and gradient.</summary>
public interface IObjective
{
    /// <summary>A token's gradient follows from its own log-probs alone: <see cref="Evaluate"/> may be given a completion in parts.</summary>
    bool IsTokenwise { get; }

    /// <summary>The factor of each token's term, given the completion's length and the denominator of the whole batch over all ranks (or of its slice).</summary>
    double TokenWeight(int length, Denominator denominator);

    /// <summary>The share of the loss of one completion, or of a part of one; writes ∂loss/∂log-prob of each of its tokens into <paramref name="gradient"/>.</summary>
    double Evaluate(in LossSequence sequence, double tokenWeight, Span<float> gradient, LossStatistics statistics);
}

/// <summary>Supervised learning: the mean of −log π(o_t) over all tokens of the batch.</summary>
public sealed class SupervisedLoss : IObjective
{
    /// <inheritdoc/>
    public bool IsTokenwise => true;

    /// <inheritdoc/>
    public double TokenWeight(int length, Denominator denominator) => 1.0 / Math.Max(1, denominator.Tokens);

    /// <inheritdoc/>
    public double Evaluate(in LossSequence sequence, double tokenWeight, Span<float> gradient, LossStatistics statistics)
    {
        gradient.Fill((float)-tokenWeight);
        double sum = 0;
        foreach (var logProb in sequence.LogProbs)
            sum -= logProb;
        statistics.Count(sequence.LogProbs.Length);
        return sum * tokenWeight;
    }
}
