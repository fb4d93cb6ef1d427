using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>A scored group and the kept cache of its prompt.</summary>
internal readonly record struct SampledGroup(ScoredGroup Scored, IPrefix? Prefix);

/// <summary>Samples a whole group and scores each completion as it ends, while the engine goes on with the others.</summary>
internal sealed class GroupSampler(IEngine engine, RewardModel rewards, int groupSize)
{
    public async Task<SampledGroup> SampleAsync(Visit visit, int stage, Prompt prompt, IPrefix? extends, CancellationToken cancellation)
    {
        var scores = new List<ScoredCompletion>(groupSize);
        IPrefix? prefix = null;
        await foreach (var sampled in engine.SampleAsync(new SampleRequest(visit, stage, prompt, 0, groupSize, extends), cancellation).ConfigureAwait(false))
        {
            prefix ??= sampled.Prefix;
            scores.Add(rewards.Score(sampled.Completion));
        }

        var group = new Group(visit, stage, prompt, scores.Select(s => s.Completion));
        return new SampledGroup(new ScoredGroup(group, [.. scores.OrderBy(s => s.Completion.Index)]), prefix);
    }
}
