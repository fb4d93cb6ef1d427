using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>One problem's way up the ladder of hints: the prompts still to try, in order, and the groups sampled so far.</summary>
internal sealed class Climb(IGroupSampler sampler, Visit visit, Prompt plain, IReadOnlyList<(int Stage, Prompt Prompt)> way, bool isCold) : IDisposable
{
    private readonly List<ScoredGroup> _attempts = [];
    private IPrefix? _prefix;

    /// <summary>Whether a longer hint is left.</summary>
    public bool HasNext => _attempts.Count < way.Count;

    /// <summary>The last group sampled.</summary>
    public ScoredGroup Last => _attempts[^1];

    /// <summary>Samples a whole new group under the next prompt; the cache of the first one is shared as far as prompts agree.</summary>
    public async Task<ScoredGroup> NextAsync(CancellationToken cancellation)
    {
        var (stage, prompt) = way[_attempts.Count];
        var (group, prefix) = await sampler.SampleAsync(visit, stage, prompt, isLast: _attempts.Count == way.Count - 1, _prefix, cancellation).ConfigureAwait(false);
        if (_prefix is null)
            _prefix = prefix;
        else
            prefix?.Dispose();
        _attempts.Add(group);
        return group;
    }

    /// <summary>What came of it, by the last group and the prompt that it was sampled from.</summary>
    public RefinedGroup End(bool isDifficult) => End((Last.IsUnscorable, isDifficult, Last.Group.Prompt.Hint is not null) switch
    {
        (true, _, _) => GuidanceOutcome.Unscorable,
        (_, false, false) => GuidanceOutcome.Solvable,
        (_, false, true) => GuidanceOutcome.Rescued,
        (_, true, true) => GuidanceOutcome.Exhausted,
        (_, true, false) => isCold ? GuidanceOutcome.ColdStart : GuidanceOutcome.Unguidable,
    });

    /// <summary>What came of it.</summary>
    public RefinedGroup End(GuidanceOutcome outcome) => new(plain, [.. _attempts], outcome);

    public void Dispose() => _prefix?.Dispose();
}

/// <summary>Begins climbs: formats the plain prompt and those of the stages that the schedule plans for the problem.</summary>
internal sealed class Climbs(IGroupSampler sampler, IPromptFormatter formatter, HintMaker hints, IHintSchedule schedule, int coldStartSteps)
{
    /// <summary>Learns and is saved with the refinement that climbs.</summary>
    public IHintSchedule Schedule => schedule;

    /// <summary>The way of a problem; null: its plain prompt is too long.</summary>
    public Climb? Begin(Visit visit, int step)
    {
        if (formatter.Format(visit.Problem, hint: null) is not { } plain)
            return null;
        var isCold = step < coldStartSteps;
        var plan = isCold ? HintPlan.None : schedule.PlanFor(visit);
        List<(int Stage, Prompt Prompt)> way = [(0, plain)];
        foreach (var stage in plan.Stages)
        {
            if (Refine(visit.Problem, stage.Ratio, way[^1].Prompt) is { } guided)
                way.Add((stage.Number, guided));
        }

        if (plan.SkipsRoundZero && way.Count > 1)
            way.RemoveAt(0);
        return new Climb(sampler, visit, plain, way, isCold);
    }

    /// <summary>q ⊕ hint(h, ω), or null where there is nothing to show, nothing new to show, or no room for it.</summary>
    private Prompt? Refine(Problem problem, double ratio, Prompt last) =>
        hints.Make(problem, ratio) is { } hint && hint.Text != last.Hint?.Text ? formatter.Format(problem, hint) : null;
}
