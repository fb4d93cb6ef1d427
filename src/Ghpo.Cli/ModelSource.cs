using System.CommandLine;
using Ghpo.Models.Checkpoints;
using Ghpo.Training;

namespace Ghpo.Cli;

/// <summary>The model that a command works on: the one place where a folder or a hub name becomes a folder.</summary>
internal static class ModelSource
{
    private const string What = "a checkpoint's folder in Hugging Face format, or its name on the hub (org/name, org/name@revision)";

    public static Option<string> Required() => new("--model") { Description = "The model: " + What, HelpName = "DIR|NAME", Required = true };

    public static Option<string?> Optional(string otherwise) => new("--model") { Description = $"The model: {What}; {otherwise}", HelpName = "DIR|NAME" };

    public static Argument<string> Argument() => new("MODEL") { Description = "The model: " + What };

    public static Option<string?> Adapter() => new("--adapter") { Description = "A LoRA adapter on the model, its folder in peft's format", HelpName = "DIR" };

    /// <summary>The model's folder, fetched from the hub if need be; standard error tells of a download.</summary>
    /// <param name="model">What the user gave.</param>
    /// <param name="errors">Standard error.</param>
    /// <param name="weights">Whether weights are needed; without them only configuration, tokenizer and template are fetched.</param>
    /// <param name="ct">Stops a download; the next goes on from there.</param>
    public static async Task<string> ResolveAsync(string model, TextWriter errors, bool weights = true, CancellationToken ct = default)
    {
        string folder;
        try
        {
            folder = await ModelHub.ResolveAsync(model, new() { Weights = weights }, new DownloadMessages(errors.WriteLine), ct).ConfigureAwait(false);
        }
        catch (HubException error) when (!error.Message.Contains("no such folder", StringComparison.Ordinal))
        {
            throw new HubException($"{model}: there is no such folder here, and as a name on the hub: {error.Message}", error);
        }

        if (weights && !File.Exists(Path.Combine(folder, "config.json")) && File.Exists(Path.Combine(folder, "adapter_config.json")))
            throw new InvalidDataException($"{model} is an adapter, not a whole model: give the model it was trained on with --model, and this folder with --adapter");
        return folder;
    }
}
