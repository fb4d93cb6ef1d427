using System.CommandLine;
using Ghpo.Models.Adapters;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
using Ghpo.Models.Transformer;

namespace Ghpo.Cli;

/// <summary><c>ghpo generate</c>: completions of one prompt, shown as they come, or of a file of prompts, a JSON object a line.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = ModelSource.Required();
        var adapter = ModelSource.Adapter();
        var prompt = new Option<string?>("--prompt") { Description = "A text to go on from" };
        var chat = new Option<bool>("--chat") { Description = "Take --prompt as a user's message and render it with the model's chat template" };
        var input = new Option<string?>("--input") { Description = "A file with a JSON object a line: {\"text\": …}, {\"messages\": […]} or {\"ids\": […]}; - is standard input" };
        var output = new Option<string?>("--output") { Description = "Where the completions go, one JSON object each: {\"prompt\", \"sample\", \"text\", \"ids\", \"finish\"}. Default: standard output" };
        var printLogProbs = new Option<bool>("--print-logprobs") { Description = "With each id, its log-probability at the temperature, before truncation" };
        var samples = Number("--samples", "Completions of each prompt", 1);
        var length = Number("--max-new-tokens", "The most tokens of a completion", 256);
        var temperature = Number("--temperature", "Divides the logits; 0 takes the likeliest token", 1.0);
        var topK = Number("--top-k", "Only the k likeliest tokens; 0: all", 0);
        var topP = Number("--top-p", "Only the likeliest tokens that sum to this probability", 1.0);
        var minP = Number("--min-p", "Only tokens of at least this share of the highest probability", 0.0);
        var penalty = Number("--repetition-penalty", "Makes tokens that have occurred less likely; 1: off", 1.0);
        var seed = Number("--seed", "Decides every draw: the same seed, the same completions", 0UL);
        var threads = Number("--threads", "Threads; 0: as many as libtorch uses", 0);

        var command = new Command("generate", "Complete prompts with a model.")
        {
            model, adapter, prompt, chat, input, output, printLogProbs, samples, length, temperature, topK, topP, minP, penalty, seed, threads,
        };
        samples.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var count) && count < 1) result.AddError($"--samples is {count}; expected at least 1.");
        });
        command.Validators.Add(result =>
        {
            if (result.GetValue(prompt) is null == result.GetValue(input) is null) result.AddError("'generate' needs either --prompt TEXT or --input FILE.");
        });
        command.SetAction(async (parsed, ct) =>
        {
            var folder = await ModelSource.ResolveAsync(parsed.GetRequiredValue(model), parsed.InvocationConfiguration.Error, ct: ct).ConfigureAwait(false);

            var loading = Task.Run(() => Load(folder, parsed.GetValue(adapter)), ct);
            var run = new GenerateRun(PromptReader.Load(folder), parsed.GetValue(printLogProbs), parsed.GetValue(samples), parsed.GetValue(seed));
            using var weights = await loading.ConfigureAwait(false);
            using var generator = new Generator(weights, new() { Threads = parsed.GetValue(threads) });
            var sampling = new SamplingOptions
            {
                MaxNewTokens = parsed.GetValue(length),
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                MinP = parsed.GetValue(minP),
                RepetitionPenalty = parsed.GetValue(penalty),
                StopIds = EndIds.Of(folder, weights.Config),
            };
            var standardOutput = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(input) is { } file) await run.CompleteFile(generator, sampling, file, parsed.GetValue(output), standardOutput, ct).ConfigureAwait(false);
            else await run.CompleteOne(generator, sampling, parsed.GetValue(prompt)!, parsed.GetValue(chat), parsed.GetValue(output), standardOutput, ct).ConfigureAwait(false);
        });
        return command;
    }

    /// <summary>Weights stay as they are stored: widening bfloat16 is exact, so only memory and time differ. An adapter's whole modules are float32, and would be rounded.</summary>
    private static CausalLM Load(string folder, string? adapter)
    {
        var widened = adapter is not null && LoraConfig.Read(adapter).ModulesToSave.Count > 0;
        var model = Checkpoint.Load(folder, new() { WeightType = widened ? TorchSharp.torch.ScalarType.Float32 : null, Trainable = false });
        try
        {
            if (adapter is not null) LoraAdapter.Load(model, adapter, trainable: false);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static Option<T> Number<T>(string name, string description, T standard) => new(name) { Description = description, DefaultValueFactory = _ => standard };
}
