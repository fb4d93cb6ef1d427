using System.Text.Json;
using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Rewards;

namespace Ghpo.Training;

/// <summary>Tells what became of the rows of the data files, and how far training problems overlap the evaluation: a message each, and problems.json in the run's folder.</summary>
internal static class ProblemNews
{
    /// <summary>What the filters of training problems ask of the verifier and of the evaluation.</summary>
    public static LoadContext Context(IReadOnlyList<Benchmark> benchmarks) => new()
    {
        IsVerifiable = ((IVerifier)new MathAnswerVerifier()).CanRead,
        EvaluationSets = [.. benchmarks.Where(b => b.Problems.Counts is not null).Select(b => (b.Name, b.Problems))],
    };

    /// <summary>Tells it.</summary>
    public static void Tell(IReporter reporter, RunFolder folder, IReadOnlyList<ProblemSet> training, IReadOnlyList<Benchmark> benchmarks)
    {
        var sets = training.Where(set => set.Counts is not null).DistinctBy(set => (set.Name, set.Counts!.ToString())).ToArray();
        if (sets.Length == 0)
            return;
        foreach (var set in sets)
        {
            reporter.OnMessage($"{set.Name}: {set.Counts}");
            if (set.Contamination is { } contamination)
                reporter.OnMessage($"{set.Name}: {contamination}");
        }

        var file = new
        {
            Training = sets.Select(set => new { set.Name, set.Counts, set.Contamination }),
            Evaluation = benchmarks.Where(b => b.Problems.Counts is not null).Select(b => new { b.Name, b.Problems.Counts }),
        };
        AtomicFile.WriteAllText(Path.Combine(folder.Path, "problems.json"), JsonSerializer.Serialize(file, SummaryFile.Options) + "\n");
    }
}
