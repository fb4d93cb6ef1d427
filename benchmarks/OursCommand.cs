using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Cli.Bench;
using Ghpo.Models.Adapters;
using Ghpo.Models.Generation;
using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using TorchSharp;

namespace Ghpo.Benchmarks;

/// <summary>Our side of the comparisons: each measurement prints one JSON line, as the peers' scripts do.</summary>
internal static class OursCommand
{
    public static Command Create() => new("ours", "Runs our side of a comparison alone and prints one JSON line.") { Decode(), Step(), GroupCost.Create(), FirstToken(), Verifier(), LimitCommand.Decode(), LimitCommand.Update() };

    /// <summary>Prints the line: the figures, the sizes, and what every measurement has.</summary>
    public static void Report(string what, JsonObject figures, JsonObject sizes)
    {
        using var process = Process.GetCurrentProcess();
        var line = new JsonObject { ["ours"] = what };
        foreach (var (name, value) in figures) line[name] = value?.DeepClone();
        line["sizes"] = sizes;
        line["threads"] = Threads;
        line["peak_rss_mb"] = Megabytes(process.PeakWorkingSet64);
        line["versions"] = new JsonObject { ["dotnet"] = Environment.Version.ToString() };
        Console.WriteLine(line.ToJsonString());
    }

    /// <summary>The threads both sides may use: OMP_NUM_THREADS as the peers read it, else all cores.</summary>
    public static int Threads =>
        int.TryParse(Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), CultureInfo.InvariantCulture, out var threads) && threads > 0 ? threads : Environment.ProcessorCount;

    /// <summary>An option that is a number.</summary>
    public static Option<int> Number(string name, string what, int standard) => new(name) { Description = what, DefaultValueFactory = _ => standard };

    private static Command Decode()
    {
        var checkpoint = Checkpoint();
        var (batch, prompt, tokens, stored) = (Batch(), Prompt(), New(), Stored());
        var repeats = Number("--repeats", "Timed runs; the median is reported.", 3);
        var shared = new Option<bool>("--shared-prompt") { Description = "All rows share one prompt." };
        var command = new Command("decode", "Tokens sampled a second.") { checkpoint, batch, prompt, tokens, repeats, stored, shared };
        command.SetAction(result => RunDecode(result.GetRequiredValue(checkpoint).FullName,
            new(result.GetValue(batch), result.GetValue(prompt), result.GetValue(tokens), result.GetValue(repeats), result.GetValue(shared)), result.GetValue(stored)));
        return command;
    }

    private static Command Step()
    {
        var checkpoint = Checkpoint();
        var (group, prompts, prompt, completion) = (Group(), Prompts(), Prompt(), Completion());
        var steps = Number("--steps", "Timed steps; the median is reported.", 3);
        var warmup = Number("--warmup", "Steps before them.", 1);
        var micro = new Option<int?>("--micro-batch-tokens") { Description = "Tokens of a forward and backward pass; as many as 2 GiB of activations allow if left out." };
        var updateOnly = new Option<bool>("--update-only") { Description = "The update alone, on given tokens." };
        var eight = new Option<bool>("--adamw-8bit") { Description = "Moments in 8 bits." };
        var checkpointing = new Option<bool>("--gradient-checkpointing") { Description = "Activations are computed again instead of kept." };
        var rank = Number("--lora-rank", "Trains an adapter of this rank on all linear layers; 0: all weights.", 0);
        var hint = Number("--hint", "Every prompt is sampled again with so many tokens of a hint behind it, which is trained on; 0: not.", 0);
        var dtype = new Option<string>("--dtype") { Description = "What matrix products of the update run in; weights are float32: fp32 or bf16.", DefaultValueFactory = _ => "fp32" };
        dtype.AcceptOnlyFromAmong("fp32", "bf16");
        var command = new Command("step", "Seconds of a GRPO step, and its memory.") { checkpoint, group, prompts, prompt, completion, steps, warmup, micro, updateOnly, eight, checkpointing, rank, hint, dtype };
        command.SetAction(result => RunStep(
            result.GetRequiredValue(checkpoint).FullName,
            new(result.GetValue(group), result.GetValue(prompts), result.GetValue(prompt), result.GetValue(completion), result.GetValue(steps), result.GetValue(warmup), result.GetValue(micro),
                Hint: result.GetValue(hint), GradientCheckpointing: result.GetValue(checkpointing)),
            result.GetValue(updateOnly), result.GetValue(eight) ? OptimizerKind.AdamW8Bit : OptimizerKind.AdamW, result.GetValue(rank),
            result.GetValue(dtype) == "bf16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32));
        return command;
    }

    // What the measurements and their limits have in common.
    public static Argument<DirectoryInfo> Checkpoint() => new("checkpoint") { Description = "A checkpoint in Hugging Face format." };
    public static Option<int> Batch() => Number("--batch", "Rows decoded together.", 16);
    public static Option<int> Prompt() => Number("--prompt", "Tokens of each prompt.", 128);
    public static Option<int> New() => Number("--new", "New tokens of each row.", 64);
    public static Option<bool> Stored() => new("--stored") { Description = "Keep the weights as they are stored (bfloat16) instead of float32." };
    public static Option<int> Group() => Number("--group", "G, completions of a prompt.", 8);
    public static Option<int> Prompts() => Number("--prompts", "Prompts of a step.", 2);
    public static Option<int> Completion() => Number("--completion", "Tokens of each completion.", 64);

    private static Command FirstToken()
    {
        var checkpoint = Checkpoint();
        var command = new Command("first-token", "What 'ghpo generate' does until the first token; the caller measures the process.") { checkpoint };
        command.SetAction(async (result, ct) =>
        {
            using var text = new StringWriter();
            var code = await Cli.Program.RunAsync(["generate", "--model", result.GetRequiredValue(checkpoint).FullName, "--prompt", "The quick brown fox", "--max-new-tokens", "1", "--temperature", "0"], text, Console.Error).ConfigureAwait(false);
            Report("first-token", new JsonObject { ["text"] = text.ToString() }, []);
            return code;
        });
        return command;
    }

    private static void RunDecode(string checkpoint, DecodeSpeed.Sizes sizes, bool asStored)
    {
        using var model = Models.Checkpoints.Checkpoint.Load(checkpoint, new() { WeightType = asStored ? null : torch.ScalarType.Float32, Trainable = false });
        using var generator = new Generator(model, new() { Threads = Threads, MaxRows = sizes.Batch });
        var speed = DecodeSpeed.Measure(generator, model.Config.VocabularySize, sizes);
        Report("decode", new JsonObject
        {
            ["decode_tokens_per_s"] = Math.Round(speed.Decode, 2),
            ["prefill_tokens_per_s"] = Math.Round(speed.Prefill, 2),
            ["decode_tokens_per_s_best"] = Math.Round(speed.BestDecode, 2),
        }, new JsonObject { ["batch"] = sizes.Batch, ["prompt"] = sizes.Prompt, ["new"] = sizes.New, ["dtype"] = asStored ? "stored" : "fp32", ["repeats"] = sizes.Repeats, ["shared_prompt"] = sizes.SharesPrompt });
    }

    private static void RunStep(string checkpoint, StepSpeed.Sizes sizes, bool updateOnly, OptimizerKind kind, int loraRank, torch.ScalarType computeType)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(Threads);
        using var model = Models.Checkpoints.Checkpoint.Load(checkpoint, new() { ComputeType = computeType });
        var adapter = loraRank > 0 ? new LoraConfig { Rank = loraRank, Alpha = 2 * loraRank } : null;
        if (adapter is not null) LoraAdapter.Attach(model, adapter, seed: 0);
        using var generator = updateOnly ? null : new Generator(model, new() { Threads = Threads });
        var loaded = Environment.WorkingSet;
        var memory = TrainingMemory.Estimate(model.Config, new() { Tokens = sizes.MicroBatchTokens ?? (int)StepSpeed.Tokens(sizes), Targets = sizes.Prompts * sizes.Group * sizes.Completion, Adapter = adapter, BFloat16 = computeType == torch.ScalarType.BFloat16, GradientCheckpointing = sizes.GradientCheckpointing, OptimizerBytes = numbers => AdamW.StateBytes(kind, numbers) });
        var speed = StepSpeed.Measure(model, generator, sizes, kind);
        var rest = speed.Seconds - speed.Sampling;
        var sampled = sizes.Group * sizes.Prompts * sizes.Completion * (sizes.Hint > 0 ? 2 : 1);
        Report(updateOnly ? "update" : "step", new JsonObject
        {
            ["seconds_per_step"] = Math.Round(speed.Seconds, 4),
            ["generation_seconds"] = Math.Round(speed.Sampling, 4),
            ["rest_seconds"] = Math.Round(rest, 4),
            ["milliseconds_per_sampled_token"] = Math.Round(1000 * speed.Seconds / sampled, 3),
            ["trained_tokens_per_s"] = Math.Round(sizes.Group * sizes.Prompts * sizes.Completion / speed.Seconds, 1),
            ["effective_groups"] = speed.EffectiveGroups,
            // Two operations a weight forward, four backward; two where the weight is frozen.
            ["gflops"] = Math.Round((adapter is null ? 6e-9 : 4e-9) * model.Parameters.ElementCount * StepSpeed.Tokens(sizes) / rest, 1),
            ["loaded_rss_mb"] = Megabytes(loaded),
            ["weights_mb"] = Megabytes(memory.Weights),
            ["trained_mb"] = Megabytes(memory.Trained + memory.Gradients + memory.Optimizer),
            ["planned_activations_mb"] = Megabytes(memory.Activations),
        }, new JsonObject { ["group"] = sizes.Group, ["prompts"] = sizes.Prompts, ["prompt"] = sizes.Prompt, ["completion"] = sizes.Completion, ["hint"] = sizes.Hint, ["lora_rank"] = loraRank, ["steps"] = sizes.Steps, ["warmup"] = sizes.Warmup });
    }

    private static double Megabytes(long bytes) => Math.Round(bytes / 1048576.0, 1);

    private static Command Verifier()
    {
        var pairs = new Argument<FileInfo>("pairs") { Description = "JSONL with a gold and a candidate answer a line." };
        var gold = new Option<string>("--gold") { Description = "Field with the gold answer.", DefaultValueFactory = _ => "gold" };
        var candidate = new Option<string>("--candidate") { Description = "Field with the candidate answer.", DefaultValueFactory = _ => "pred" };
        var limit = new Option<int?>("--limit") { Description = "Only the first so many pairs." };
        var command = new Command("verifier", "Pairs verified a second, on one core.") { pairs, gold, candidate, limit };
        command.SetAction(result =>
        {
            var (answers, right) = (result.GetRequiredValue(gold), result.GetRequiredValue(candidate));
            VerifierSpeed.Run(ReadPairs(result.GetRequiredValue(pairs).FullName, answers, right).Take(result.GetValue(limit) ?? int.MaxValue).ToArray());
        });
        return command;
    }

    // The same pairs as the peer's script takes: those whose two fields are texts.
    private static IEnumerable<VerifierSpeed.Pair> ReadPairs(string file, string gold, string candidate)
    {
        foreach (var line in File.ReadLines(file).Where(l => !string.IsNullOrWhiteSpace(l)))
        {
            using var document = JsonDocument.Parse(line);
            if (Text(gold) is { } right && Text(candidate) is { } answer) yield return new(right, answer, Label());

            string? Text(string field) => document.RootElement.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            bool? Label() => document.RootElement.TryGetProperty("expected", out var value)
                ? value.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, JsonValueKind.Number => value.GetDouble() != 0, _ => null }
                : null;
        }
    }
}
