using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

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
    [Description("which groups are guided: difficult (GHPO), always, or random (the control for detection)")]
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
}
