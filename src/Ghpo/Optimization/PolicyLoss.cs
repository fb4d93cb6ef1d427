namespace Ghpo.Optimization;

/// <summary>What a loss looks at in one completion. All arrays have its length |o|.</summary>
/// <param name="Advantage">A.</param>
/// <param name="LogProbs">log π_θ(o_t | prompt trained under).</param>
/// <param name="OldLogProbs">log π_old(o_t | prompt trained under): the ratio's denominator, a constant.</param>
/// <param name="ReferenceLogProbs">log π_ref(o_t), needed where β &gt; 0.</param>
/// <param name="Weights">A constant factor of each token's policy term (importance correction); null: 1.</param>
public readonly record struct LossSequence(double Advantage, float[] LogProbs, float[] OldLogProbs, float[]? ReferenceLogProbs = null, float[]? Weights = null);

/// <summary>What the loss's sums are divided by. A value: ranks and micro-batches add theirs up <b>before</b> the first backward pass, so that neither changes the loss.</summary>
/// <param name="Sequences">Completions in the loss, those of constant groups too; dropped groups count nowhere.</param>
/// <param name="Tokens">Their tokens.</param>
public readonly record struct Denominator(long Sequences, long Tokens)
{
    /// <summary>The denominator of two parts together.</summary>
    public static Denominator operator +(Denominator a, Denominator b) => Add(a, b);

    /// <summary>The denominator of two parts together.</summary>
    public static Denominator Add(Denominator a, Denominator b) => new(a.Sequences + b.Sequences, a.Tokens + b.Tokens);
}

/// <summary>
/// The clipped surrogate and its relatives (spec section 2), with their gradients written out: plain numbers in, plain numbers out, in double precision. The gradient with respect to the
/// log-probs is all that the model's backward pass needs, so no loss touches a tensor.
/// </summary>
/// <param name="options">Which objective, clipped how.</param>
/// <param name="maxCompletionLength">The longest completion allowed, for dr_grpo.</param>
public sealed class PolicyLoss(LossOptions options, int maxCompletionLength) : IObjective
{
    /// <summary>The options.</summary>
    public LossOptions Options => options;

    /// <inheritdoc/>
    public bool IsTokenwise => options.ImportanceSamplingLevel == ImportanceSamplingLevel.Token;

    /// <summary>The factor of one token's term in the loss.</summary>
    /// <param name="length">|o| of its completion.</param>
    /// <param name="denominator">Of the whole batch, over all ranks; for bnpo: of the completion's slice.</param>
    public double TokenWeight(int length, Denominator denominator) => options.LossType switch
    {
        LossType.Grpo or LossType.Sapo => 1.0 / denominator.Sequences / Math.Max(1, length),
        LossType.DrGrpo => 1.0 / denominator.Sequences / maxCompletionLength,
        LossType.Luspo => 1.0 / denominator.Sequences,
        _ => 1.0 / Math.Max(1, denominator.Tokens),
    };

    /// <summary>Adds a completion's clips and KL to <paramref name="statistics"/> and returns its share of the loss.</summary>
    /// <param name="sequence">The completion, or, where the objective is tokenwise, a part of it.</param>
    /// <param name="tokenWeight">From <see cref="TokenWeight"/>.</param>
    /// <param name="gradient">Receives ∂loss/∂log π_θ(o_t), (|o|).</param>
    /// <param name="statistics">Receives clip counts and KL.</param>
    public double Evaluate(in LossSequence sequence, double tokenWeight, Span<float> gradient, LossStatistics statistics)
    {
        var length = sequence.LogProbs.Length;
        var perSequence = options.ImportanceSamplingLevel == ImportanceSamplingLevel.Sequence;
        double meanLogRatio = 0;
        for (var t = 0; perSequence && t < length; t++)
            meanLogRatio += ((double)sequence.LogProbs[t] - sequence.OldLogProbs[t]) / length;

        double loss = 0, throughRatio = 0; // throughRatio: Σ_t ∂loss/∂(log-ratio), shared by all tokens where there is one ratio
        for (var t = 0; t < length; t++)
        {
            var ratio = Math.Exp(perSequence ? meanLogRatio : (double)sequence.LogProbs[t] - sequence.OldLogProbs[t]);
            var term = Surrogate(ratio, sequence.Advantage, sequence.LogProbs[t], statistics);
            var weight = sequence.Weights?[t] ?? 1.0;
            var (value, byRatio, direct) = (term.Value * weight, term.ByLogRatio * weight, term.ByLogProb * weight);
            if (options.Beta > 0)
            {
                var kl = Divergence(sequence.ReferenceLogProbs![t] - (double)sequence.LogProbs[t]);
                var factor = options.UseBiasCorrectionKl ? ratio : 1;
                statistics.KlSum += kl.Value * factor;
                value += options.Beta * kl.Value * factor;
                direct += options.Beta * kl.ByLogProb * factor;
                byRatio += options.UseBiasCorrectionKl ? options.Beta * kl.Value * ratio : 0;
            }

            loss += tokenWeight * value;
            gradient[t] = (float)(tokenWeight * (perSequence ? direct : direct + byRatio));
            throughRatio += tokenWeight * byRatio;
        }

        for (var t = 0; perSequence && t < length; t++)
            gradient[t] += (float)(throughRatio / length);
        statistics.Count(length);
        return loss;
    }

    /// <summary>One token's policy term, its derivative by the log-ratio, and its derivative by the log-prob where that enters apart from the ratio.</summary>
    private (double Value, double ByLogRatio, double ByLogProb) Surrogate(double ratio, double advantage, double logProb, LossStatistics statistics)
    {
        var (low, high) = (1 - options.Epsilon, 1 + options.UpperClip);
        switch (options.LossType)
        {
            case LossType.Cispo:
                var cap = Math.Min(ratio, options.UpperClip);
                statistics.HighClips += ratio > options.UpperClip && advantage > 0 ? 1 : 0;
                return (-cap * advantage * logProb, 0, -cap * advantage);
            case LossType.Sapo:
                var temperature = advantage > 0 ? options.SapoTemperaturePos : options.SapoTemperatureNeg;
                var gate = 1 / (1 + Math.Exp(-temperature * (ratio - 1)));
                return (-advantage * gate * 4 / temperature, -advantage * 4 * gate * (1 - gate) * ratio, 0);
            default:
                var capped = Math.Min(ratio, options.Delta ?? double.PositiveInfinity);
                var clipped = Math.Clamp(ratio, low, high);
                statistics.LowClips += capped < low && advantage < 0 ? 1 : 0;
                statistics.HighClips += capped > high && advantage > 0 ? 1 : 0;
                return capped * advantage <= clipped * advantage
                    ? (-capped * advantage, capped == ratio ? -ratio * advantage : 0, 0)
                    : (-clipped * advantage, clipped == ratio ? -ratio * advantage : 0, 0);
        }
    }

    /// <summary>KL estimate of a token and its derivative by log π_θ, with x = log π_ref − log π_θ.</summary>
    private (double Value, double ByLogProb) Divergence(double x) => options.KlEstimator switch
    {
        KlEstimator.K1 => (-x, 1),
        KlEstimator.K2 => (x * x / 2, -x),
        _ => (Math.Exp(x) - x - 1, 1 - Math.Exp(x)),
    };
}

/// <summary>Counts over the tokens of one update, for the clip and KL metrics.</summary>
public sealed class LossStatistics
{
    /// <summary>Tokens seen.</summary>
    public long Tokens { get; private set; }

    /// <summary>Tokens whose ratio fell below 1 − ε with a negative advantage.</summary>
    public long LowClips { get; set; }

    /// <summary>Tokens whose ratio rose above the upper clip with a positive advantage.</summary>
    public long HighClips { get; set; }

    /// <summary>Σ of the KL estimates.</summary>
    public double KlSum { get; set; }

    internal void Count(int tokens) => Tokens += tokens;
}
