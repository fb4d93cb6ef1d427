using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Evaluation;

/// <summary>How one task asks and judges, where it differs from the others.</summary>
/// <param name="Formatter">Makes its prompts.</param>
/// <param name="Verifier">Says what is right.</param>
public sealed record TaskParts(IPromptFormatter Formatter, IVerifier Verifier);

/// <summary>
/// Examines a policy on hint-free tasks: pass@1 as avg@k, unbiased pass@k and maj@k with intervals clustered by problem, and greedy decoding beside them. The random streams are keyed by
/// problem and sample, so every evaluation of a run draws the same numbers: two of them differ by the policy alone.
/// </summary>
/// <param name="benchmarks">The tasks.</param>
/// <param name="formatter">Makes the prompts.</param>
/// <param name="sampling">Samples at the evaluation's temperature.</param>
/// <param name="greedy">Decodes greedily.</param>
/// <param name="verifier">Says what is right.</param>
/// <param name="partsOf">How a task asks and judges, where tasks differ; null: all as above.</param>
public sealed class Evaluator(IReadOnlyList<Benchmark> benchmarks, IPromptFormatter formatter, IEngine sampling, IEngine greedy, IVerifier verifier, Func<Benchmark, TaskParts>? partsOf = null)
{
    private const int FewestVoters = 3;
    private readonly Dictionary<string, TaskParts> _parts = benchmarks.ToDictionary(b => b.Name, b => partsOf?.Invoke(b) ?? new TaskParts(formatter, verifier));

    /// <summary>The tasks.</summary>
    public IReadOnlyList<Benchmark> Benchmarks => benchmarks;

    /// <summary>Examines the policy on all tasks at once.</summary>
    /// <param name="step">Training steps made before it.</param>
    /// <param name="withGreedy">Whether to decode greedily too.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<EvaluationReport> EvaluateAsync(int step, bool withGreedy, CancellationToken cancellation = default)
    {
        var sampled = benchmarks.Select(b => ExamineAsync(b, sampling, b.Samples, cancellation)).ToArray();
        var decoded = benchmarks.Select(b => withGreedy ? ExamineAsync(b, greedy, 1, cancellation) : Task.FromResult<Tally[]>([])).ToArray();
        await Task.WhenAll([.. sampled, .. decoded]).ConfigureAwait(false);
        return new EvaluationReport
        {
            Step = step,
            Tasks = [.. benchmarks.Select((b, i) => Result(b, sampled[i].Result, withGreedy ? decoded[i].Result.Average(tally => tally.Right) : null))],
        };
    }

    /// <summary>Greedy accuracy on one task.</summary>
    public async Task<double> GreedyAccuracyAsync(string task, CancellationToken cancellation = default)
    {
        var benchmark = benchmarks.First(b => b.Name == task);
        return (await ExamineAsync(benchmark, greedy, 1, cancellation).ConfigureAwait(false)).Average(tally => tally.Right);
    }

    private static TaskResult Result(Benchmark benchmark, Tally[] tallies, double? greedy)
    {
        var k = benchmark.Samples;
        return TaskResult.FromShares(benchmark.Name, [.. tallies.Select(tally => (double)tally.Right / k)], k, greedy) with
        {
            Right = [.. tallies.Select(tally => tally.Right)],
            PassAtK = k > 1 ? PassAtK.Of([.. tallies.Select(tally => tally.Right)], k) : null,
            MajorityAtK = k >= FewestVoters ? Estimate.OfProblems([.. tallies.Select(tally => tally.Majority)]) : null,
            Truncated = tallies.Average(tally => (double)tally.Truncated / k),
            TooLong = tallies.Count(tally => tally.TooLong),
        };
    }

    private async Task<Tally[]> ExamineAsync(Benchmark benchmark, IEngine engine, int samples, CancellationToken cancellation) =>
        await Task.WhenAll(benchmark.Problems.Problems.Select(problem => ExamineAsync(problem, _parts[benchmark.Name], engine, samples, cancellation))).ConfigureAwait(false);

    /// <summary>A problem whose prompt is too long is answered wrong, not left out.</summary>
    private static async Task<Tally> ExamineAsync(Problem problem, TaskParts parts, IEngine engine, int samples, CancellationToken cancellation)
    {
        if (parts.Formatter.Format(problem, hint: null) is not { } prompt)
            return new Tally(0, 0, 0, TooLong: true);
        var (right, truncated) = (0, 0);
        var wrong = new List<string>();
        await foreach (var (completion, prefix) in engine.SampleAsync(new SampleRequest(new Visit(problem, 0), 0, prompt, 0, samples), cancellation).ConfigureAwait(false))
        {
            prefix?.Dispose();
            truncated += completion.Finish == FinishReason.Length ? 1 : 0;
            if (parts.Verifier.Accepts(problem, completion.Answer))
                right++;
            else if (samples >= FewestVoters && parts.Verifier.Extract(completion.Answer) is { } answer)
                wrong.Add(answer);
        }

        return new Tally(right, MajorityVote.Share(right, wrong, parts.Verifier.AreSame), truncated, TooLong: false);
    }

    /// <summary>The samples of one problem: how many are right, how far the majority is, how many were cut off.</summary>
    private readonly record struct Tally(int Right, double Majority, int Truncated, bool TooLong);
}
