using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>What a checkpoint folder holds.</summary>
/// <param name="Config">Sizes and options.</param>
/// <param name="ParameterCount">How many numbers its weights are.</param>
/// <param name="StoredTypes">The types they are stored in, by their safetensors names.</param>
/// <param name="FileCount">Weight files.</param>
/// <param name="StoredBytes">Bytes of all weights.</param>
public sealed record CheckpointSummary(ModelConfig Config, long ParameterCount, IReadOnlyList<string> StoredTypes, int FileCount, long StoredBytes);

/// <summary>Hugging Face checkpoints: a folder with config.json and one or several safetensors files.</summary>
public static class Checkpoint
{
    /// <summary>Loads a model. Weights are read straight into their place, so that the peak of memory is the weights themselves.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="o">Types, device; to train in float32 if not given.</param>
    /// <exception cref="CheckpointException">A file is absent, damaged or of an unknown kind, or a tensor is missing, unexpected or of another shape; the message names it.</exception>
    public static CausalLM Load(string folder, CheckpointOptions? o = null)
    {
        o ??= new();
        var config = ConfigFile.Read(folder);
        var files = Shards.Open(folder);
        try
        {
            var sources = Account(folder, config, files);
            LibTorch.EnsureLoaded();
            var type = o.WeightType ?? sources[DecoderLayout.Embedding].Stored.Type;
            var device = o.Device ?? CPU;
            var store = DecoderWeights.Allocate(config, type, device, o.Trainable && type == ScalarType.Float32);
            try
            {
                foreach (var (name, (file, stored)) in sources)
                {
                    store.SetSavedType(name, stored.Type);
                    file.ReadInto(stored, store[name]);
                }
            }
            catch
            {
                store.Dispose();
                throw;
            }
            return new CausalLM(config, store, device) { ComputeType = o.ComputeType };
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    /// <summary>Checks a checkpoint as <see cref="Load"/> does, and says what it is, without reading its weights.</summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="CheckpointException">It could not be loaded; the message says why.</exception>
    public static CheckpointSummary Inspect(string folder)
    {
        var config = ConfigFile.Read(folder);
        var files = Shards.Open(folder);
        try
        {
            var stored = Account(folder, config, files).Values.Select(s => s.Stored).ToList();
            return new(config, TrainingMemory.ParameterCount(config), [.. stored.Select(t => SafetensorsHeader.NameOf(t.Type)).Distinct()], files.Count, stored.Sum(t => t.Bytes));
        }
        finally
        {
            foreach (var file in files) file.Dispose();
        }
    }

    /// <summary>Saves a model so that transformers loads it: in the types that it was loaded from, one or several files by size, atomically.</summary>
    /// <param name="model">The model; an adapter is not saved with it (merge it first, or save it by itself).</param>
    /// <param name="folder">Where to; what it held of an earlier checkpoint is replaced.</param>
    /// <param name="carryOverFrom">A checkpoint folder whose tokenizer, template and generation files go along.</param>
    /// <exception cref="CheckpointException">Something cannot be written; the folder then is as it was.</exception>
    public static void Save(CausalLM model, string folder, string? carryOverFrom = null) =>
        CheckpointWriter.Write(model, folder, carryOverFrom, CheckpointWriter.MostShardBytes);

    /// <summary>Finds the source of every parameter; nothing is allocated before all are there in their shapes.</summary>
    private static OrderedDictionary<string, (SafetensorsFile File, StoredTensor Stored)> Account(string folder, ModelConfig config, IReadOnlyList<SafetensorsFile> files)
    {
        Dictionary<string, (SafetensorsFile, StoredTensor)> stored = new(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var tensor in file.Tensors)
            {
                if (!stored.TryAdd(tensor.Name, (file, tensor))) throw new CheckpointException($"{file.Path}: tensor '{tensor.Name}' is in another file, too");
            }
        }
        OrderedDictionary<string, (SafetensorsFile, StoredTensor)> sources = new(StringComparer.Ordinal);
        List<string> missing = [];
        foreach (var parameter in DecoderLayout.Parameters(config))
        {
            if (!stored.Remove(parameter.Name, out var source))
            {
                missing.Add(parameter.Name);
                continue;
            }
            var (file, tensor) = source;
            if (!tensor.Shape.AsSpan().SequenceEqual(parameter.Shape))
                throw new CheckpointException($"{file.Path}: tensor '{parameter.Name}' has the shape [{string.Join(", ", tensor.Shape)}], but {ConfigFile.Name} makes it [{string.Join(", ", parameter.Shape)}]");
            if (tensor.Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
                throw new CheckpointException($"{file.Path}: tensor '{parameter.Name}' is stored as {SafetensorsHeader.NameOf(tensor.Type)}: F32, F16 or BF16 is expected");
            sources[parameter.Name] = source;
        }
        if (missing.Count > 0) throw new CheckpointException($"{folder}: tensors are missing: {Listed(missing)}");
        var unexpected = stored.Keys.Where(name => !IsDerived(name, config)).Order(StringComparer.Ordinal).ToList();
        if (unexpected.Count > 0)
            throw new CheckpointException($"{folder}: tensors that a {config.Architecture} with this {ConfigFile.Name} does not have: {Listed(unexpected)}");
        return sources;
    }

    /// <summary>What some tools store although it follows from the rest: a tied head's second copy, rotary frequencies.</summary>
    private static bool IsDerived(string name, ModelConfig config) =>
        (config.TiedHead && name == DecoderLayout.Head) || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    private static string Listed(List<string> names) =>
        string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
