using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>Puts together the component that guides, as the options say: here methods differ, and nowhere in the loop.</summary>
internal static class GuidanceBuilder
{
    /// <summary>Builds GRPO's, GHPO's or a control's way to a group.</summary>
    /// <exception cref="InvalidDataException">The options contradict each other, or the labels cannot be used.</exception>
    public static IRefinement Build(GuidanceOptions options, GroupSampler whole, IPromptFormatter formatter, HintMaker hints, ProblemSet problems, ulong seed)
    {
        Check(options);
        IGroupSampler sampler = options.ProbeSizeRound0 > 0 || options.ProbeSizeGuided > 0 ? new ProbingSampler(whole, options) : whole;
        if (options.HintRatios.Count == 0)
            return new NoRefinement(sampler, formatter);
        var detector = new DifficultyDetector(options.DifficultyThreshold);
        var climbs = new Climbs(sampler, formatter, hints, Schedule(options, whole.GroupSize, seed), options.ColdStartSteps);
        return options.When switch
        {
            GuidanceTrigger.Always => new StaticRefinement(sampler, formatter, hints, options.HintRatios[0], _ => true, options.ColdStartSteps),
            GuidanceTrigger.Labelled => new StaticRefinement(sampler, formatter, hints, options.HintRatios[0], LabelledHard(options, problems), options.ColdStartSteps),
            GuidanceTrigger.Random => new RationedRefinement(climbs, detector, RationedRefinement.AsManyAsDifficult(detector), seed),
            _ when options.EffectiveTarget is { } target => new RationedRefinement(climbs, detector, RationedRefinement.UpTo(target, detector), seed),
            _ => new AdaptiveRefinement(climbs, detector),
        };
    }

    /// <summary>The ladder, and what is laid over it: memory shortens it, skipping thins it out, the target goes before it.</summary>
    public static IHintSchedule Schedule(GuidanceOptions options, int groupSize, ulong seed)
    {
        IHintSchedule schedule = new WholeLadder(options.HintRatios);
        if (options.MemoryDecay is { } decay)
            schedule = new RatioMemory(schedule, decay, options.SkipRound0Probe, seed);
        if (options.SkipStagesBelow > 0)
            schedule = new StageSkipping(schedule, options, groupSize, seed);
        if (options.SolveRateTarget is { } target)
            schedule = new SolveRateTarget(schedule, target, options.SolveRateStep, options.HintRatios[^1], options.HintRatios.Count + 1);
        return schedule;
    }

    private static Func<Problem, bool> LabelledHard(GuidanceOptions options, ProblemSet problems)
    {
        var labels = SolveRateLabels.Load(options.Labels!);
        var hard = problems.Problems.Where(p => labels.Of(p) <= options.LabelledUpTo).Select(p => p.Id).ToHashSet(); // missing labels are told of before any work
        return problem => hard.Contains(problem.Id);
    }

    private static void Check(GuidanceOptions options)
    {
        if (options.HintRatios.Any(r => r is not (> 0 and <= 1)) || options.HintRatios.Zip(options.HintRatios.Skip(1), (a, b) => a >= b).Any(falls => falls))
            throw new InvalidDataException($"guidance.hint_ratios: [{string.Join(", ", options.HintRatios)}]; expected rising numbers above 0 and at most 1");
        if (options.When == GuidanceTrigger.Labelled && options.Labels is null)
            throw new InvalidDataException("guidance.labels: when: labelled needs a file of labels");
        if (options.SkipRound0Probe is not null && options.MemoryDecay is null)
            throw new InvalidDataException("guidance.skip_round_0_probe: only remembered problems can skip round 0; set guidance.memory_decay as well");
        var adapts = options.MemoryDecay is not null || options.SkipStagesBelow > 0 || options.SolveRateTarget is not null || options.EffectiveTarget is not null;
        if (adapts && options.When != GuidanceTrigger.Difficult)
            throw new InvalidDataException("guidance.when: memory_decay, skip_stages_below, solve_rate_target and effective_target are about difficult groups; they need when: difficult");
    }
}
