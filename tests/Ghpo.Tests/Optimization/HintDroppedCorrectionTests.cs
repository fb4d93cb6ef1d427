using Ghpo.Optimization;

namespace Ghpo.Tests.Optimization;

public class HintDroppedCorrectionTests
{
    // π_old(o | q) = 0.1, 0.6, 0.5 where π_old(o | q*) was 0.2, 0.3, 0.5: ratios 0.5, 2, 1.
    private static readonly float[] Plain = [MathF.Log(0.1f), MathF.Log(0.6f), MathF.Log(0.5f)];
    private static readonly float[] Sampled = [MathF.Log(0.2f), MathF.Log(0.3f), MathF.Log(0.5f)];

    [Fact]
    public void Token_weights_are_truncated_ratios_and_the_trust_region_is_under_the_plain_prompt()
    {
        var correction = new HintDroppedCorrection(HintDroppedRatio.Token, cap: 1.5, 0.8, 1.2);
        var (old, weights) = correction.Apply(Plain, Sampled);
        Assert.Same(Plain, old);
        Assert.Equal([0.5, 1.5, 1], weights!.Select(w => Math.Round(w, 5)));
        Assert.Equal(1 / 3.0, correction.CappedShare, 9);
        Assert.Equal(9 / (3 * (0.25 + 2.25 + 1)), correction.EffectiveShare, 5);
    }

    [Fact]
    public void Sequence_weights_are_one_product_for_all_tokens()
    {
        var (_, weights) = new HintDroppedCorrection(HintDroppedRatio.Sequence, cap: 10, 0.8, 1.2).Apply(Plain[..1], Sampled[..1]);
        Assert.Equal(0.5, weights![0], 5);
        (_, weights) = new HintDroppedCorrection(HintDroppedRatio.Sequence, cap: 10, 0.8, 1.2).Apply(Plain, Sampled);
        Assert.All(weights!, w => Assert.Equal(1, w, 5)); // 0.5 · 2 · 1
    }

    [Fact]
    public void The_single_ratio_is_clipped_against_what_was_sampled_without_weights()
    {
        var correction = new HintDroppedCorrection(HintDroppedRatio.SingleRatio, cap: 1, 0.8, 1.2);
        var (old, weights) = correction.Apply(Plain, Sampled);
        Assert.Same(Sampled, old);
        Assert.Null(weights);
        Assert.Equal(2 / 3.0, correction.CappedShare, 9); // two of three are outside the clip before the first step
    }

    [Fact]
    public void Without_hint_dropped_tokens_there_is_no_figure() => Assert.True(double.IsNaN(new HintDroppedCorrection(HintDroppedRatio.Token, 1, 0.8, 1.2).EffectiveShare));
}
