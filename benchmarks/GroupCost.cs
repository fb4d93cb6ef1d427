using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
using TorchSharp;

namespace Ghpo.Benchmarks;

/// <summary>
/// What a group's size costs: G completions of one long prompt, against the ideal, which is the prompt once and then as many rows as if they had no prompt: its keys and values are
/// computed once and read once a step for all of them.
/// </summary>
internal static class GroupCost
{
    public static Command Create()
    {
        var checkpoint = OursCommand.Checkpoint();
        var group = OursCommand.Number("--group", "G, completions of the prompt.", 32);
        var prompt = OursCommand.Number("--prompt", "Tokens of the prompt.", 1024);
        var tokens = OursCommand.Number("--new", "New tokens of each completion.", 32);
        var command = new Command("group", "Seconds to sample a group of completions of one long prompt.") { checkpoint, group, prompt, tokens };
        command.SetAction(result => Run(result.GetRequiredValue(checkpoint).FullName, result.GetValue(group), result.GetValue(prompt), result.GetValue(tokens)));
        return command;
    }

    private static void Run(string checkpoint, int group, int prompt, int tokens)
    {
        using var model = Checkpoint.Load(checkpoint, new() { WeightType = torch.ScalarType.Float32, Trainable = false });
        using var generator = new Generator(model, new() { Threads = OursCommand.Threads, MaxRows = group });
        var random = new Random(0);
        double Seconds(int length, int rows, int count)
        {
            var request = new GenerationRequest
            {
                Prompt = [.. Enumerable.Range(0, length).Select(_ => random.Next(2, model.Config.VocabularySize))],
                StreamKeys = [.. Enumerable.Range(0, rows).Select(i => RandomStream.KeyOf((ulong)length, (ulong)i))],
                Sampling = new() { MaxNewTokens = count },
            };
            var clock = Stopwatch.StartNew();
            Drain(generator, request).Wait();
            return clock.Elapsed.TotalSeconds;
        }

        Seconds(8, group, 2);
        // In turns, so that what else the machine does meets both.
        var (once, alone, whole) = (Seconds(prompt, 1, 1), Seconds(1, group, tokens), Seconds(prompt, group, tokens));
        OursCommand.Report("group", new JsonObject
        {
            ["seconds"] = Math.Round(whole, 3),
            ["ideal_seconds"] = Math.Round(once + alone, 3),
            ["prompt_seconds"] = Math.Round(once, 3),
        }, new JsonObject { ["group"] = group, ["prompt"] = prompt, ["new"] = tokens });
    }

    private static async Task Drain(Generator generator, GenerationRequest request)
    {
        await foreach (var _ in generator.GenerateAsync(request).ConfigureAwait(false)) { }
    }
}
