using System.Text.Json.Serialization;

namespace Ghpo.Optimization;

/// <summary>How the learning rate goes after the warm-up; names and values as in transformers.</summary>
public enum LearningRateDecay
{
    /// <summary>Half a cosine to 0.</summary>
    Cosine,

    /// <summary>Half a cosine to <c>min_lr_rate</c> · learning rate.</summary>
    [JsonStringEnumMemberName("cosine_with_min_lr")]
    CosineWithMinLr,

    /// <summary>Straight to 0.</summary>
    Linear,

    /// <summary>No decay, no warm-up.</summary>
    Constant,

    /// <summary>No decay after the warm-up.</summary>
    [JsonStringEnumMemberName("constant_with_warmup")]
    ConstantWithWarmup,
}

/// <summary>The learning rate of each step: a pure function of the step, so it needs no state.</summary>
/// <param name="Decay">The form after the warm-up.</param>
/// <param name="Peak">The learning rate after the warm-up.</param>
/// <param name="WarmupSteps">Steps over which it rises from 0.</param>
/// <param name="TotalSteps">Steps of the phase.</param>
/// <param name="MinimumRate">The floor of <see cref="LearningRateDecay.CosineWithMinLr"/>, as a fraction of the peak.</param>
public sealed record LearningRateSchedule(LearningRateDecay Decay, double Peak, int WarmupSteps, int TotalSteps, double MinimumRate = 0)
{
    /// <summary>The learning rate that step <paramref name="step"/> (from 0) uses.</summary>
    public double At(int step)
    {
        if (Decay == LearningRateDecay.Constant)
            return Peak;
        if (step < WarmupSteps)
            return Peak * step / Math.Max(1, WarmupSteps);
        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        var cosine = Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress)));
        return Peak * Decay switch
        {
            LearningRateDecay.Cosine => cosine,
            LearningRateDecay.CosineWithMinLr => cosine * (1 - MinimumRate) + MinimumRate,
            LearningRateDecay.Linear => Math.Max(0, 1 - progress),
            _ => 1,
        };
    }
}
