using System.Diagnostics;
using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Training;

/// <summary>What a phase is made of, ready to run.</summary>
internal sealed record PhaseParts(
    Phase Phase,
    int Steps,
    IExperienceSource Source,
    PolicyOptimizer Optimizer,
    AdamW AdamW,
    LearningRateSchedule Schedule,
    IReadOnlyList<WeightedReward> Rewards,
    ProblemSet Problems)
{
    /// <summary>Whether the run ends with it.</summary>
    public bool IsLast { get; init; }

    /// <summary>Tokens that were sampled to label its problems: they are part of what it costs.</summary>
    public long LabellingTokens { get; init; }
}

/// <summary>How a phase ended.</summary>
internal enum PhaseEnd
{
    Completed,
    Interrupted,
}

/// <summary>
/// The training loop: gather experience (sample → verify → guide → estimate), update, publish, report. It knows no method's name: what differs between methods is the phase's source of
/// experience and its objective.
/// </summary>
internal sealed class Trainer(Policy policy, Evaluator evaluator, CheckpointStore checkpoints, RunLog log, TrainingState state, EvaluationOptions evaluation, int totalSteps)
{
    private readonly NothingLearned _nothingLearned = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly double _secondsBefore = state.Seconds;

    /// <summary>Runs the rest of a phase, and on until so many tokens were sampled in all. The stop token ends it after the step that is under way, with a checkpoint.</summary>
    /// <exception cref="NonFiniteLossException">The loss is not finite; the last checkpoint is intact.</exception>
    public async Task<PhaseEnd> RunAsync(PhaseParts phase, long untilTokens, CancellationToken stop)
    {
        if (state.PhaseStep == 0)
            state.SampledTokens += phase.LabellingTokens;
        var isOver = IsOver();
        while (!isOver)
        {
            var step = state.PhaseStep;
            var started = _clock.Elapsed;

            var harvest = await phase.Source.CollectAsync(step, CancellationToken.None).ConfigureAwait(false); // sample → verify → guide → estimate
            var sampled = _clock.Elapsed;

            var learningRate = phase.Schedule.At(step);
            var update = phase.Optimizer.Update(harvest.Experience, learningRate);
            if (update.Updated)
                policy.Generator.Publish(++state.Version); // a step with no effective group makes no update, but counts as a step
            state.PhaseStep++;
            state.Source = phase.Source.Save();

            Report(phase, harvest, update, learningRate, sampled - started, _clock.Elapsed - sampled);
            if (await IsSolvedAsync(phase).ConfigureAwait(false))
                state.PhaseStep = phase.Steps;
            isOver = IsOver();
            await ExamineAsync(phase, isOver).ConfigureAwait(false);
            var stopping = stop.IsCancellationRequested;
            if (stopping || (phase.Phase.Training.SaveSteps > 0 && state.PhaseStep % phase.Phase.Training.SaveSteps == 0 && IsReinforcement(phase)))
                Save(phase);
            if (stopping)
                return PhaseEnd.Interrupted;
        }

        return PhaseEnd.Completed;

        bool IsOver() => state.PhaseStep >= phase.Steps && state.SampledTokens >= untilTokens;
    }

    /// <summary>Writes a checkpoint of this very state.</summary>
    public void Save(PhaseParts phase)
    {
        (state.MetricsBytes, state.CompletionsBytes) = log.Lengths;
        state.Seconds = Seconds;
        checkpoints.Save(policy, phase.AdamW, state);
    }

    /// <summary>Seconds since the run began, those before a resume included.</summary>
    public double Seconds => _secondsBefore + _clock.Elapsed.TotalSeconds;

    private static bool IsReinforcement(PhaseParts phase) => phase.Phase.Source == ExperienceKind.Rollouts;

    private void Report(PhaseParts phase, Harvest harvest, UpdateReport update, double learningRate, TimeSpan sampling, TimeSpan updating)
    {
        var reinforcement = IsReinforcement(phase);
        var step = reinforcement ? ++state.RolloutSteps : state.PhaseStep;
        state.DemonstrationSteps += reinforcement ? 0 : 1;
        long tokens = harvest.Groups.Sum(g => g.SampledTokens);
        state.SampledTokens += tokens;
        state.RoundZeroTokens += harvest.Groups.Sum(g => g.First.Group.TokenCount + (long)g.First.Group.Prompt.Ids.Length * g.First.Scores.Count);

        var values = StepMetrics.Of(harvest, update, phase.Rewards, phase.Phase.Guidance.HintRatios);
        values[MetricNames.LearningRate] = learningRate;
        if (phase.Problems.Contamination is { } contamination)
            values[MetricNames.Contaminated] = contamination.Dropped ? 0 : contamination.Share;
        values[MetricNames.StepTime] = (sampling + updating).TotalSeconds;
        values[MetricNames.UpdateSeconds] = updating.TotalSeconds;
        values[MetricNames.Updates] = state.Version;
        values[MetricNames.PeakMemoryBytes] = ProcessMemory.PeakBytes();
        if (reinforcement)
        {
            values[MetricNames.NumTokens] = state.RoundZeroTokens;
            values[MetricNames.SampledTokens] = state.SampledTokens;
            values[MetricNames.SamplingSeconds] = sampling.TotalSeconds;
            values[MetricNames.TokensPerSecond] = tokens / Math.Max(1e-9, sampling.TotalSeconds);
            log.Write(step, harvest);
        }

        log.Reporter.OnStep(new StepReport
        {
            Step = step,
            TotalSteps = reinforcement ? totalSteps : phase.Steps,
            Phase = phase.Phase.Name,
            Elapsed = TimeSpan.FromSeconds(Seconds),
            Values = values,
            Diagnosis = reinforcement ? _nothingLearned.Observe(values) : null,
        });
    }

    /// <summary>Examines the policy where it is due; at the very end of a run it is examined anyhow.</summary>
    private async Task ExamineAsync(PhaseParts phase, bool isOver)
    {
        var due = IsReinforcement(phase) && evaluation.EvalSteps > 0 && state.PhaseStep % evaluation.EvalSteps == 0 && !(isOver && phase.IsLast);
        if (due && evaluator.Benchmarks.Count > 0)
            log.Reporter.OnEvaluation(await evaluator.EvaluateAsync(state.RolloutSteps, withGreedy: false).ConfigureAwait(false));
    }

    private async Task<bool> IsSolvedAsync(PhaseParts phase)
    {
        if (phase.Phase.Until is not { } until || state.PhaseStep % until.Every != 0)
            return false;
        var accuracy = await evaluator.GreedyAccuracyAsync(until.Task).ConfigureAwait(false);
        log.Reporter.OnMessage($"{phase.Phase.Name}: {accuracy:P0} of {until.Task} solved greedily after {state.PhaseStep} steps");
        return accuracy >= until.Accuracy;
    }
}
