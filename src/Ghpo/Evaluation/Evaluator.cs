using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;

namespace Ghpo.Evaluation;

/// <summary>
/// Examines a policy on hint-free tasks: pass@1 as avg@k with an interval clustered by problem, and greedy decoding beside it. The random streams are keyed by problem and sample, so every
/// evaluation of a run draws the same numbers: two of them differ by the policy alone.
/// </summary>
/// <param name="benchmarks">The tasks.</param>
/// <param name="formatter">Makes the prompts.</param>
/// <param name="sampling">Samples at the evaluation's temperature.</param>
/// <param name="greedy">Decodes greedily.</param>
/// <param name="verifier">Says what is right.</param>
public sealed class Evaluator(IReadOnlyList<Benchmark> benchmarks, IPromptFormatter formatter, IEngine sampling, IEngine greedy, IVerifier verifier)
{
    /// <summary>The tasks.</summary>
    public IReadOnlyList<Benchmark> Benchmarks => benchmarks;

    /// <summary>Examines the policy on all tasks at once.</summary>
    /// <param name="step">Training steps made before it.</param>
    /// <param name="withGreedy">Whether to decode greedily too.</param>
    /// <param name="cancellation">Stops it.</param>
    public async Task<EvaluationReport> EvaluateAsync(int step, bool withGreedy, CancellationToken cancellation = default)
    {
        var sampled = benchmarks.Select(b => SharesAsync(b, sampling, b.Samples, cancellation)).ToArray();
        var decoded = benchmarks.Select(b => withGreedy ? SharesAsync(b, greedy, 1, cancellation) : Task.FromResult<double[]>([])).ToArray();
        await Task.WhenAll([.. sampled, .. decoded]).ConfigureAwait(false);
        return new EvaluationReport
        {
            Step = step,
            Tasks = [.. benchmarks.Select((b, i) => TaskResult.FromShares(b.Name, sampled[i].Result, b.Samples, withGreedy ? decoded[i].Result.Average() : null))],
        };
    }

    /// <summary>Greedy accuracy on one task.</summary>
    public async Task<double> GreedyAccuracyAsync(string task, CancellationToken cancellation = default)
    {
        var benchmark = benchmarks.First(b => b.Name == task);
        return (await SharesAsync(benchmark, greedy, 1, cancellation).ConfigureAwait(false)).Average();
    }

    /// <summary>For each problem the share of its completions that are right. A problem whose prompt is too long is answered wrong, not left out.</summary>
    private async Task<double[]> SharesAsync(Benchmark benchmark, IEngine engine, int samples, CancellationToken cancellation) =>
        await Task.WhenAll(benchmark.Problems.Problems.Select(problem => ShareAsync(problem, engine, samples, cancellation))).ConfigureAwait(false);

    private async Task<double> ShareAsync(Problem problem, IEngine engine, int samples, CancellationToken cancellation)
    {
        if (formatter.Format(problem, hint: null) is not { } prompt)
            return 0;
        var right = 0;
        await foreach (var (completion, prefix) in engine.SampleAsync(new SampleRequest(new Visit(problem, 0), 0, prompt, 0, samples), cancellation).ConfigureAwait(false))
        {
            prefix?.Dispose();
            right += verifier.Accepts(problem, completion.Answer) ? 1 : 0;
        }

        return (double)right / samples;
    }
}
