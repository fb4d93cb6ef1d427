using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>
/// Probing (spec section 9): a group begins with a part, and is completed only where one of the part is right, or where nothing else would be tried. Streams are keyed by index, so a completed group is the very
/// group that would have been sampled whole. The rule looks at the part, so only the part's mean is unbiased: that of a completed group is a little high (metric <c>ghpo/probe_bias</c>).
/// </summary>
internal sealed class ProbingSampler(GroupSampler whole, GuidanceOptions options) : IGroupSampler
{
    public async Task<SampledGroup> SampleAsync(Visit visit, int stage, Prompt prompt, bool isLast, IPrefix? extends, CancellationToken cancellation)
    {
        var size = stage == 0 ? options.ProbeSizeRound0 : options.ProbeSizeGuided;
        var asked = size > 0 && size < whole.GroupSize && (!isLast || options.ProbeStopAllRight);
        if (!asked)
            return await whole.SampleAsync(visit, stage, prompt, isLast, extends, cancellation).ConfigureAwait(false);

        var (part, prefix) = await whole.SamplePartAsync(new SampleRequest(visit, stage, prompt, 0, size, extends), cancellation).ConfigureAwait(false);
        var rest = whole.GroupSize - size;
        if (Decides(part, isLast))
            return new SampledGroup(part with { ProbeSize = size, Missing = rest }, prefix);
        var (others, again) = await whole.SamplePartAsync(new SampleRequest(visit, stage, prompt, size, rest, prefix ?? extends), cancellation).ConfigureAwait(false);
        if (prefix is null)
            prefix = again;
        else
            again?.Dispose();
        return new SampledGroup(GroupSampler.Join(visit, stage, prompt, part.Scores.Concat(others.Scores)) with { ProbeSize = size }, prefix);
    }

    private bool Decides(ScoredGroup part, bool isLast) =>
        part.CorrectCount == 0 ? !isLast || part.IsUnscorable : options.ProbeStopAllRight && part.CorrectCount == part.Scores.Count;
}
