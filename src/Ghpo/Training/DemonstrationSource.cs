using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Models.Tokenization;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;

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

    /// <summary>The completion to imitate.</summary>
    [Description("the completion to imitate; {trace} and {answer} are filled in")]
    public string Completion { get; init; } = "<think>\n{trace}\n</think>\n<answer>{answer}</answer>";
}

/// <summary>Experience from demonstrations: one completion a prompt, advantage 1.</summary>
internal sealed class DemonstrationSource(
    ProblemSampler problems, IDemonstrator demonstrator, IPromptFormatter formatter, HintMaker hints, Tokenizer tokenizer, int endId, DemonstrationOptions options, int maxCompletionLength, ulong seed)
    : IExperienceSource
{
    public Task<Harvest> CollectAsync(int step, CancellationToken cancellation)
    {
        var dropped = 0;
        var experience = new List<Experience>();
        foreach (var visit in problems.Draw(options.BatchSize))
        {
            if (Demonstrate(visit) is { } demonstration)
                experience.Add(demonstration);
            else
                dropped++;
        }

        return Task.FromResult(new Harvest(experience, [], dropped, problems.Epoch));
    }

    public JsonObject Save() => new() { ["drawn"] = problems.Drawn };

    public void Restore(JsonObject state) => problems.Restore(new SamplerState((long)state["drawn"]!));

    /// <summary>Null where the problem has no trace, or prompt or solution is too long.</summary>
    private Experience? Demonstrate(Visit visit)
    {
        if (visit.Problem.Trace is null)
            return null;
        var random = new KeyedRandom(seed, "demonstration", visit.Problem.Id, visit.Number);
        var hint = random.NextDouble() < options.HintedShare && options.HintedRatios.Count > 0
            ? hints.Make(visit.Problem, options.HintedRatios[random.Next(options.HintedRatios.Count)])
            : null;
        if (formatter.Format(visit.Problem, hint) is not { } prompt)
            return null;
        var (trace, answer) = demonstrator.Solve(visit.Problem, hint?.Text ?? "", ref random);
        var text = options.Completion.Replace("{trace}", trace, StringComparison.Ordinal).Replace("{answer}", answer, StringComparison.Ordinal);
        int[] ids = [.. tokenizer.Encode(text), endId];
        return ids.Length > maxCompletionLength ? null : new Experience(prompt, [new Completion(prompt, 0, ids, [], text, FinishReason.Stop, PolicyVersion: -1)], [1]);
    }
}
