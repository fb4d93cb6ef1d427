using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Models.Tokenization;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

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
