using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>
/// Draws problems, lets each come to its group, and turns the groups into experience. With a refill ceiling it draws on until the batch is full of groups that teach
/// (DAPO's dynamic sampling; at the ceiling it trains on what there is); without, one round is the batch (GRPO, GHPO). Groups left out stay in the harvest: their tokens were sampled.
/// The next batch's prompts are formatted ahead, beside the update.
/// </summary>
internal sealed class RolloutCollector(ProblemSampler problems, IRefinement refinement, int promptsPerStep, ExperienceEstimator estimator, int refillRounds = 0, PromptsAhead? ahead = null) : IExperienceSource
{
    public async Task<Harvest> CollectAsync(int step, CancellationToken cancellation)
    {
        var groups = new List<RefinedGroup>();
        var experience = new List<Experience>();
        var dropped = 0;
        for (var round = 0; round <= refillRounds && (round == 0 || experience.Count < promptsPerStep); round++)
        {
            var refined = await refinement.RefineAsync(problems.Draw(promptsPerStep), step, cancellation).ConfigureAwait(false);
            dropped += refined.Count(g => g is null);
            if (dropped == refined.Length && groups.Count == 0)
                throw new InvalidDataException($"each of the {dropped} prompts of step {step + 1} is longer than allowed, so there is nothing to train on: raise rollouts.max_prompt_length, lower rollouts.max_completion_length (the context must hold both), or filter the problems");
            groups.AddRange(refined.OfType<RefinedGroup>());
            experience = estimator.Estimate(groups, refillRounds > 0 ? FillWithTeaching : null);
        }

        refinement.Learn(groups);
        ahead?.Prepare(problems.Peek(promptsPerStep).Select(visit => visit.Problem));
        return new Harvest(experience, groups, dropped, problems.Epoch);
    }

    public JsonObject Save() => new() { ["drawn"] = problems.Drawn, ["guidance"] = refinement.Save() };

    public void Restore(JsonObject state)
    {
        problems.Restore(new SamplerState((long)state["drawn"]!));
        refinement.Restore(state["guidance"]?.AsObject() ?? []);
    }

    private IEnumerable<RefinedGroup> FillWithTeaching(IEnumerable<RefinedGroup> groups) => groups.Where(g => !g.Final.IsConstant).Take(promptsPerStep);
}
