using System.Diagnostics;
using System.Text.Json.Nodes;
using Ghpo.Verification;

namespace Ghpo.Benchmarks;

/// <summary>Pairs a second of our verifier on one thread, with Math-Verify's figures: what it accepts is counted too, so that both do the same work.</summary>
internal static class VerifierSpeed
{
    internal readonly record struct Pair(string Gold, string Candidate, bool? Label);

    private const int LeastPasses = 3;
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(2);

    public static void Run(IReadOnlyList<Pair> pairs)
    {
        if (pairs.Count == 0) throw new InvalidDataException("No line has both fields as texts: check --gold and --candidate.");
        // The first pass also compiles; it is told apart, and the median of the passes after it is the figure.
        var ticks = new long[pairs.Count];
        var first = Pass(pairs, ticks, out var accepted, out var agree);
        List<double> seconds = [];
        for (var clock = Stopwatch.StartNew(); seconds.Count < LeastPasses || clock.Elapsed < LeastTime;)
            seconds.Add(Pass(pairs, ticks, out accepted, out agree));
        Array.Sort(ticks);
        var median = seconds.Order().ElementAt(seconds.Count / 2);
        double Milliseconds(long value) => Math.Round(1000.0 * value / Stopwatch.Frequency, 5);
        OursCommand.Report("verifier", new JsonObject
        {
            ["pairs_per_s"] = Math.Round(pairs.Count / median, 1),
            ["first_pass_pairs_per_s"] = Math.Round(pairs.Count / first, 1),
            ["seconds"] = Math.Round(median, 5),
            ["median_ms"] = Milliseconds(ticks[ticks.Length / 2]),
            ["p99_ms"] = Milliseconds(ticks[(int)(0.99 * (ticks.Length - 1))]),
            ["slowest_ms"] = Milliseconds(ticks[^1]),
            ["accepted"] = accepted,
            ["agree_with_label"] = agree,
            ["labelled"] = pairs.Count(p => p.Label is not null),
        }, new JsonObject { ["pairs"] = pairs.Count, ["passes"] = seconds.Count });
    }

    private static double Pass(IReadOnlyList<Pair> pairs, long[] ticks, out int accepted, out int agree)
    {
        (accepted, agree) = (0, 0);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < pairs.Count; i++)
        {
            var before = Stopwatch.GetTimestamp();
            var verdict = MathVerifier.Verify(pairs[i].Gold, pairs[i].Candidate).IsCorrect;
            ticks[i] = Stopwatch.GetTimestamp() - before;
            if (verdict) accepted++;
            if (verdict == pairs[i].Label) agree++;
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
