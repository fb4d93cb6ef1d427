using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>A scored group and the kept cache of its prompt.</summary>
internal readonly record struct SampledGroup(ScoredGroup Scored, IPrefix? Prefix);

/// <summary>Samples and scores the group of one prompt.</summary>
internal interface IGroupSampler
{
    /// <summary>Samples a group.</summary>
    /// <param name="visit">The problem's turn.</param>
    /// <param name="stage">0 for round 0, then the number of the guided stage.</param>
    /// <param name="prompt">What to complete.</param>
    /// <param name="isLast">Whether nothing more is tried should this fail.</param>
    /// <param name="extends">The cache of a prompt that this one begins with.</param>
    /// <param name="cancellation">Stops the sampling.</param>
    Task<SampledGroup> SampleAsync(Visit visit, int stage, Prompt prompt, bool isLast, IPrefix? extends, CancellationToken cancellation);
}

/// <summary>Samples a whole group and scores each completion as it ends, while the engine goes on with the others.</summary>
internal sealed class GroupSampler(IEngine engine, RewardModel rewards, int groupSize) : IGroupSampler
{
    /// <summary>G.</summary>
    public int GroupSize => groupSize;

    public Task<SampledGroup> SampleAsync(Visit visit, int stage, Prompt prompt, bool isLast, IPrefix? extends, CancellationToken cancellation) =>
        SamplePartAsync(new SampleRequest(visit, stage, prompt, 0, groupSize, extends), cancellation);

    /// <summary>Samples the part of a group that is asked for.</summary>
    public async Task<SampledGroup> SamplePartAsync(SampleRequest request, CancellationToken cancellation)
    {
        var scores = new List<ScoredCompletion>(request.Count);
        IPrefix? prefix = null;
        await foreach (var sampled in engine.SampleAsync(request, cancellation).ConfigureAwait(false))
        {
            prefix ??= sampled.Prefix;
            scores.Add(rewards.Score(sampled.Completion));
        }

        return new SampledGroup(Join(request.Visit, request.Stage, request.Prompt, scores), prefix);
    }

    /// <summary>The group of these completions of one prompt.</summary>
    public static ScoredGroup Join(Visit visit, int stage, Prompt prompt, IEnumerable<ScoredCompletion> scores)
    {
        ScoredCompletion[] ordered = [.. scores.OrderBy(s => s.Completion.Index)];
        return new ScoredGroup(new Group(visit, stage, prompt, ordered.Select(s => s.Completion)), ordered);
    }
}
