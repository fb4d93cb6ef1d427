using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Cli.Bench;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using TorchSharp;

namespace Ghpo.Cli;

/// <summary><c>ghpo bench</c>: what this machine gives, and how near to it a model is sampled and trained.</summary>
internal static class BenchCommand
{
    private const int Prompt = 128, New = 64, MostRuns = 3;
    private const double MostSeconds = 8; // of one measurement; a large model gets fewer runs

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = new Option<string?>("--model") { Description = "A checkpoint folder in Hugging Face format (default: a small random model)", HelpName = "DIR" };
        var json = new Option<string?>("--json") { Description = "Also write all figures to this file", HelpName = "FILE" };
        var threads = new Option<int>("--threads") { Description = "Processor threads (default: all cores)", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        var eight = new Option<bool>("--adamw-8bit") { Description = "Train with 8-bit optimizer states" };
        var command = new Command("bench", "Measure this machine, and sampling and training on it, each beside its limit.") { model, json, threads, eight };
        command.SetAction(parsed =>
        {
            var figures = Measure(parsed.GetValue(model), Math.Max(1, parsed.GetValue(threads)), parsed.GetValue(eight) ? OptimizerKind.AdamW8Bit : OptimizerKind.AdamW, parsed.InvocationConfiguration.Output);
            if (parsed.GetValue(json) is { } file)
                File.WriteAllText(file, figures.ToJsonString(Indented) + "\n");
        });
        return command;
    }

    private static JsonObject Measure(string? folder, int threads, OptimizerKind kind, TextWriter output)
    {
        LibTorch.EnsureLoaded();
        torch.set_num_threads(threads);
        var config = folder is null ? Small : Checkpoint.Inspect(folder).Config;
        var type = folder is null ? torch.ScalarType.Float32 : MatrixSpeed.Cpu.Faster;
        var step = new StepSpeed.Sizes(Group: 8, Prompts: 2, Prompt, Completion: New, MostRuns, Warmup: 1, MostSeconds: MostSeconds);
        var demand = new TrainingDemand { Tokens = (int)StepSpeed.Tokens(step), OptimizerBytes = numbers => AdamW.StateBytes(kind, numbers), BFloat16 = type == torch.ScalarType.BFloat16 };
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        var memory = TrainingMemory.Estimate(config, demand);
        if (memory.Weights + TrainingMemory.Runtime > available)
            throw new InvalidDataException($"{folder}: its weights take {TrainingMemory.Text(memory.Weights)}, and this machine has {TrainingMemory.Text(available)}; take a smaller model");
        var trains = memory.Total <= available;

        var machine = Machine.Measure(threads);
        ForgetPeak();
        output.WriteLine(Machine.Describe(JsonNode.Parse(machine.ToJson())!));
        using var model = folder is null ? CausalLM.Create(config, seed: 0) : Checkpoint.Load(folder, new() { Trainable = trains, ComputeType = type });
        output.WriteLine($"{(folder is null ? "a random model" : config.Architecture)}: {model.Parameters.ElementCount:N0} parameters, {TrainingMemory.Text(4 * model.Parameters.ElementCount)} in float32, arithmetic in {model.ComputeType.ToString().ToLowerInvariant()}");
        output.WriteLine();
        output.WriteLine($"{"",-34}{"tokens/s",10}{"limit",10}{"share",8}");

        var limits = new Limits(config, machine, type == torch.ScalarType.BFloat16 ? 2 : 4);
        var lines = new JsonArray();
        var result = new JsonObject { ["machine"] = JsonNode.Parse(machine.ToJson()), ["parameters"] = model.Parameters.ElementCount, ["threads"] = threads, ["sampling"] = lines };
        void Row(string label, double speed, double limit) => output.WriteLine($"{label,-34}{speed,10:N0}{limit,10:N0}{speed / limit,8:P0}");
        using (var generator = new Generator(model, new() { Threads = threads, MaxRows = 64 }))
        {
            foreach (var batch in new[] { 1, 16, 64 })
            {
                var cache = (long)batch * (Prompt + New) * TrainingMemory.CacheBytesPerToken(config);
                if (memory.Weights + cache + TrainingMemory.Runtime > available || cache > available / 4)
                {
                    output.WriteLine($"batch {batch}: its key/value cache of {TrainingMemory.Text(cache)} does not fit");
                    continue;
                }

                // The first run of all pays for the compiler; a later one only for its own memory.
                var speed = DecodeSpeed.Measure(generator, config.VocabularySize, new(batch, Prompt, New, MostRuns, WarmsUp: batch == 1 || folder is null, MostSeconds: MostSeconds));
                var (prefill, decode) = (limits.Prefill(Prompt), limits.Decode(batch, Prompt + (New / 2.0)));
                Row($"prompts of {Prompt}, batch {batch}", speed.Prefill, prefill);
                Row($"sampling, batch {batch}", speed.Decode, decode);
                lines.Add(new JsonObject { ["batch"] = batch, ["prefillTokensPerSecond"] = speed.Prefill, ["prefillLimit"] = prefill, ["decodeTokensPerSecond"] = speed.Decode, ["decodeLimit"] = decode });
            }

            output.WriteLine();
            if (trains)
                result["step"] = Step(model, generator, step, kind, limits, Row, output);
            else
                output.WriteLine($"training all weights would take {TrainingMemory.Text(memory.Total)} ({memory}), and this machine has {TrainingMemory.Text(available)}: not measured");
        }

        using var process = Process.GetCurrentProcess();
        result["peakMemoryBytes"] = process.PeakWorkingSet64;
        result["plannedMemoryBytes"] = trains ? memory.Total : null;
        output.WriteLine($"peak memory {TrainingMemory.Text(process.PeakWorkingSet64)}{(trains ? $" (planned for training: {TrainingMemory.Text(memory.Total)})" : "")}");
        return result;
    }

    /// <summary>The peak that is reported is the model's, not that of the buffers that memory was measured with.</summary>
    private static void ForgetPeak()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not Linux, or not allowed: the peak then includes them.
        }
    }

    private static JsonObject Step(CausalLM model, Generator generator, StepSpeed.Sizes sizes, OptimizerKind kind, Limits limits, Action<string, double, double> row, TextWriter output)
    {
        var speed = StepSpeed.Measure(model, generator, sizes, kind);
        var (update, sampled, all) = (speed.Seconds - speed.Sampling, (double)sizes.Prompts * sizes.Group * sizes.Completion, StepSpeed.Tokens(sizes));
        row("GRPO step: sampling", sampled / speed.Sampling, sampled / limits.Sampling(sizes));
        row("GRPO step: update", all / update, all / limits.Update(sizes));
        output.WriteLine(
            $"a step of {sizes.Prompts} prompts × {sizes.Group} completions, {sizes.Prompt} + {sizes.Completion} tokens: {speed.Seconds:0.00} s, {speed.Sampling:0.00} of it sampling, {update:0.00} the update; {sampled / speed.Seconds:N0} sampled and trained tokens/s");
        return new JsonObject
        {
            ["prompts"] = sizes.Prompts,
            ["group"] = sizes.Group,
            ["prompt"] = sizes.Prompt,
            ["completion"] = sizes.Completion,
            ["seconds"] = speed.Seconds,
            ["samplingSeconds"] = speed.Sampling,
            ["updateSeconds"] = update,
            ["samplingLimitSeconds"] = limits.Sampling(sizes),
            ["updateLimitSeconds"] = limits.Update(sizes),
            ["tokensPerSecond"] = sampled / speed.Seconds,
        };
    }

    /// <summary>A decoder of 16 million weights: larger than most caches, done in seconds.</summary>
    private static ModelConfig Small => new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 16_384,
        HiddenSize = 384,
        IntermediateSize = 1024,
        LayerCount = 6,
        HeadCount = 6,
        KeyValueHeadCount = 2,
        HeadSize = 64,
        QueryKeyValueBias = true,
        TiedHead = true,
    };
}
