using System.Globalization;

namespace Ghpo.Metrics;

/// <summary>
/// The names under which a step's figures are logged. Names without a slash prefix of ours are TRL's, with TRL's meaning;
/// ours begin with <c>ghpo/</c>. Definitions: docs/metrics.md.
/// </summary>
public static class MetricNames
{
    /// <summary>The objective's value, before the gradient step.</summary>
    public const string Loss = "loss";

    /// <summary>Euclidean norm of the whole gradient, before clipping.</summary>
    public const string GradNorm = "grad_norm";

    /// <summary>Step size of this update.</summary>
    public const string LearningRate = "learning_rate";

    /// <summary>Tokens of prompts and completions of round 0 so far.</summary>
    public const string NumTokens = "num_tokens";

    /// <summary>Passes over the problems so far.</summary>
    public const string Epoch = "epoch";

    /// <summary>Seconds of the whole step.</summary>
    public const string StepTime = "step_time";

    /// <summary>Mean reward of round 0, the completions sampled with no hint.</summary>
    public const string Reward = "reward";

    /// <summary>Mean over groups of the standard deviation of round-0 rewards.</summary>
    public const string RewardStd = "reward_std";

    /// <summary>Share of round-0 groups whose rewards are all equal.</summary>
    public const string FracRewardZeroStd = "frac_reward_zero_std";

    /// <summary>Mean length of the trained completions, in tokens.</summary>
    public const string MeanLength = "completions/mean_length";

    /// <summary>Length of the shortest trained completion, in tokens.</summary>
    public const string MinLength = "completions/min_length";

    /// <summary>Length of the longest trained completion, in tokens.</summary>
    public const string MaxLength = "completions/max_length";

    /// <summary>Share of the trained completions that were cut at the length limit.</summary>
    public const string ClippedRatio = "completions/clipped_ratio";

    /// <summary>Mean length of the trained completions that ended by themselves, in tokens.</summary>
    public const string MeanTerminatedLength = "completions/mean_terminated_length";

    /// <summary>Mean entropy of the policy over the trained tokens, in nats.</summary>
    public const string Entropy = "entropy";

    /// <summary>Mean estimate of the divergence from the reference policy over the trained tokens, in nats.</summary>
    public const string Kl = "kl";

    /// <summary>Share of the trained tokens clipped below 1 − ε.</summary>
    public const string ClipLow = "clip_ratio/low_mean";

    /// <summary>Share of the trained tokens clipped above 1 + ε.</summary>
    public const string ClipHigh = "clip_ratio/high_mean";

    /// <summary>Share of the trained tokens clipped on either side.</summary>
    public const string ClipRegion = "clip_ratio/region_mean";

    /// <summary>Mean absolute difference of the sampler's and the trainer's log-probability of a sampled token.</summary>
    public const string SamplingDifferenceMean = "sampling/sampling_logp_difference/mean";

    /// <summary>Largest absolute difference of the sampler's and the trainer's log-probability of a sampled token.</summary>
    public const string SamplingDifferenceMax = "sampling/sampling_logp_difference/max";

    /// <summary>Mean reward of the groups trained on, hinted ones included.</summary>
    public const string TrainedReward = "ghpo/trained_reward";

    /// <summary>Share of round-0 completions that are correct.</summary>
    public const string Accuracy = "ghpo/accuracy";

    /// <summary>Groups of the step.</summary>
    public const string Groups = "ghpo/groups";

    /// <summary>Problems of the step that were left out because their prompt is longer than allowed.</summary>
    public const string DroppedPrompts = "ghpo/dropped_prompts";

    /// <summary>Share of the groups that were difficult in round 0.</summary>
    public const string Difficult = "ghpo/difficult";

    /// <summary>Share of the groups still difficult after the last hint.</summary>
    public const string Exhausted = "ghpo/exhausted";

    /// <summary>Share of the groups that were difficult and had no usable trace.</summary>
    public const string Unguidable = "ghpo/unguidable";

    /// <summary>Share of the groups that were difficult while guidance was still off for the cold start.</summary>
    public const string ColdStart = "ghpo/cold_start";

    /// <summary>Share of the training problems that share 13 words in a row with an evaluation problem; logged where problems come from a file and are examined.</summary>
    public const string Contaminated = "ghpo/contaminated";

    /// <summary>Share of the groups whose gold answer the verifier cannot read.</summary>
    public const string Unscorable = "ghpo/unscorable";

    /// <summary>Share of the groups that were hinted although nothing found them difficult.</summary>
    public const string Hinted = "ghpo/hinted";

    /// <summary>Share of the groups that were difficult and left without a hint, by lot or because the target was met.</summary>
    public const string NotChosen = "ghpo/not_chosen";

    /// <summary>Share of the groups that were first sampled with no hint, so that their reward is honest.</summary>
    public const string HonestShare = "ghpo/honest_share";

    /// <summary>Mean nominal hint ratio of the final groups that have a hint.</summary>
    public const string HintRatioMean = "ghpo/hint_ratio_mean";

    /// <summary>Number of groups that were sampled and not trained on.</summary>
    public const string Discarded = "ghpo/discarded";

    /// <summary>Number of groups trained under a prompt that reference_compat reset.</summary>
    public const string PromptsReset = "ghpo/prompts_reset";

    /// <summary>Of the groups that began with a part, the share that was not completed.</summary>
    public const string ProbeStopped = "ghpo/probe_stopped";

    /// <summary>Estimated share of round 0's successes that whole groups would have shown and parts did not.</summary>
    public const string ProbeMissedRound0 = "ghpo/probe_missed_round_0";

    /// <summary>The same for guided stages.</summary>
    public const string ProbeMissedGuided = "ghpo/probe_missed_guided";

    /// <summary>Accuracy of the first parts minus accuracy of the rest, over the groups that were completed.</summary>
    public const string ProbeBias = "ghpo/probe_bias";

    /// <summary>Effective sample size of the hint-dropped objective's weights, as a share of the tokens.</summary>
    public const string HintDroppedEffectiveShare = "ghpo/hint_dropped_effective_share";

    /// <summary>Share of the hint-dropped tokens whose weight is capped.</summary>
    public const string HintDroppedCapped = "ghpo/hint_dropped_capped";

    /// <summary>Number of trained groups with an advantage that is not zero.</summary>
    public const string EffectiveQueries = "ghpo/effective_queries";

    /// <summary>Effective queries as a share of the groups.</summary>
    public const string EffectiveShare = "ghpo/effective_share";

    /// <summary>Share of the final groups whose completions are all correct.</summary>
    public const string AllRight = "ghpo/all_right";

    /// <summary>Share of the final groups whose completions are all wrong.</summary>
    public const string AllWrong = "ghpo/all_wrong";

    /// <summary>Share of round-0 completions in the asked format.</summary>
    public const string Format = "ghpo/format";

    /// <summary>Share of round-0 completions cut at the length limit.</summary>
    public const string Truncated = "ghpo/truncated";

    /// <summary>Share of the sum of absolute advantages that hinted groups carry.</summary>
    public const string GuidedAdvantageShare = "ghpo/guided_advantage_share";

    /// <summary>Tokens sampled in this step beyond round 0.</summary>
    public const string ExtraTokens = "ghpo/extra_tokens";

    /// <summary>All tokens sampled for training so far, guided rounds and discarded groups included.</summary>
    public const string SampledTokens = "ghpo/sampled_tokens";

    /// <summary>Sampled tokens by second of sampling in this step.</summary>
    public const string TokensPerSecond = "ghpo/tokens_per_second";

    /// <summary>Seconds of this step spent sampling and scoring.</summary>
    public const string SamplingSeconds = "ghpo/sampling_seconds";

    /// <summary>Seconds of this step spent on the update.</summary>
    public const string UpdateSeconds = "ghpo/update_seconds";

    /// <summary>Optimizer updates in this phase so far.</summary>
    public const string Updates = "ghpo/updates";

    /// <summary>The most memory that the process has held so far, in bytes.</summary>
    public const string PeakMemoryBytes = "ghpo/peak_memory_bytes";

    /// <summary>Beginning of the names of <see cref="GroupsWithHint"/>.</summary>
    public const string GroupsHintPrefix = "ghpo/groups_hint_";

    /// <summary>Beginning of the names of <see cref="Rescued"/>.</summary>
    public const string RescuedPrefix = "ghpo/rescued_";

    /// <summary>Share of the groups that were trained with a hint of this ratio; 0: with none.</summary>
    public static string GroupsWithHint(double ratio) => GroupsHintPrefix + Ratio(ratio);

    /// <summary>Of the groups that tried a hint of this ratio, the share that it rescued; not logged where none tried.</summary>
    public static string Rescued(double ratio) => RescuedPrefix + Ratio(ratio);

    /// <summary>Mean of one reward function over round 0.</summary>
    public static string RewardMean(string name) => $"rewards/{name}/mean";

    /// <summary>Standard deviation of one reward function over round 0.</summary>
    public static string RewardStdOf(string name) => $"rewards/{name}/std";

    private static string Ratio(double ratio) => ratio.ToString("0.####", CultureInfo.InvariantCulture);
}
