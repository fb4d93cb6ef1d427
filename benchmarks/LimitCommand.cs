using System.CommandLine;
using System.Text.Json.Nodes;
using Ghpo.Cli.Bench;
using Ghpo.Models.Checkpoints;

namespace Ghpo.Benchmarks;

/// <summary>What the machine allows at this moment: its rates of matrix products and of memory, and the figure that no implementation passes with them. Run between the turns of two sides, it tells what a ratio can be.</summary>
internal static class LimitCommand
{
    public static Command Decode()
    {
        var checkpoint = OursCommand.Checkpoint();
        var (batch, prompt, tokens, stored) = (OursCommand.Batch(), OursCommand.Prompt(), OursCommand.New(), OursCommand.Stored());
        var command = new Command("decode-limit", "Tokens decoded a second at most, in the machine's present state.") { checkpoint, batch, prompt, tokens, stored };
        command.SetAction(result => Report(result.GetRequiredValue(checkpoint), "decode_tokens_per_s",
            limits => limits.Decode(result.GetValue(batch), result.GetValue(prompt) + (result.GetValue(tokens) / 2.0)), result.GetValue(stored) ? 2 : 4));
        return command;
    }

    public static Command Update()
    {
        var checkpoint = OursCommand.Checkpoint();
        var (group, prompts, prompt, completion) = (OursCommand.Group(), OursCommand.Prompts(), OursCommand.Prompt(), OursCommand.Completion());
        var command = new Command("update-limit", "Seconds of an update at least, in the machine's present state.") { checkpoint, group, prompts, prompt, completion };
        command.SetAction(result => Report(result.GetRequiredValue(checkpoint), "seconds_per_step",
            limits => limits.Update(new(result.GetValue(group), result.GetValue(prompts), result.GetValue(prompt), result.GetValue(completion), Steps: 1, Warmup: 0))));
        return command;
    }

    private static void Report(DirectoryInfo checkpoint, string figure, Func<Limits, double> limit, int bytesPerWeight = 4)
    {
        var machine = Machine.Measure(OursCommand.Threads);
        OursCommand.Report("limit", new JsonObject
        {
            [figure] = Math.Round(limit(new Limits(ConfigFile.Read(checkpoint.FullName), machine, bytesPerWeight)), 2),
            ["gemm_gflops"] = machine.GemmGflops,
            ["read_gb_per_s"] = machine.ReadGbPerSecond,
        }, []);
    }
}
