using Ghpo.Problems;

namespace Ghpo.Evaluation;

/// <summary>A hint-free task to examine a model on.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Problems">Its problems.</param>
/// <param name="Samples">k: completions of each problem.</param>
public sealed record Benchmark(string Name, ProblemSet Problems, int Samples)
{
    /// <summary>Loads the tasks of a recipe; generated problems come from the held-out part.</summary>
    public static IReadOnlyList<Benchmark> Load(EvaluationOptions options, ulong seed) =>
        [.. options.Tasks.Select(task => new Benchmark(task.Name, ProblemLoader.Load(task.Problems, seed, ProblemSplit.Evaluation), task.NumSamples ?? options.NumSamples))];
}
