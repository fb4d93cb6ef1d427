using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Ghpo.Tests.Shared;

namespace Ghpo.Verification.Tests;

/// <summary>
/// Throws what a <see cref="Fuzzer"/> makes at the verifier without the net under it. Always a few thousand cases; with GHPO_FUZZ_SECONDS set as many as fit into that time
/// (GHPO_FUZZ_SEED for other ones), and then the time of every call is looked at too.
/// </summary>
public sealed partial class FuzzTests(ITestOutputHelper output)
{
    private const int CasesWithoutTime = 3_000;
    private const long MostBytes = 64_000_000;
    private const double MostMilliseconds = 50;

    private static readonly (string, string)[] BuiltIn =
    [
        ("\\frac{1}{2}", "So we get $\\boxed{0.5}$."), ("x^2+2x+1", "The answer is $(x+1)^2$."), ("(-\\infty,1]\\cup[10,\\infty)", "#### x \\le 1 or x \\ge 10"), ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "<answer>[[1,2],[3,4]]</answer>"),
        ("\\{1,2,3\\}", "$\\boxed{3,2,1}$"), ("y=3x-2", "\\[ 3x - y = 2 \\]"), ("52_8", "\\boxed{52_8}"), ("\\text{(E)}", "Option E."), ("90^\\circ", "\\frac{\\pi}{2}"), ("\\$18.90", "The answer is 18.9 dollars."),
    ];

    [Fact]
    public void Nothing_that_is_thrown_at_it_breaks_it()
    {
        int Number(string name, int standard) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : standard;
        var seconds = Number("GHPO_FUZZ_SECONDS", 0);
        var fuzzer = new Fuzzer(Number("GHPO_FUZZ_SEED", 1), Samples());
        var clock = Stopwatch.StartNew();
        var (cases, slowest, largest) = (0L, 0.0, 0L);
        List<string> findings = [];
        (string Gold, string Candidate, TimeSpan Since) current = ("", "", default);
        // A call that never ends has to be named by someone else.
        using var watch = new Timer(_ =>
        {
            var (gold, candidate, since) = current;
            if (clock.Elapsed - since > TimeSpan.FromSeconds(30)) Console.Error.WriteLine(Finding("hangs", gold, candidate));
        }, null, 5_000, 5_000);
        for (; (seconds == 0 ? cases < CasesWithoutTime : clock.Elapsed.TotalSeconds < seconds) && findings.Count < 200; cases++)
        {
            var (gold, candidate) = fuzzer.Next();
            current = (gold, candidate, clock.Elapsed);
            if (Problem(gold, candidate, timed: seconds > 0, ref slowest, ref largest) is not { } problem) continue;
            findings.Add(Finding(problem, gold, candidate));
            if (seconds > 0) Console.Error.WriteLine(findings[^1]);
        }
        output.WriteLine(FormattableString.Invariant($"{cases} cases in {clock.Elapsed.TotalSeconds:F0} s, slowest call {slowest:F1} ms (best of four), most allocated {largest / 1e6:F1} MB"));
        Assert.True(findings.Count == 0, $"{findings.Count} findings, the first: {findings.FirstOrDefault()}");
    }

    private static string Finding(string problem, string gold, string candidate) => new JsonObject { ["problem"] = problem, ["gold"] = gold, ["candidate"] = candidate }.ToJsonString();

    private static string? Problem(string gold, string candidate, bool timed, ref double slowest, ref long largest)
    {
        try
        {
            var (verdict, milliseconds, bytes) = Call(gold, candidate);
            // A shared machine lies about time, never to the better: the best of some runs counts.
            for (var again = 0; timed && again < (milliseconds > MostMilliseconds ? 10 : 3) && milliseconds > slowest; again++) milliseconds = Math.Min(milliseconds, Call(gold, candidate).Milliseconds);
            if (timed) slowest = Math.Max(slowest, milliseconds);
            largest = Math.Max(largest, bytes);
            if (bytes > MostBytes) return FormattableString.Invariant($"allocated {bytes / 1e6:F1} MB");
            if (timed && milliseconds > MostMilliseconds) return FormattableString.Invariant($"took {milliseconds:F1} ms");
            if (verdict != Call(gold, candidate).Verdict) return "two calls differ";
            if (verdict.IsCorrect && verdict.AnswerSpan is { } span && (span.Start < 0 || span.Start + span.Length > candidate.Length)) return "the span is outside of the text";
            return null;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            return problem.ToString();
        }
    }

    private static (Verdict Verdict, double Milliseconds, long Bytes) Call(string gold, string candidate)
    {
        var (bytes, start) = (GC.GetAllocatedBytesForCurrentThread(), ThreadMilliseconds());
        var verdict = MathVerifier.VerifyUnguarded(gold, candidate, VerifierOptions.Default);
        return (verdict, ThreadMilliseconds() - start, GC.GetAllocatedBytesForCurrentThread() - bytes);
    }

    /// <summary>The time that this thread computed, where the system tells it: waiting for a core on a busy machine is nobody's fault.</summary>
    private static double ThreadMilliseconds()
    {
        const int threadCpuTime = 3;
        Span<long> time = stackalloc long[2];
        return OperatingSystem.IsLinux() && ClockGetTime(threadCpuTime, ref time[0]) == 0 ? (1e3 * time[0]) + (1e-6 * time[1]) : 1e3 * Stopwatch.GetTimestamp() / Stopwatch.Frequency;
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, ref long secondsAndNanoseconds);

    private static List<(string, string)> Samples()
    {
        var samples = BuiltIn.ToList();
        var folder = Path.Combine(SharedData.Checkout, "..", "shared", "data", "verifier");
        foreach (var (file, gold, candidate) in new[] { ("equivalence_dev.jsonl", "gold", "candidate"), ("agreement_pairs.jsonl", "gold", "pred"), ("math_verify_sample.jsonl", "gold", "pred"), ("latex_parse.jsonl", "latex", "latex") })
        {
            if (!File.Exists(Path.Combine(folder, file))) continue;
            foreach (var line in File.ReadLines(Path.Combine(folder, file)))
            {
                var row = JsonNode.Parse(line)!;
                samples.Add(((string)row[gold]!, (string)row[candidate]!));
            }
        }
        return samples;
    }
}
