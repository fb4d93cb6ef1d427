using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Training;

namespace Ghpo.Experiments;

/// <summary>
/// Makes the runs of a comparison, several at a time, each deterministic on its own threads. What is done stays done: begun again, the queue goes on with every run's last checkpoint.
/// First every run makes the steps of its recipe; then those that spent fewer tokens than the one that spent most go on until they have spent as many.
/// </summary>
/// <param name="folder">The comparison.</param>
/// <param name="jobs">Runs at a time.</param>
/// <param name="say">Gets a line for each run that ends.</param>
public sealed class ComparisonQueue(ComparisonFolder folder, int jobs, Action<string> say)
{
    private static readonly Reporters Nobody = new(); // a single run is not watched: its folder tells all
    private readonly Lock _gate = new();
    private readonly HashSet<string> _starting = [];
    private readonly List<Job> _waiting = [];
    private int _done;
    private int _count;

    /// <summary>Makes all runs.</summary>
    /// <param name="stop">Ends each run after the step that is under way, with a checkpoint.</param>
    /// <exception cref="OperationCanceledException">Stopped; begin again to go on.</exception>
    public async Task ExecuteAsync(CancellationToken stop = default)
    {
        Models.Native.LibTorch.EnsureLoaded();
        await RunAllAsync(0, stop).ConfigureAwait(false);
        var budget = Budget.Of(folder);
        say($"equal budgets: {budget.Steps:N0} steps, {budget.Tokens:N0} tokens; runs that spent fewer tokens go on");
        await RunAllAsync((long)budget.Tokens, stop).ConfigureAwait(false);
    }

    private async Task RunAllAsync(long tokens, CancellationToken stop)
    {
        var plan = folder.Plan;
        _waiting.Clear();
        _waiting.AddRange(plan.Seeds.SelectMany(seed => plan.Recipes.Select(name => new Job(name, seed, tokens))).Where(job => !IsDone(job)));
        (_done, _count) = (0, _waiting.Count);
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(jobs, _count)).Select(_ => Task.Run(() => WorkAsync(failed), CancellationToken.None))).ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
    }

    /// <summary>Takes runs off the queue until none is left, one has failed or the user stops.</summary>
    private async Task WorkAsync(CancellationTokenSource failed)
    {
        while (!failed.IsCancellationRequested && Next() is { } next)
        {
            if (next.Job is not { } job)
            {
                await Task.Delay(100, CancellationToken.None).ConfigureAwait(false); // all that wait need a start model that is being made
                continue;
            }

            try
            {
                await RunAsync(job, failed.Token).ConfigureAwait(false);
            }
            catch
            {
                await failed.CancelAsync().ConfigureAwait(false); // the others save and end; the error is told when they have
                throw;
            }
            finally
            {
                lock (_gate)
                    _starting.Remove(next.Start ?? "");
            }
        }
    }

    /// <summary>The next run that can begin; one without a job where all must wait for a start model; null where none is left.</summary>
    private (Job? Job, string? Start)? Next()
    {
        lock (_gate)
        {
            foreach (var job in _waiting)
            {
                var start = new WarmUpCache(folder.RecipeOf(job.Recipe, job.Seed));
                var makes = start.Folder is not null && !start.IsThere;
                if (makes && !_starting.Add(start.Folder!))
                    continue;
                _waiting.Remove(job);
                return (job, makes ? start.Folder : null);
            }

            return _waiting.Count > 0 ? (null, null) : null;
        }
    }

    private async Task RunAsync(Job job, CancellationToken stop)
    {
        var recipe = folder.RecipeOf(job.Recipe, job.Seed);
        var path = folder.RunOf(job.Recipe, job.Seed);
        if (recipe.AllPhases().Any(phase => phase.Guidance.When == GuidanceTrigger.Labelled))
            recipe = await LabelledAsync(recipe, folder.LabelsOf(job.Recipe, job.Seed), stop).ConfigureAwait(false);
        if (Directory.Exists(path) && !File.Exists(System.IO.Path.Combine(path, "recipe.yaml")))
            Directory.Delete(path, recursive: true); // killed before it began
        var run = Directory.Exists(path)
            ? TrainingRun.Resume(RunFolder.Open(path), Nobody, folder.Plan.Command, job.UntilTokens)
            : TrainingRun.Begin(recipe, Nobody, path, folder.Plan.Command);
        RunSummary summary;
        try
        {
            summary = await run.ExecuteAsync(stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }

        if (summary.Outcome == RunOutcome.Completed)
            say(FormattableString.Invariant($"[{Interlocked.Increment(ref _done)}/{_count}] {job.Recipe}, seed {job.Seed}: {summary.Before?.Mean:P1} → {summary.After?.Mean:P1}, {summary.Steps} steps, {summary.SampledTokens:N0} tokens, {summary.Seconds:N0} s"));
    }

    /// <summary>Labels the problems of a recipe by its start model, once, and has every phase read them.</summary>
    private static async Task<Recipe> LabelledAsync(Recipe recipe, string labels, CancellationToken stop)
    {
        if (!File.Exists(labels))
            await DifficultyLabelling.WriteAsync(recipe, labels, samples: null, Nobody, stop).ConfigureAwait(false);
        return recipe with
        {
            Guidance = recipe.Guidance with { Labels = labels },
            Phases = [.. recipe.Phases.Select(phase => phase with { Guidance = phase.Guidance with { Labels = labels } })],
        };
    }

    private bool IsDone(Job job)
    {
        var summary = folder.RunOf(job.Recipe, job.Seed) is var path && File.Exists(System.IO.Path.Combine(path, "summary.json")) ? SummaryFile.Read(System.IO.Path.Combine(path, "summary.json")) : null;
        return summary is { Outcome: RunOutcome.Completed } && (summary.SampledTokens >= job.UntilTokens || summary.Steps == 0);
    }

    private sealed record Job(string Recipe, int Seed, long UntilTokens);
}

/// <summary>The two budgets at which runs are read.</summary>
/// <param name="Steps">S: the steps of the recipes.</param>
/// <param name="Tokens">T: the most tokens that any run took for them.</param>
public sealed record Budget(int Steps, double Tokens)
{
    /// <summary>The budgets of a comparison whose runs have made their recipes' steps.</summary>
    public static Budget Of(ComparisonFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var runs = folder.Plan.Recipes.SelectMany(name => folder.Plan.Seeds.Select(seed => RunFolder.Open(folder.RunOf(name, seed)))).ToList();
        var steps = runs.Max(run => SummaryFile.Read(run.Summary).TotalSteps);
        return new Budget(steps, runs.Max(run => RunCurve.Read(run).TokensOf(steps)));
    }
}
