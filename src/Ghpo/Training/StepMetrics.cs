using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Optimization;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>The figures of a step, from what was sampled and what the update did. Rewards without "trained" in their name are those of round 0: the honest, unguided ones.</summary>
internal static class StepMetrics
{
    public static Dictionary<string, double> Of(Harvest harvest, UpdateReport update, IReadOnlyList<WeightedReward> rewards, IReadOnlyList<double> ratios)
    {
        var values = new Dictionary<string, double>
        {
            [MetricNames.Loss] = update.Loss,
            [MetricNames.GradNorm] = update.GradientNorm,
            [MetricNames.Epoch] = harvest.Epoch,
            [MetricNames.Entropy] = update.Entropy,
        };
        if (harvest.Groups.Count == 0)
            return values;
        AddUpdate(values, update);
        AddRewards(values, harvest, rewards);
        AddGuidance(values, harvest, ratios);
        return values;
    }

    private static void AddUpdate(Dictionary<string, double> values, UpdateReport update)
    {
        double Share(double sum) => update.Statistics.Tokens > 0 ? sum / update.Statistics.Tokens : double.NaN;
        values[MetricNames.Kl] = Share(update.Statistics.KlSum);
        values[MetricNames.ClipLow] = Share(update.Statistics.LowClips);
        values[MetricNames.ClipHigh] = Share(update.Statistics.HighClips);
        values[MetricNames.ClipRegion] = Share(update.Statistics.LowClips + update.Statistics.HighClips);
        values[MetricNames.SamplingDifferenceMean] = update.SamplingDifferenceMean;
        values[MetricNames.SamplingDifferenceMax] = update.SamplingDifferenceMax;
    }

    private static void AddRewards(Dictionary<string, double> values, Harvest harvest, IReadOnlyList<WeightedReward> rewards)
    {
        var unguided = harvest.Groups.Select(g => g.Unguided).ToArray();
        var scores = unguided.SelectMany(g => g.Scores).ToArray();
        values[MetricNames.Reward] = Mean(scores.Select(s => s.Reward));
        values[MetricNames.RewardStd] = Mean(unguided.Select(g => Advantages.Deviation([.. g.Scores.Select(s => s.Reward)])));
        values[MetricNames.FracRewardZeroStd] = Mean(unguided.Select(g => g.IsConstant ? 1.0 : 0));
        for (var i = 0; i < rewards.Count; i++)
        {
            double[] given = [.. scores.Select(s => s.Components[i]).OfType<double>()];
            values[MetricNames.RewardMean(rewards[i].Function.Name)] = Mean(given);
            values[MetricNames.RewardStdOf(rewards[i].Function.Name)] = Advantages.Deviation(given);
            if (rewards[i].Function is FormatReward)
                values[MetricNames.Format] = Mean(given);
        }

        values[MetricNames.Accuracy] = Mean(scores.Select(s => s.IsCorrect ? 1.0 : 0));
        values[MetricNames.Truncated] = Mean(scores.Select(s => s.Completion.Finish == FinishReason.Length ? 1.0 : 0));

        var trained = harvest.Experience.SelectMany(e => e.Completions).ToArray();
        var lengths = trained.Select(c => (double)c.Ids.Length).ToArray();
        values[MetricNames.MeanLength] = Mean(lengths);
        values[MetricNames.MinLength] = lengths.DefaultIfEmpty(double.NaN).Min();
        values[MetricNames.MaxLength] = lengths.DefaultIfEmpty(double.NaN).Max();
        values[MetricNames.ClippedRatio] = Mean(trained.Select(c => c.Finish == FinishReason.Length ? 1.0 : 0));
        values[MetricNames.MeanTerminatedLength] = Mean(trained.Where(c => c.Finish == FinishReason.Stop).Select(c => (double)c.Ids.Length));
    }

    private static void AddGuidance(Dictionary<string, double> values, Harvest harvest, IReadOnlyList<double> ratios)
    {
        var groups = harvest.Groups;
        double Share(Func<RefinedGroup, bool> where) => (double)groups.Count(where) / groups.Count;
        values[MetricNames.Groups] = groups.Count;
        values[MetricNames.DroppedPrompts] = harvest.DroppedPrompts;
        values[MetricNames.TrainedReward] = Mean(groups.Where(g => harvest.Experience.Any(e => ReferenceEquals(e.Prompt, g.Prompt))).SelectMany(g => g.Final.Scores).Select(s => s.Reward));
        values[MetricNames.Difficult] = Share(g => g.Outcome is not (GuidanceOutcome.Solvable or GuidanceOutcome.Unscorable));
        values[MetricNames.Exhausted] = Share(g => g.Outcome == GuidanceOutcome.Exhausted);
        values[MetricNames.Unguidable] = Share(g => g.Outcome == GuidanceOutcome.Unguidable);
        values[MetricNames.ColdStart] = Share(g => g.Outcome == GuidanceOutcome.ColdStart);
        values[MetricNames.Unscorable] = Share(g => g.Outcome == GuidanceOutcome.Unscorable);
        values[MetricNames.AllRight] = Share(g => g.Final.Scores.All(s => s.IsCorrect));
        values[MetricNames.AllWrong] = Share(g => g.Final.CorrectCount == 0 && !g.Final.IsUnscorable);

        values[MetricNames.GroupsWithHint(0)] = Share(g => g.Prompt.HintRatio == 0);
        foreach (var ratio in ratios)
        {
            values[MetricNames.GroupsWithHint(ratio)] = Share(g => g.Prompt.HintRatio == ratio);
            var tried = groups.Where(g => g.Attempts.Any(a => a.Group.Prompt.HintRatio == ratio)).ToArray();
            if (tried.Length > 0)
                values[MetricNames.Rescued(ratio)] = (double)tried.Count(g => g.Outcome == GuidanceOutcome.Rescued && g.Prompt.HintRatio == ratio) / tried.Length;
        }

        values[MetricNames.EffectiveQueries] = harvest.Experience.Count(e => e.IsEffective);
        values[MetricNames.EffectiveShare] = values[MetricNames.EffectiveQueries] / groups.Count;
        var carried = harvest.Experience.Sum(e => e.Advantages.Sum(Math.Abs));
        values[MetricNames.GuidedAdvantageShare] = carried > 0 ? harvest.Experience.Where(e => e.Prompt.Hint is not null).Sum(e => e.Advantages.Sum(Math.Abs)) / carried : 0;
        values[MetricNames.ExtraTokens] = groups.Sum(g => g.SampledTokens - g.Unguided.Group.TokenCount);
    }

    private static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();
}
