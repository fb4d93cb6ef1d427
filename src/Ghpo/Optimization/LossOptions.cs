using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Ghpo.Optimization;

/// <summary>How per-token terms are weighted and summed.</summary>
public enum LossType
{
    /// <summary>The mean over sequences of the mean over a sequence's tokens (GRPO, GHPO).</summary>
    Grpo,

    /// <summary>The mean over the tokens of each slice of the batch (open-r1's and the reference recipe's).</summary>
    Bnpo,

    /// <summary>Σ over tokens / (sequences · longest completion allowed): no length bias (Dr. GRPO).</summary>
    [JsonStringEnumMemberName("dr_grpo")]
    DrGrpo,

    /// <summary>The mean over all tokens of the batch (DAPO).</summary>
    Dapo,

    /// <summary>−stop-gradient[min(r, ε_high)] · A · log π, over all tokens of the batch (MiniMax-M1).</summary>
    Cispo,

    /// <summary>A smooth gate 4σ(τ(r − 1))/τ in place of the clip; mean as in GRPO.</summary>
    Sapo,

    /// <summary>The mean over sequences of the sum over tokens; meant for sequence-level ratios.</summary>
    Luspo,
}

/// <summary>What the importance ratio is taken over.</summary>
public enum ImportanceSamplingLevel
{
    /// <summary>r_t = π_θ(o_t) / π_old(o_t).</summary>
    Token,

    /// <summary>One ratio a sequence: exp of the mean log-ratio of its tokens (GSPO).</summary>
    Sequence,
}

/// <summary>Estimators of KL(π_θ ‖ π_ref) from one sampled token (Schulman): with x = log π_ref − log π_θ.</summary>
public enum KlEstimator
{
    /// <summary>−x: unbiased, noisy.</summary>
    K1,

    /// <summary>x² / 2: biased, steady.</summary>
    K2,

    /// <summary>eˣ − x − 1: unbiased, never negative (TRL).</summary>
    K3,
}

/// <summary>The policy objective; defaults are GHPO's (spec section 2).</summary>
public record LossOptions
{
    /// <summary>How terms are summed.</summary>
    [Description("how per-token terms are summed: grpo, bnpo, dr_grpo, dapo, cispo, sapo, luspo")]
    public LossType LossType { get; init; } = LossType.Grpo;

    /// <summary>ε: the ratio is clipped below 1 − ε.</summary>
    [Description("the importance ratio is clipped below 1 - epsilon"), Range(0, 1)]
    public double Epsilon { get; init; } = 0.2;

    /// <summary>Upper clip: above 1 + ε_high (cispo: above ε_high itself, as in TRL).</summary>
    [Description("the ratio is clipped above 1 + epsilon_high (default: epsilon); for cispo it is capped at epsilon_high itself"), Range(0, 1000)]
    public double? EpsilonHigh { get; init; }

    /// <summary>Two-sided clipping: the unclipped branch too is capped at δ.</summary>
    [Description("two-sided clipping: cap of the ratio where the advantage is negative (INTELLECT-2); none if absent"), Range(0, 1000)]
    public double? Delta { get; init; }

    /// <summary>Token or sequence ratios.</summary>
    [Description("importance ratio of each token, or one of the whole sequence (GSPO)")]
    public ImportanceSamplingLevel ImportanceSamplingLevel { get; init; }

    /// <summary>β: weight of the KL term; 0 needs no reference model.</summary>
    [Description("weight of the KL term to the start model (0: none, and no reference model is held)"), Range(0, 1000)]
    public double Beta { get; init; }

    /// <summary>How KL is estimated.</summary>
    [Description("estimator of the KL term: k1, k2, k3")]
    public KlEstimator KlEstimator { get; init; } = KlEstimator.K3;

    /// <summary>Multiply the KL term by the importance ratio.</summary>
    [Description("multiply the KL term by the importance ratio, as TRL does by default")]
    public bool UseBiasCorrectionKl { get; init; } = true;

    /// <summary>SAPO's temperature where the advantage is positive.</summary>
    [Description("sapo: temperature where the advantage is positive"), Range(1e-3, 1000)]
    public double SapoTemperaturePos { get; init; } = 1.0;

    /// <summary>SAPO's temperature where the advantage is not positive.</summary>
    [Description("sapo: temperature where the advantage is negative"), Range(1e-3, 1000)]
    public double SapoTemperatureNeg { get; init; } = 1.05;

    internal double UpperClip => EpsilonHigh ?? Epsilon;
}
