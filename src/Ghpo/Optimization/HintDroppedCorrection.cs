namespace Ghpo.Optimization;

/// <summary>How completions that were sampled under q ⊕ hint are weighted when trained under q.</summary>
public enum HintDroppedRatio
{
    /// <summary>They are not: hinted completions are trained under the prompt that they were sampled from.</summary>
    None,

    /// <summary>w_t = min(π_old(o_t | q) / π_old(o_t | q*), C) for each token: biased, of low variance.</summary>
    Token,

    /// <summary>w = min(π_old(o | q) / π_old(o | q*), C), one weight a sequence.</summary>
    Sequence,

    /// <summary>Guide's (arXiv 2506.13923): no weight; the clipped ratio itself is π_θ(o_t | q) / π_old(o_t | q*), and the clip kills most samples before the first step.</summary>
    SingleRatio,
}

/// <summary>
/// The hint-dropped objective (spec section 9): L = w · min(r A, clip(r) A) with r = π_θ/π_old, both under q, and a constant w that corrects for sampling under q*. Counts how much the weights leave of the sample.
/// </summary>
internal sealed class HintDroppedCorrection(HintDroppedRatio kind, double cap, double low, double high)
{
    private long _tokens;
    private long _capped;
    private double _sum;
    private double _squares;

    /// <summary>(Σ w)² / (n Σ w²); NaN before the first token.</summary>
    public double EffectiveShare => _squares > 0 ? _sum * _sum / (_tokens * _squares) : double.NaN;

    /// <summary>Share of the tokens whose weight is capped (single ratio: whose ratio is clipped already).</summary>
    public double CappedShare => _tokens > 0 ? (double)_capped / _tokens : double.NaN;

    /// <summary>The ratio's denominator and the weights of one completion.</summary>
    /// <param name="plain">log π_old(o_t | q), by the trainer.</param>
    /// <param name="sampled">log π_old(o_t | q*), as sampled.</param>
    public (float[] OldLogProbs, float[]? Weights) Apply(float[] plain, float[] sampled)
    {
        var sequence = kind == HintDroppedRatio.Sequence ? plain.Zip(sampled, (p, s) => (double)p - s).Sum() : 0;
        var weights = new float[plain.Length];
        for (var t = 0; t < weights.Length; t++)
        {
            var ratio = Math.Exp(kind == HintDroppedRatio.Sequence ? sequence : (double)plain[t] - sampled[t]);
            weights[t] = (float)(kind == HintDroppedRatio.SingleRatio ? ratio : Math.Min(ratio, cap));
            _capped += (kind == HintDroppedRatio.SingleRatio ? ratio < low || ratio > high : ratio > cap) ? 1 : 0;
            _sum += weights[t];
            _squares += (double)weights[t] * weights[t];
        }

        _tokens += weights.Length;
        return kind == HintDroppedRatio.SingleRatio ? (sampled, null) : (plain, weights);
    }
}
