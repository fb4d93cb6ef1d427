using System.CommandLine;
using Ghpo.Models.Adapters;
using Ghpo.Models.Chat;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Tokenization;
using Ghpo.Models.Transformer;
using Ghpo.Optimization;

namespace Ghpo.Cli;

/// <summary><c>ghpo inspect-model DIR</c>: what a checkpoint is, and whether it can be trained here.</summary>
internal static class InspectModelCommand
{
    private const int Rank = 16;

    public static Command Create()
    {
        var model = ModelSource.Argument();
        var tokens = new Option<int>("--tokens") { Description = "Tokens of one micro-batch, for the memory of training", HelpName = "N", DefaultValueFactory = _ => 2048 };
        var command = new Command("inspect-model", "A checkpoint's architecture, sizes, tokenizer and template, the memory that training takes, and whether it fits here.") { model, tokens };
        command.SetAction(async (parsed, ct) => Show(await ModelSource.ResolveAsync(parsed.GetValue(model)!, parsed.InvocationConfiguration.Error, ct: ct).ConfigureAwait(false), Math.Max(1, parsed.GetValue(tokens)), parsed.InvocationConfiguration.Output));
        return command;
    }

    private static void Show(string folder, int tokens, TextWriter output)
    {
        var summary = Checkpoint.Inspect(folder);
        var config = summary.Config;
        void Line(string label, string text) => output.WriteLine($"{label,-14}{text}");

        Line("architecture", $"{config.Architecture} ({config.ModelType})");
        Line("parameters", $"{summary.ParameterCount:N0} ({Short(summary.ParameterCount)})");
        Line("stored", $"{string.Join(", ", summary.StoredTypes)}, {TrainingMemory.Text(summary.StoredBytes)} in {summary.FileCount} {(summary.FileCount == 1 ? "file" : "files")}");
        Line("layers", $"{config.LayerCount} of width {config.HiddenSize}, MLP {config.IntermediateSize}; {config.HeadCount} query and {config.KeyValueHeadCount} key heads of {config.HeadSize}");
        Line("options", Options(config));
        Line("context", $"{config.ContextLength:N0} tokens; rotary base {config.Rotary.Theta:0.####}" +
            (config.Rotary.Scaling == RotaryScaling.Default ? "" : $", scaling {config.Rotary.Scaling.ToString().ToLowerInvariant()} × {config.Rotary.Factor:0.##}"));
        Line("vocabulary", $"{config.VocabularySize:N0}; ends with {(config.EndIds.Count == 0 ? "no id that config.json names" : string.Join(", ", config.EndIds))}");
        Line("tokenizer", Describe(() => $"{Tokenizer.Load(folder).VocabularySize:N0} tokens"));
        Line("template", Describe(() => ChatTemplate.Load(folder) is null ? "none: give messages as plain text, or a template in the recipe" : "a chat template"));
        output.WriteLine();
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        output.WriteLine($"memory to train with AdamW in float32, {tokens:N0} tokens a micro-batch (this machine has {TrainingMemory.Text(available)}; sampling takes its key/value cache besides):");
        var adapter = new LoraConfig { Rank = Rank };
        var demand = new TrainingDemand { Tokens = tokens };
        Memory("all weights", demand);
        Memory("  with adamw_8bit", demand with { OptimizerBytes = numbers => AdamW.StateBytes(OptimizerKind.AdamW8Bit, numbers) });
        Memory("  with gradient checkpointing", demand with { GradientCheckpointing = true });
        Memory($"LoRA, rank {Rank}, all linear layers", demand with { Adapter = adapter });
        Memory("  with gradient checkpointing", demand with { Adapter = adapter, GradientCheckpointing = true });

        void Memory(string label, TrainingDemand wanted)
        {
            var memory = TrainingMemory.Estimate(config, wanted);
            output.WriteLine($"  {label,-36}{TrainingMemory.Text(memory.Total),10}   {(memory.Total <= available ? "fits" : "does not fit"),-12} {memory}");
        }
    }

    private static string Options(ModelConfig config)
    {
        List<string> options = [config.TiedHead ? "head tied to the embedding" : "a head of its own"];
        if (config.QueryKeyValueBias) options.Add(config.OutputBias ? "attention biases" : "q, k, v biases");
        if (config.MlpBias) options.Add("MLP biases");
        if (config.QueryKeyNorm) options.Add("norms over q and k heads");
        if (config.SlidingWindow is { } window) options.Add($"window of {window:N0} tokens in {config.SlidingLayers.Count} layers");
        return string.Join(", ", options);
    }

    /// <summary>What a file says, or why it cannot be read: one broken file is no reason to hide the rest.</summary>
    private static string Describe(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or TokenizerException or ChatTemplateException)
        {
            return e.Message;
        }
    }

    private static string Short(long count) => count switch
    {
        >= 1_000_000_000 => $"{count / 1e9:0.0} B",
        >= 1_000_000 => $"{count / 1e6:0} M",
        _ => $"{count / 1e3:0} k",
    };
}
