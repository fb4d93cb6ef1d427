using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ghpo.Guidance;

namespace Ghpo.Training;

/// <summary>Who demonstrates.</summary>
public enum DemonstrationAuthor
{
    /// <summary>The problems' own traces.</summary>
    Trace,

    /// <summary>Somebody with misconceptions about the generated map.</summary>
    Misconceptions,

    /// <summary>Somebody who goes astray at random on the generated map.</summary>
    Careless,
}

/// <summary>Supervised learning from worked solutions.</summary>
public sealed record DemonstrationOptions
{
    /// <summary>Demonstrations a step.</summary>
    [Description("demonstrations a step"), Range(1, 1_000_000)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Who demonstrates.</summary>
    [Description("whose solutions: trace (the problems' own), misconceptions or careless (of the generated map)")]
    public DemonstrationAuthor Author { get; init; }

    /// <summary>How often a misconception is acted on, or a careless step goes astray.</summary>
    [Description("misconceptions: how often one is acted on; careless: how often a step goes astray"), Range(0, 1)]
    public double ErrorRate { get; init; } = 0.85;

    /// <summary>The share of demonstrations with a hint in the prompt, so that the model learns to use one.</summary>
    [Description("share of the demonstrations that have a hint in the prompt, so that the model knows how to use one"), Range(0, 1)]
    public double HintedShare { get; init; }

    /// <summary>The ratios of those hints, each as often as the others.</summary>
    [Description("hint ratios of those demonstrations")]
    public IReadOnlyList<double> HintedRatios { get; init; } = [0.25, 0.5, 0.75];

    /// <summary>Where those hints may be cut.</summary>
    [Description("where those hints may be cut: characters, words, sentences, steps")]
    public HintUnit HintedUnit { get; init; } = HintUnit.Characters;

    /// <summary>The completion to imitate.</summary>
    [Description("the completion to imitate; {trace} and {answer} are filled in")]
    public string Completion { get; init; } = "<think>\n{trace}\n</think>\n<answer>{answer}</answer>";
}
