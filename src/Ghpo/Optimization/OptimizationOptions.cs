using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ghpo.Optimization;

/// <summary>The optimiser, its schedule and the objective.</summary>
public sealed record OptimizationOptions : LossOptions
{
    /// <summary>Peak learning rate.</summary>
    [Description("peak learning rate (paper: 1e-6 for 7B)"), Range(0, 10)]
    public double LearningRate { get; init; } = 1e-6;

    /// <summary>How the learning rate goes after the warm-up.</summary>
    [Description("learning rate after the warm-up: cosine, cosine_with_min_lr, linear, constant, constant_with_warmup")]
    public LearningRateDecay LrSchedulerType { get; init; } = LearningRateDecay.Cosine;

    /// <summary>Fraction of the phase's steps over which the learning rate rises.</summary>
    [Description("fraction of the steps over which the learning rate rises from 0 (paper: 0.1)"), Range(0, 1)]
    public double WarmupRatio { get; init; } = 0.1;

    /// <summary>Steps over which the learning rate rises; wins over the ratio.</summary>
    [Description("steps over which the learning rate rises from 0 (default: warmup_ratio of all)"), Range(0, int.MaxValue)]
    public int? WarmupSteps { get; init; }

    /// <summary>The floor of cosine_with_min_lr as a fraction of the peak.</summary>
    [Description("cosine_with_min_lr: the floor, as a fraction of the peak"), Range(0, 1)]
    public double MinLrRate { get; init; }

    /// <summary>How the optimiser keeps its moments.</summary>
    [Description("adamw, or adamw_8bit: moments in 8 bits, about 2 bytes a weight instead of 8, rounded without bias (on the CPU)")]
    public OptimizerKind Optimizer { get; init; }

    /// <summary>AdamW's β₁.</summary>
    [Description("AdamW's beta1"), Range(0, 0.999999)]
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>AdamW's β₂.</summary>
    [Description("AdamW's beta2"), Range(0, 0.999999)]
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>AdamW's ε.</summary>
    [Description("AdamW's epsilon"), Range(0, 1)]
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay.</summary>
    [Description("decoupled weight decay (paper: 0)"), Range(0, 1)]
    public double WeightDecay { get; init; }

    /// <summary>Gradients are scaled down to this norm.</summary>
    [Description("gradients are scaled down to this global norm (0: never)"), Range(0, 1e9)]
    public double MaxGradNorm { get; init; } = 1.0;

    /// <summary>Inner epochs over each batch of experience.</summary>
    [Description("passes over each batch of rollouts (inner epochs); batches of demonstrations get one"), Range(1, 1000)]
    public int NumIterations { get; init; } = 1;

    /// <summary>What centred rewards are divided by.</summary>
    [Description("centred rewards are divided by the deviation of the group, of the batch, or not at all")]
    public RewardScale ScaleRewards { get; init; } = RewardScale.Group;

    /// <summary>Completions cut off at the limit take no part in the loss.</summary>
    [Description("leave completions that were cut off at the limit out of the loss (DAPO's overlong filtering)")]
    public bool MaskTruncatedCompletions { get; init; }

    /// <summary>Tokens in one forward and backward pass: memory, never the result.</summary>
    [Description("tokens in one forward and backward pass: a matter of memory, it changes no result (default: what the memory leaves room for, 256 to 16384)"), Range(1, int.MaxValue)]
    public int? MicroBatchTokens { get; init; }

    /// <summary>Compute each layer again in the backward pass.</summary>
    [Description("keep only each layer's input for the backward pass and compute the rest again: less memory for about a third more work, it changes no result (float32 arithmetic on the CPU)")]
    public bool GradientCheckpointing { get; init; }

    /// <summary>bnpo: slices that are normalised each by its own tokens.</summary>
    [Description("bnpo: slices of the batch that are normalised each by its own tokens (the reference: one a micro-batch)"), Range(1, 100_000)]
    public int BnpoSlices { get; init; } = 1;

    /// <summary>Cap C of the correction for drift between sampler and trainer.</summary>
    [Description("where sampler and trainer differ: weight tokens by min(pi_trainer/pi_sampler, this) (0: never; only worth it for a sampler of lower precision)"), Range(0, 1000)]
    public double SamplingCorrectionCap { get; init; }

    /// <summary>Train hinted completions under the plain prompt, and how they are weighted for that.</summary>
    [Description("train hinted completions under the plain prompt, weighted for it: none (off), token or sequence (importance weights beside the clipped ratio), single_ratio (Guide's)")]
    public HintDroppedRatio HintDropped { get; init; }

    /// <summary>C: importance weights of the hint-dropped objective are truncated there.</summary>
    [Description("hint_dropped: importance weights are truncated at this"), Range(1e-3, 1000)]
    public double HintDroppedCap { get; init; } = 1.0;

    /// <summary>What of these options supervised learning knows: everything about ratios, advantages and inner epochs is left out, so that recipes that differ there alone share their warm-up.</summary>
    internal OptimizationOptions ForDemonstrations() => new()
    {
        LearningRate = LearningRate,
        LrSchedulerType = LrSchedulerType,
        WarmupRatio = WarmupRatio,
        WarmupSteps = WarmupSteps,
        MinLrRate = MinLrRate,
        Optimizer = Optimizer,
        AdamBeta1 = AdamBeta1,
        AdamBeta2 = AdamBeta2,
        AdamEpsilon = AdamEpsilon,
        WeightDecay = WeightDecay,
        MaxGradNorm = MaxGradNorm,
        MicroBatchTokens = MicroBatchTokens,
        GradientCheckpointing = GradientCheckpointing,
    };

    /// <summary>The schedule over a phase of so many steps.</summary>
    internal LearningRateSchedule Schedule(int totalSteps) =>
        new(LrSchedulerType, LearningRate, WarmupSteps ?? (int)Math.Ceiling(WarmupRatio * totalSteps), totalSteps, MinLrRate);
}
