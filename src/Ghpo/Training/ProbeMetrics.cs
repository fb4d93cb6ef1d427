using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Rewards;

namespace Ghpo.Training;

/// <summary>What probing saved and lost (definitions: docs/metrics.md).</summary>
internal static class ProbeMetrics
{
    public static void Add(Dictionary<string, double> values, IReadOnlyList<RefinedGroup> groups)
    {
        var probed = groups.SelectMany(g => g.Attempts).Where(a => a.ProbeSize is not null && !a.IsUnscorable).ToArray();
        if (probed.Length == 0)
            return;
        var completed = probed.Where(a => a.Missing == 0).ToArray();
        values[MetricNames.ProbeStopped] = 1 - (double)completed.Length / probed.Length;
        values[MetricNames.ProbeMissedRound0] = Missed(completed.Where(a => a.Group.Prompt.Hint is null));
        values[MetricNames.ProbeMissedGuided] = Missed(completed.Where(a => a.Group.Prompt.Hint is not null));
        values[MetricNames.ProbeBias] = completed.Length == 0 ? double.NaN
            : Accuracy(completed.SelectMany(a => a.FirstPart)) - Accuracy(completed.SelectMany(a => a.Scores.Skip(a.ProbeSize!.Value)));
    }

    /// <summary>Horvitz–Thompson: a completed group with c right stands for 1/d − 1 that were given up, d its probability of being completed.</summary>
    internal static double Missed(IEnumerable<ScoredGroup> completed)
    {
        double lost = 0, all = 0;
        foreach (var group in completed.Where(a => a.CorrectCount > 0))
        {
            var found = 1 - NoneRight(group.Scores.Count, group.CorrectCount, group.ProbeSize!.Value);
            lost += group.CorrectCount * (1 / found - 1);
            all += group.CorrectCount / found;
        }

        return all > 0 ? lost / all : double.NaN;
    }

    /// <summary>C(G − c, m) / C(G, m): that none of the c right ones is among the first m of G.</summary>
    private static double NoneRight(int size, int correct, int part)
    {
        var probability = 1.0;
        for (var i = 0; i < part; i++)
            probability *= Math.Max(0, size - correct - i) / (double)(size - i);
        return probability;
    }

    private static double Accuracy(IEnumerable<ScoredCompletion> scores) => scores.Select(s => s.IsCorrect ? 1.0 : 0).DefaultIfEmpty(double.NaN).Average();
}
