using Ghpo.Models.Adapters;
using Ghpo.Models.Chat;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
using Ghpo.Models.Native;
using Ghpo.Models.Tokenization;
using Ghpo.Models.Transformer;
using Ghpo.Problems;
using Ghpo.Rollouts;
using ScalarType = TorchSharp.torch.ScalarType;

namespace Ghpo.Training;

/// <summary>The language model of a run: weights, tokenizer, chat template, and the generator on those very weights.</summary>
internal sealed class Policy : IDisposable
{
    private readonly string? _name;

    private Policy(CausalLM model, Tokenizer tokenizer, ChatTemplate template, IReadOnlyList<int> endIds, string? folder = null, string? name = null, LoraAdapter? adapter = null)
    {
        (Model, Tokenizer, Template, EndIds, Folder, _name, Adapter) = (model, tokenizer, template, endIds, folder, name, adapter);
        Generator = new Generator(model);
    }

    public CausalLM Model { get; }

    public Tokenizer Tokenizer { get; }

    public ChatTemplate Template { get; }

    /// <summary>What ends a completion; from the checkpoint's generation_config.json, of which nothing else is taken.</summary>
    public IReadOnlyList<int> EndIds { get; }

    /// <summary>Where it was loaded from; tokenizer, template and configuration files are carried over from here.</summary>
    public string? Folder { get; }

    /// <summary>What is trained in place of the weights; null: the weights themselves.</summary>
    public LoraAdapter? Adapter { get; }

    public Generator Generator { get; }

    /// <summary>Loads a checkpoint folder.</summary>
    /// <param name="folder">The checkpoint; with an adapter, that of the base.</param>
    /// <param name="dtype">What matrices are multiplied in.</param>
    /// <param name="name">What the recipe calls the checkpoint; a saved adapter names its base so.</param>
    /// <param name="adapt">Puts an adapter on the weights, which are then frozen.</param>
    /// <exception cref="InvalidDataException">The folder lacks a chat template or an end token, or the adapter does not fit.</exception>
    public static Policy Load(string folder, string dtype, string? name = null, Func<CausalLM, LoraAdapter>? adapt = null)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"model.path: there is no folder {folder}; give a checkpoint in Hugging Face format (config.json, *.safetensors, tokenizer files)");
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.Load(folder)
            ?? throw new InvalidDataException($"{folder}: no chat template (chat_template.jinja, or chat_template in tokenizer_config.json); problems are asked through it");
        var model = Checkpoint.Load(folder, new CheckpointOptions { ComputeType = ComputeType(dtype), Trainable = adapt is null });
        var ends = Models.Checkpoints.EndIds.Of(folder, model.Config);
        if (ends.Count == 0 && tokenizer.EosId is { } end)
            ends = [end];
        if (ends.Count == 0)
            throw new InvalidDataException($"{folder}: neither generation_config.json nor config.json nor the tokenizer names an end token (eos_token_id); completions could not end");
        return new Policy(model, tokenizer, template, ends, folder, name, adapt?.Invoke(model));
    }

    /// <summary>Makes a small model from scratch, whose words are those of the map's problems.</summary>
    public static Policy Create(SmallModelOptions shape, TransitMap map, int longestLevel, int contextLength, ulong seed)
    {
        var tokenizer = SmallModel.Tokenizer(map, longestLevel);
        var model = CausalLM.Create(SmallModel.Config(shape, tokenizer, contextLength), seed);
        return new Policy(model, tokenizer, SmallModel.Template(), [tokenizer.EosId!.Value]);
    }

    /// <summary>Writes the model in Hugging Face format, or its adapter in peft's, ready to be loaded here or anywhere.</summary>
    public void Save(string folder)
    {
        if (Adapter is not null)
        {
            Directory.CreateDirectory(folder);
            Adapter.Save(folder, _name);
            return;
        }

        Checkpoint.Save(Model, folder, Folder);
        if (Folder is null)
            Tokenizer.Save(folder);
    }

    /// <summary>Formats prompts so that they leave room in the context for the longest completion.</summary>
    /// <exception cref="InvalidDataException">The longest completion fills the whole context.</exception>
    public IPromptFormatter Formatter(PromptOptions prompt, RolloutOptions rollouts, int maxCompletionLength)
    {
        var room = Model.Config.ContextLength - maxCompletionLength;
        if (room < 1)
            throw new InvalidDataException($"max_completion_length {maxCompletionLength} leaves no room for a prompt in the model's context of {Model.Config.ContextLength} tokens; lower it");
        return new ChatPromptFormatter(Tokenizer, Template, prompt, Math.Min(rollouts.MaxPromptLength ?? int.MaxValue, room));
    }

    public IEngine Engine(SamplingOptions sampling, ulong seed) => new LocalEngine(Generator, Tokenizer, sampling with { StopIds = EndIds }, seed);

    public void Dispose()
    {
        Generator.Dispose();
        Model.Dispose();
    }

    /// <summary>What matrix products run in where a recipe says so.</summary>
    public static ScalarType ComputeType(string dtype) => dtype switch
    {
        "bfloat16" => ScalarType.BFloat16,
        "float32" => ScalarType.Float32,
        _ => MatrixSpeed.Cpu.Faster,
    };
}
