using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Optimization;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>
/// Draws problems, lets each come to its group side by side, and turns the groups into experience. With a refill ceiling it draws on until the batch is full of groups that teach
/// (DAPO's dynamic sampling); without, one round is the batch (GRPO, GHPO).
/// </summary>
internal sealed class RolloutCollector(ProblemSampler problems, IRefinement refinement, int promptsPerStep, RewardScale scale, ExhaustedPolicy exhausted, int refillRounds = 0) : IExperienceSource
{
    public async Task<Harvest> CollectAsync(int step, CancellationToken cancellation)
    {
        var groups = new List<RefinedGroup>();
        var experience = new List<Experience>();
        var dropped = 0;
        for (var round = 0; round <= refillRounds; round++)
        {
            var refined = await Task.WhenAll(problems.Draw(promptsPerStep).Select(visit => Task.Run(() => refinement.RefineAsync(visit, step, cancellation), cancellation))).ConfigureAwait(false);
            dropped += refined.Count(g => g is null);
            if (dropped == refined.Length && groups.Count == 0)
                throw new InvalidDataException($"each of the {dropped} prompts of step {step + 1} is longer than allowed, so there is nothing to train on: raise rollouts.max_prompt_length, lower rollouts.max_completion_length (the context must hold both), or filter the problems");
            groups.AddRange(refined.OfType<RefinedGroup>());
            experience = Estimate(groups);
            if (refillRounds > 0)
                experience = [.. experience.Where(e => e.IsEffective).Take(promptsPerStep)];
            if (experience.Count >= promptsPerStep)
                break;
        }

        return new Harvest(experience, groups, dropped, problems.Epoch);
    }

    public JsonObject Save() => new() { ["drawn"] = problems.Drawn };

    public void Restore(JsonObject state) => problems.Restore(new SamplerState((long)state["drawn"]!));

    /// <summary>Advantages of the groups that take part, each trained under the prompt it was sampled from. Unscorable groups and dropped exhausted ones count nowhere, not even in denominators.</summary>
    private List<Experience> Estimate(IEnumerable<RefinedGroup> groups)
    {
        var trained = groups.Where(TakesPart).Select(g => g.Final).ToArray();
        var advantages = Advantages.Compute([.. trained.Select(g => g.Scores.Select(s => s.Reward).ToArray())], scale);
        return [.. trained.Zip(advantages, (g, a) => new Experience(g.Group.Prompt, g.Group.Completions, a))];
    }

    private bool TakesPart(RefinedGroup group) =>
        group.Outcome != GuidanceOutcome.Unscorable && !(group.Outcome == GuidanceOutcome.Exhausted && exhausted == ExhaustedPolicy.Drop);
}
