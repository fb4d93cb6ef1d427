using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Optimization;
using Ghpo.Training.Recipes;
using TorchSharp;

namespace Ghpo.Training;

/// <summary>Trains a model as a recipe says: load, phase after phase, examine before and after, and leave everything in the run's folder.</summary>
public sealed class TrainingRun
{
    private readonly Recipe _recipe;
    private readonly RunFolder _folder;
    private readonly IReporter _watcher;
    private readonly string _command;
    private readonly bool _resumed;
    private readonly ulong _seed;
    private readonly long _untilTokens;
    private bool _endsWithWarmUp;

    private TrainingRun(Recipe recipe, RunFolder folder, bool resumed, IReporter watcher, string command, long untilTokens = 0) =>
        (_recipe, _folder, _resumed, _watcher, _command, _seed, _untilTokens) = (recipe, folder, resumed, watcher, command, (ulong)recipe.Seed, untilTokens);

    /// <summary>Begins a run in a fresh folder.</summary>
    /// <param name="recipe">What to do.</param>
    /// <param name="watcher">Who watches.</param>
    /// <param name="output">The folder to make; null: <c>runs/NAME-n</c>.</param>
    /// <param name="command">How to repeat the run, for its report.</param>
    /// <exception cref="IOException">The folder exists.</exception>
    public static TrainingRun Begin(Recipe recipe, IReporter watcher, string? output = null, string command = "")
    {
        var folder = RunFolder.Create(recipe.Name ?? "run", output);
        AtomicFile.WriteAllText(folder.Recipe, RecipePrinter.Print(recipe));
        return new TrainingRun(recipe, folder, resumed: false, watcher, command);
    }

    /// <summary>Goes on with a run from its last checkpoint, or from the start when it has none.</summary>
    /// <param name="folder">The run.</param>
    /// <param name="watcher">Who watches.</param>
    /// <param name="command">How to repeat the run, for its report.</param>
    /// <param name="untilTokens">Go on past the recipe's last step until so many tokens were sampled in all.</param>
    /// <exception cref="InvalidDataException">The run would go on past its last step on a schedule that has no learning rate there.</exception>
    public static TrainingRun Resume(RunFolder folder, IReporter watcher, string command = "", long untilTokens = 0)
    {
        var recipe = RecipeReader.Read<Recipe>(folder.Recipe);
        if (untilTokens > 0 && recipe.AllPhases()[^1].Optimization.LrSchedulerType is not (LearningRateDecay.Constant or LearningRateDecay.ConstantWithWarmup))
            throw new InvalidDataException($"{folder.Path}: optimization.lr_scheduler_type ends with the recipe's last step; only a constant one can go on past it");
        return new TrainingRun(recipe, folder, resumed: true, watcher, command, untilTokens);
    }

    /// <summary>Makes the model that a recipe starts from, unless it was made before.</summary>
    /// <param name="recipe">The recipe; without a warm-up there is nothing to do.</param>
    /// <param name="watcher">Who watches.</param>
    /// <param name="stop">Stops it after the step that is under way; the model is then not made.</param>
    public static async Task WarmUpAsync(Recipe recipe, IReporter watcher, CancellationToken stop = default)
    {
        var cache = new WarmUpCache(recipe);
        if (cache.Folder is null || cache.IsThere)
            return;
        var folder = $"{cache.Folder}.{Environment.ProcessId}.run";
        try
        {
            await new TrainingRun(recipe, RunFolder.Create("warm-up", folder), resumed: false, watcher, "") { _endsWithWarmUp = true }.ExecuteAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }

        stop.ThrowIfCancellationRequested();
    }

    /// <summary>The run's folder.</summary>
    public RunFolder Folder => _folder;

    /// <summary>Trains.</summary>
    /// <param name="stop">Ends the run after the step that is under way, with a checkpoint.</param>
    /// <exception cref="InvalidDataException">Model or problems cannot be used.</exception>
    /// <exception cref="NonFiniteLossException">The loss is not finite; the last checkpoint is intact.</exception>
    public async Task<RunSummary> ExecuteAsync(CancellationToken stop = default)
    {
        Models.Native.LibTorch.EnsureLoaded();
        if (_recipe.Model.Threads is { } threads)
            torch.set_num_threads(threads);
        var phases = _endsWithWarmUp ? _recipe.WarmUp : _recipe.AllPhases();
        var benchmarks = Benchmark.Load(_recipe.Evaluation, _seed);
        var store = new CheckpointStore(_folder.Checkpoints, phases[^1].Training.SaveTotalLimit);
        var checkpoint = _resumed ? store.Newest : null;
        var state = checkpoint is null ? new TrainingState() : CheckpointStore.ReadState(checkpoint);
        var cache = new WarmUpCache(_recipe);
        if (checkpoint is null && cache.IsThere)
            state.PhaseIndex = _recipe.WarmUp.Count;
        state.PlannedMemory = state.PlannedMemory > 0 ? state.PlannedMemory : MemoryPlan.MachineBytes;

        using var policy = await StartModel.LoadAsync(_recipe, _watcher, stop, checkpoint, config => Plan(phases, state, config)).ConfigureAwait(false);
        var plan = Plan(phases, state, policy.Model.Config);
        using var reference = new ReferenceModel(_folder, policy);
        var builder = new PhaseBuilder(policy, reference, _seed, benchmarks, phase => MemoryPlan.Of(phase, policy.Model.Config, _recipe.Model, state.PlannedMemory).MicroBatchTokens);
        var parts = phases.Select((phase, i) => i >= state.PhaseIndex ? builder.Build(phase) with { IsLast = i == phases.Count - 1 } : null).ToArray(); // whatever is wrong with any phase is said before any work
        using var log = new RunLog(_folder, _watcher, [.. parts[^1]!.Rewards.Select(r => r.Function.Name)], _resumed, state);
        EnvironmentInfo.Collect(threads: new Dictionary<string, int> { ["libtorch"] = torch.get_num_threads() }).Write(_folder.Environment);
        var totalSteps = state.RolloutSteps + parts.OfType<PhaseParts>().Where(p => p.Phase.Source == ExperienceKind.Rollouts).Sum(p => p.Steps)
            - (phases[state.PhaseIndex].Source == ExperienceKind.Rollouts ? state.PhaseStep : 0);
        var evaluator = EvaluationRun.Examiner(_recipe, policy, benchmarks);
        var trainer = new Trainer(policy, evaluator, store, log, state, _recipe.Evaluation, totalSteps);

        log.Reporter.OnStart(Describe(policy, phases, parts[^1]!, totalSteps, state));
        ProblemNews.Tell(log.Reporter, _folder, [.. parts.OfType<PhaseParts>().Select(p => p.Problems)], benchmarks);
        Warn(phases, log);
        log.Reporter.OnMessage(plan.Describe());
        if (checkpoint is not null)
            Restore(checkpoint, policy, parts[state.PhaseIndex]!, state);
        else if (state.PhaseIndex > 0)
            log.Reporter.OnMessage($"{string.Join(", ", phases.Take(state.PhaseIndex).Select(p => p.Name))}: taken from the cache, made by a run that was the same up to there");

        try
        {
            var end = await RunPhasesAsync(parts!, trainer, evaluator, cache, policy, log, state, stop).ConfigureAwait(false);
            EvaluationReport? after = null;
            if (end == PhaseEnd.Completed && !_endsWithWarmUp)
            {
                policy.Save(_folder.Model);
                if (benchmarks.Count > 0)
                    log.Reporter.OnEvaluation(after = await evaluator.EvaluateAsync(state.RolloutSteps, _recipe.Evaluation.Greedy, CancellationToken.None).ConfigureAwait(false));
                trainer.Save(parts[^1]!); // once more: a run that goes on from here keeps this evaluation
            }

            var message = end == PhaseEnd.Completed ? null : $"stopped and saved after step {state.RolloutSteps} of {totalSteps}; go on with: ghpo train --resume {_folder.Path}";
            return Conclude(log, Summarize(state, trainer.Seconds, totalSteps, end == PhaseEnd.Completed ? RunOutcome.Completed : RunOutcome.Interrupted, message, after));
        }
        catch (NonFiniteLossException e)
        {
            Conclude(log, Summarize(state, trainer.Seconds, totalSteps, RunOutcome.Failed, e.Message, after: null));
            throw;
        }
    }

    private async Task<PhaseEnd> RunPhasesAsync(PhaseParts?[] parts, Trainer trainer, Evaluator evaluator, WarmUpCache cache, Policy policy, RunLog log, TrainingState state, CancellationToken stop)
    {
        while (true)
        {
            var part = parts[state.PhaseIndex]!;
            if (state.PhaseIndex >= _recipe.WarmUp.Count && state.Before is null && evaluator.Benchmarks.Count > 0)
                log.Reporter.OnEvaluation(state.Before = await evaluator.EvaluateAsync(0, _recipe.Evaluation.Greedy, CancellationToken.None).ConfigureAwait(false));
            var end = await trainer.RunAsync(part, part.IsLast ? _untilTokens : 0, stop).ConfigureAwait(false);
            if (end == PhaseEnd.Completed && state.PhaseIndex == _recipe.WarmUp.Count - 1)
                cache.Keep(policy);
            if (end == PhaseEnd.Completed && (part.Phase.Source == ExperienceKind.Rollouts || part.IsLast))
                trainer.Save(part);
            if (end == PhaseEnd.Interrupted || part.IsLast)
                return end;
            part.AdamW.Dispose();
            (state.PhaseIndex, state.PhaseStep, state.Source) = (state.PhaseIndex + 1, 0, null);
            policy.Generator.Publish(state.Version = 0); // versions count a phase's updates, so a phase out of the cache changes no later line of the logs
        }

    }

    /// <summary>The plan of the phase, of those to come, that takes the most memory; refuses one that this machine cannot hold.</summary>
    private MemoryPlan Plan(IReadOnlyList<Phase> phases, TrainingState state, Models.Transformer.ModelConfig config)
    {
        try
        {
            var (phase, plan) = phases.Skip(state.PhaseIndex).Select(phase => (phase, MemoryPlan.Of(phase, config, _recipe.Model, state.PlannedMemory))).MaxBy(p => p.Item2.Memory.Total);
            plan.Require(phase, config, _recipe.Model, MemoryPlan.MachineBytes);
            return plan;
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"model.lora: {e.Message}", e);
        }
    }

    private void Warn(IReadOnlyList<Phase> phases, RunLog log)
    {
        if (_recipe.Model is { Path: not null, Dtype: "auto" })
            log.Reporter.OnMessage($"dtype auto: {Models.Native.MatrixSpeed.Cpu.Reason}");
        if (phases.Any(p => p.Source == ExperienceKind.Rollouts && p.Rollouts.IsTruncated))
            log.Reporter.OnMessage("sampling is truncated (top_k, top_p or min_p): tokens are drawn from another distribution than the one that is trained, and the importance ratio is biased");
    }

    private RunSummary Conclude(RunLog log, RunSummary summary)
    {
        log.Flush();
        SummaryFile.Write(_folder.Summary, summary);
        RunReport.Write(_folder.Path);
        log.Reporter.OnEnd(summary);
        return summary;
    }

    private static void Restore(string checkpoint, Policy policy, PhaseParts part, TrainingState state)
    {
        CheckpointStore.RestoreTensors(checkpoint, policy, part.AdamW, state);
        part.Source.Restore(state.Source!);
        policy.Generator.Publish(state.Version);
    }

    private RunInfo Describe(Policy policy, IReadOnlyList<Phase> phases, PhaseParts last, int totalSteps, TrainingState state) => new()
    {
        Name = _folder.Name,
        Folder = _folder.Path,
        TotalSteps = totalSteps,
        StepsDone = state.RolloutSteps,
        Model = $"{policy.Model.Config.ModelType}, {policy.Model.Parameters.ElementCount:N0} parameters{(policy.Adapter is null ? "" : $", {policy.Model.Parameters.Trainable.Sum(p => p.Value.numel()):N0} of them trained")}, arithmetic in {policy.Model.ComputeType.ToString().ToLowerInvariant()}",
        Problems = $"{last.Problems.Problems.Count:N0} problems of {last.Problems.Name}",
        Phases = [.. phases.Select(p => p.Name)],
    };

    private RunSummary Summarize(TrainingState state, double seconds, int totalSteps, RunOutcome outcome, string? message, EvaluationReport? after) => new()
    {
        Name = _folder.Name,
        Outcome = outcome,
        Message = message,
        Before = state.Before,
        After = after,
        Steps = state.RolloutSteps,
        TotalSteps = totalSteps,
        SampledTokens = state.SampledTokens,
        Seconds = seconds,
        PeakMemoryBytes = ProcessMemory.PeakBytes(),
        Seed = _seed,
        Command = _command,
        Versions = EnvironmentInfo.Collect().Libraries,
    };
}
