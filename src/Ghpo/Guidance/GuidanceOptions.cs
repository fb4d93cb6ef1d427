using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Ghpo.Guidance;

/// <summary>Which groups are guided.</summary>
public enum GuidanceTrigger
{
    /// <summary>The groups that the policy fails unaided: GHPO.</summary>
    Difficult,

    /// <summary>Every group, from round 0 on: the first ratio is in every prompt.</summary>
    Always,

    /// <summary>As many groups as are difficult, but drawn at random: the control that isolates difficulty detection.</summary>
    Random,

    /// <summary>From round 0 on, the problems whose labels say that the start model fails them.</summary>
    Labelled,
}

/// <summary>Where a trace may be cut.</summary>
public enum HintUnit
{
    /// <summary>Between any two Unicode code points (paper).</summary>
    Characters,

    /// <summary>Between words, never inside a formula.</summary>
    Words,

    /// <summary>Between sentences, never inside a formula.</summary>
    Sentences,

    /// <summary>Between the lines of the trace, or between sentences where it has one line; never inside a formula.</summary>
    Steps,
}

/// <summary>What becomes of a group that is difficult even under the longest hint.</summary>
public enum ExhaustedPolicy
{
    /// <summary>It has no part in the loss, nor in its denominators.</summary>
    Drop,

    /// <summary>Its most guided group is trained on, as the reference implementation does: only the format reward can then give a gradient.</summary>
    Keep,
}

/// <summary>Difficulty detection and adaptive prompt refinement. Without <see cref="HintRatios"/> there is no guidance: plain GRPO.</summary>
public sealed record GuidanceOptions
{
    /// <summary>ω of each stage, rising; empty: no guidance.</summary>
    [Description("the share of the known solution that each stage shows, rising (paper: 0.25, 0.5, 0.75); empty: no guidance, plain GRPO")]
    public IReadOnlyList<double> HintRatios { get; init; } = [];

    /// <summary>Which groups are guided.</summary>
    [Description("which groups are guided: difficult (GHPO), always (the first ratio in every prompt), random (as many as GHPO would guide, drawn by lot: the control for detection), or labelled (by guidance.labels)")]
    public GuidanceTrigger When { get; init; } = GuidanceTrigger.Difficult;

    /// <summary>k: a group is difficult when at most so many of its completions are correct.</summary>
    [Description("a group is difficult when at most so many of its completions are correct (paper: 0)"), Range(0, 4096)]
    public int DifficultyThreshold { get; init; }

    /// <summary>N: steps without guidance at the start of the phase.</summary>
    [Description("first steps of the phase without guidance, because early failures are failures of format (paper: 20)"), Range(0, int.MaxValue)]
    public int ColdStartSteps { get; init; }

    /// <summary>What becomes of groups that fail under every hint.</summary>
    [Description("groups that fail under the longest hint too: drop them, or keep the most guided group")]
    public ExhaustedPolicy Exhausted { get; init; } = ExhaustedPolicy.Drop;

    /// <summary>Where a trace may be cut.</summary>
    [Description("where a solution may be cut: characters (paper), words, sentences, steps")]
    public HintUnit HintUnit { get; init; } = HintUnit.Characters;

    /// <summary>End a hint before the trace states the final answer.</summary>
    [Description("end a hint before the solution states the final answer")]
    public bool LeakGuard { get; init; } = true;

    /// <summary>Solve rates of the start model.</summary>
    [Description("when: labelled: JSONL of problem ids and solve rates of the start model ({\"id\": …, \"solve_rate\": …})")]
    public string? Labels { get; init; }

    /// <summary>Labelled problems up to this solve rate are hinted.</summary>
    [Description("when: labelled: problems of at most this solve rate get the first ratio in their prompt"), Range(0, 1)]
    public double LabelledUpTo { get; init; }

    /// <summary>Reproduce the public code's prompt reset and its reading of unreadable golds, to measure what mending them does.</summary>
    [Description("reproduce the reference implementation's prompt reset, and its training on groups with unreadable gold answers: to measure, not to use")]
    public bool ReferenceCompat { get; init; }

    /// <summary>Groups that stand on one rank of the reference implementation.</summary>
    [Description("reference_compat: groups on a rank; one that needs a later round resets the prompts of the others (default: all groups of the step)"), Range(1, 1_000_000)]
    public int? CompatGroupsPerRank { get; init; }

    /// <summary>Completions of round 0 sampled before it is decided whether to sample the rest; 0: all at once.</summary>
    [Description("probing: round 0 begins with so many completions; only where one is right, or nothing comes after, is the group completed (0: whole groups)"), Range(0, 4096)]
    [JsonPropertyName("probe_size_round_0")]
    public int ProbeSizeRound0 { get; init; }

    /// <summary>The same for guided stages; the last one is always completed.</summary>
    [Description("probing: a guided stage begins with so many completions; the last stage is always completed (0: whole groups)"), Range(0, 4096)]
    public int ProbeSizeGuided { get; init; }

    /// <summary>Stop a group whose first part is all right.</summary>
    [Description("probing: do not complete a group whose first part is all right either: it would teach little")]
    public bool ProbeStopAllRight { get; init; }

    /// <summary>Guide only as many groups as bring the step to so many that teach; null: all that are difficult.</summary>
    [Description("guide only as many difficult groups as bring a step to so many groups with an advantage, drawn by lot; the others stay as they are (absent: guide all)"), Range(1, 1_000_000)]
    public int? EffectiveTarget { get; init; }

    /// <summary>Stages that rescue a whole group less often are skipped; 0: none.</summary>
    [Description("stage skipping: a stage that would rescue a whole group less often than this, by the running solve rate of its completions among the problems of the same level, is skipped; the last never (0: off)"), Range(0, 1)]
    public double SkipStagesBelow { get; init; }

    /// <summary>How much of the running counts fades at each step.</summary>
    [Description("stage skipping: the share of what is known that fades at each step that tries the stage"), Range(1e-6, 1)]
    public double SkipStagesWeight { get; init; } = 0.2;

    /// <summary>How often a stage that would be skipped is tried all the same.</summary>
    [Description("stage skipping: how often a stage that would be skipped is tried all the same"), Range(0, 1)]
    public double SkipStagesExploration { get; init; } = 0.1;

    /// <summary>Memory of each problem's last useful ratio; null: none.</summary>
    [Description("memory: a problem's climb begins at this times the ratio that helped it last time (1: no decay; absent: no memory); it needs more than one epoch"), Range(0, 1)]
    public double? MemoryDecay { get; init; }

    /// <summary>ρ: how often a remembered problem is still tried unaided; null: always.</summary>
    [Description("memory: skip round 0 of remembered problems but for this share of unaided probes (absent: round 0 always runs); the honest reward then comes from the probes alone"), Range(0, 1)]
    [JsonPropertyName("skip_round_0_probe")]
    public double? SkipRound0Probe { get; init; }

    /// <summary>The solve rate that a hint should lead to; null: the ladder alone.</summary>
    [Description("first hint a difficult problem at the ratio that is sought for this solve rate, then go on up the ladder (absent: the ladder alone; 0.5 is the aim of the spec)"), Range(0.01, 0.99)]
    public double? SolveRateTarget { get; init; }

    /// <summary>The constant step of that search.</summary>
    [Description("solve_rate_target: the step by which the ratio moves for a solve rate that is off by 1"), Range(1e-3, 1)]
    public double SolveRateStep { get; init; } = 0.2;
}
