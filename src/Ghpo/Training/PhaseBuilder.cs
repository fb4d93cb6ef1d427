using Ghpo.Evaluation;
using Ghpo.Guidance;
using Ghpo.Models.Generation;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Training;

/// <summary>Puts the parts of a phase together, as its options say. Where methods differ, they differ here, by a component.</summary>
internal sealed class PhaseBuilder(Policy policy, ReferenceModel reference, ulong seed, IReadOnlyList<Benchmark>? benchmarks = null, Func<Phase, int>? microBatch = null)
{
    private readonly HashSet<string> _counted = [];

    public PhaseParts Build(Phase phase)
    {
        var problems = ProblemLoader.Load(phase.Problems, seed, ProblemSplit.Train, ProblemNews.Context(benchmarks ?? []));
        var sampler = new ProblemSampler(problems, KeyedRandom.KeyOf(seed, "phase", phase.Name), phase.Problems.Order);
        var rewards = phase.Rewards.Build(phase.Rollouts.MaxCompletionLength);
        var formatter = new PromptsAhead(policy.Formatter(phase.Prompt, phase.Rollouts, phase.Rollouts.MaxCompletionLength));
        var hints = new HintMaker(phase.Guidance.HintUnit, phase.Guidance.LeakGuard ? new MathAnswerVerifier() : null);

        var supervised = phase.Source == ExperienceKind.Demonstrations;
        IExperienceSource source = supervised
            ? new DemonstrationSource(sampler, Demonstrator(phase), formatter, new HintMaker(phase.Demonstrations.HintedUnit, new MathAnswerVerifier()), policy.Tokenizer, policy.EndIds[0], phase.Demonstrations, phase.Rollouts.MaxCompletionLength, seed)
            : new RolloutCollector(sampler, Refinement(phase, formatter, hints, rewards, problems), phase.Rollouts.PromptsPerStep, Estimator(phase), phase.Training.RefillRounds, formatter);
        IObjective objective = supervised ? new SupervisedLoss() : new PolicyLoss(phase.Optimization, phase.Rollouts.MaxCompletionLength);

        var steps = phase.Training.StepsFor(problems.Problems.Count, supervised ? phase.Demonstrations.BatchSize : phase.Rollouts.PromptsPerStep);
        var o = supervised ? phase.Optimization.ForDemonstrations() : phase.Optimization;
        o = o with { MicroBatchTokens = microBatch?.Invoke(phase) ?? o.MicroBatchTokens };
        var adamW = new AdamW(policy.Model.Parameters.Trainable, o.AdamBeta1, o.AdamBeta2, o.AdamEpsilon, o.WeightDecay, o.Optimizer);
        var temperature = supervised ? 1 : phase.Rollouts.Temperature;
        return new PhaseParts(phase, steps, source, new PolicyOptimizer(policy.Model, reference.Score, adamW, o, objective, temperature, dropoutSeed: KeyedRandom.KeyOf(seed, "dropout", phase.Name)), adamW, o.Schedule(steps), rewards.Rewards, problems) { LabellingTokens = LabellingTokens(phase.Guidance) };
    }

    /// <summary>What the labels took to sample, counted once for all phases that read them.</summary>
    private long LabellingTokens(GuidanceOptions guidance) => guidance is { When: GuidanceTrigger.Labelled, Labels: { } labels } && _counted.Add(labels) ? SolveRateLabels.Load(labels).Tokens : 0;

    /// <summary>GRPO or GHPO: the one component in which they differ.</summary>
    private IRefinement Refinement(Phase phase, IPromptFormatter formatter, HintMaker hints, RewardModel rewards, ProblemSet problems)
    {
        var r = phase.Rollouts;
        var options = new SamplingOptions { Temperature = r.Temperature, TopK = r.TopK, TopP = r.TopP, MinP = r.MinP, MaxNewTokens = r.MaxCompletionLength };
        var sampler = new GroupSampler(policy.Engine(options, seed), rewards, r.NumGenerations);
        return GuidanceBuilder.Build(phase.Guidance, sampler, formatter, hints, problems, KeyedRandom.KeyOf(seed, "guidance", phase.Name));
    }

    private static ExperienceEstimator Estimator(Phase phase) => new(phase.Optimization.ScaleRewards, phase.Guidance, phase.Optimization.HintDropped != HintDroppedRatio.None);

    private IDemonstrator Demonstrator(Phase phase) => phase.Demonstrations.Author switch
    {
        DemonstrationAuthor.Misconceptions => new MisconceivedTraveller(phase.Problems.Map.Draw(seed), phase.Demonstrations.ErrorRate),
        DemonstrationAuthor.Careless => new CarelessTraveller(phase.Problems.Map.Draw(seed), phase.Demonstrations.ErrorRate),
        _ => new TraceDemonstrator(),
    };
}
