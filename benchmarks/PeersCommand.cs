using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Cli.Bench;

namespace Ghpo.Benchmarks;

/// <summary><c>peers</c>: every comparison, or those named; a table to read and a JSON file to keep.</summary>
internal static class PeersCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var only = new Option<string[]>("--only") { Description = "Only this comparison (may be given again): " + string.Join(", ", Comparison.All.Select(c => c.Name)) };
        only.AcceptOnlyFromAmong([.. Comparison.All.Select(c => c.Name)]);
        var json = new Option<FileInfo?>("--json") { Description = "Writes all figures to this file." };
        var rounds = new Option<int?>("--rounds") { Description = "How often each side runs; each comparison's own number if left out." };
        var threads = new Option<int>("--threads") { Description = "Threads of both sides.", DefaultValueFactory = _ => OursCommand.Threads };
        var shared = new Option<string?>("--shared") { Description = "The folder with peers and data; ../shared beside the checkout if left out." };
        foreach (var count in new Option[] { rounds, threads })
            count.Validators.Add(result => { if (result.Tokens is [var token] && int.TryParse(token.Value, out var n) && n < 1) result.AddError($"{result.Option.Name} must be at least 1."); });
        var command = new Command("peers", "Runs us and our peers in turns on the same data and threads, and prints medians and ratios.") { only, json, rounds, threads, shared };
        command.SetAction(result =>
        {
            var names = result.GetValue(only) ?? [];
            var chosen = Comparison.All.Where(c => names.Length == 0 || names.Contains(c.Name));
            try
            {
                return Run(chosen, new Places(result.GetValue(shared)), result.GetValue(threads), result.GetValue(rounds), result.GetValue(json));
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or InvalidOperationException)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        });
        return command;
    }

    // A side that cannot run is told and makes the exit code 1; a bar that is missed is a result, not a failure.
    private static int Run(IEnumerable<Comparison> comparisons, Places places, int threads, int? rounds, FileInfo? json)
    {
        var machine = MeasuredProcess.RunOurs(["machine"], threads);
        Console.WriteLine(Machine.Describe(machine));
        var harness = new PeerHarness(places, threads, rounds);
        var results = new JsonArray();
        var failed = false;
        foreach (var comparison in comparisons)
        {
            Console.WriteLine($"\n{comparison.Name}: {comparison.What} ({comparison.Figure}, {(comparison.LessIsBetter ? "less" : "more")} is better)");
            var entry = new JsonObject { ["name"] = comparison.Name, ["what"] = comparison.What, ["figure"] = comparison.Figure, ["bar"] = comparison.Bar };
            results.Add((JsonNode)entry);
            try
            {
                var (ours, peer, limit, ratio) = harness.Run(comparison);
                Console.WriteLine($"  ours  {ours}\n  peer  {peer}\n  ratio {ratio:#,0.00} ×, bar {comparison.Bar:0.##} ×: {(ratio >= comparison.Bar ? "met" : "missed")}");
                (entry["ours"], entry["peer"], entry["ratio"], entry["met"]) = (ours.ToJson(), peer.ToJson(), ratio, ratio >= comparison.Bar);
                if (limit is not null)
                {
                    Console.WriteLine($"  limit {limit} by the machine's rates between the turns: {(comparison.LessIsBetter ? peer.Median / limit.Median : limit.Median / peer.Median):0.00} × the peer's");
                    entry["limit"] = limit.ToJson();
                }
            }
            catch (InvalidOperationException e)
            {
                failed = true;
                Console.WriteLine($"  cannot be compared: {e.Message}");
                entry["error"] = e.Message;
            }
        }
        if (json is not null)
            File.WriteAllText(json.FullName, new JsonObject { ["machine"] = machine.DeepClone(), ["rounds"] = rounds, ["comparisons"] = results }.ToJsonString(Indented) + "\n");
        return failed ? 1 : 0;
    }
}
