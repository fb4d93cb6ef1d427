using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ghpo.Benchmarks;

/// <summary>Runs a program whose last line on standard output is a JSON object with its figures.</summary>
internal static class MeasuredProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    /// <summary>Runs this program.</summary>
    public static JsonObject RunOurs(IEnumerable<string> arguments, int threads) => Run(Environment.ProcessPath!, arguments, threads);

    /// <summary>Runs a program with so many threads and gives its figures, with <c>process_seconds</c>, how long it took from start to end; a failure names the command and its last lines.</summary>
    public static JsonObject Run(string program, IEnumerable<string> arguments, int threads)
    {
        string[] words = [.. arguments];
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["OMP_NUM_THREADS"] = start.Environment["MKL_NUM_THREADS"] = threads.ToString();
        var command = $"{Path.GetFileName(program)} {string.Join(' ', words)}";
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command} does not start.");
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{command} took more than {Limit.TotalMinutes} minutes.");
        }
        process.WaitForExit();
        var seconds = clock.Elapsed.TotalSeconds;
        var lines = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{command} ended with {process.ExitCode}: {string.Join('\n', errors.GetAwaiter().GetResult().TrimEnd().Split('\n').TakeLast(5))}");
        try
        {
            var line = lines.Length == 0 ? [] : JsonNode.Parse(lines[^1])!.AsObject();
            line["process_seconds"] = seconds;
            return line;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];   // the makers of checkpoints print what they like; a missing figure is named where it is asked for
        }
    }
}
