using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using static TorchSharp.torch;

namespace Ghpo.Models.Adapters;

/// <summary>peft's adapter folder: adapter_config.json and adapter_model.safetensors.</summary>
internal static class AdapterFiles
{
    public const string ConfigName = "adapter_config.json";
    public const string WeightsName = "adapter_model.safetensors";

    /// <summary>Options of peft that change what the adapter computes; a value other than "off" is refused by name.</summary>
    private static readonly string[] Unsupported =
    [
        "use_dora", "use_qalora", "use_bdlora", "fan_in_fan_out", "lora_bias", "rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern", "layer_replication",
        "exclude_modules", "trainable_token_indices", "target_parameters", "alora_invocation_tokens", "arrow_config", "kasa_config", "velora_config", "monteclora_config",
        "megatron_config", "auto_mapping",
    ];

    public static LoraConfig ReadConfig(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path)) throw new CheckpointException($"{folder}: no {ConfigName}; an adapter is a folder with {ConfigName} and {WeightsName}");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path), new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new CheckpointException($"{path}: no JSON object");
            var json = new ConfigReader(document.RootElement, path);
            if (json.Text("peft_type") is var type && type != "LORA") throw json.Bad($"peft_type {type ?? "(none)"} is not supported: LORA is");
            if (json.Text("bias") is not (null or "none")) throw json.Bad($"bias '{json.Text("bias")}' is not supported: none is");
            foreach (var option in Unsupported)
            {
                if (json.Find(option) is { } value && !IsOff(value)) throw json.Bad($"{option} is not supported: {value.GetRawText()}");
            }
            return new()
            {
                Rank = json.RequiredInteger("r"),
                Alpha = json.Number("lora_alpha") ?? 8,
                Dropout = json.Number("lora_dropout") ?? 0,
                RankStabilized = json.Flag("use_rslora", false),
                Targets = json.Texts("target_modules"),
                TargetPattern = json.Find("target_modules") is { ValueKind: JsonValueKind.String } pattern && pattern.GetString() != LoraConfig.AllLinear ? pattern.GetString() : null,
                ModulesToSave = json.Texts("modules_to_save"),
                EnsureWeightTying = json.Flag("ensure_weight_tying", false),
            };
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Opens the weights and accounts for every tensor.</summary>
    /// <param name="folder">The adapter.</param>
    /// <param name="expected">Names and shapes.</param>
    /// <param name="optional">A name that may be there, too: a tied head's second copy.</param>
    public static SafetensorsFile Open(string folder, IReadOnlyDictionary<string, long[]> expected, string optional)
    {
        var path = Path.Combine(folder, WeightsName);
        if (!File.Exists(path)) throw new CheckpointException($"{folder}: no {WeightsName}");
        var file = SafetensorsFile.Open(path);
        try
        {
            foreach (var (name, shape) in expected)
            {
                if (!file.Contains(name)) throw new CheckpointException($"{path}: tensor '{name}' is missing");
                if (!file.Find(name).Shape.AsSpan().SequenceEqual(shape))
                    throw new CheckpointException($"{path}: tensor '{name}' has the shape [{string.Join(", ", file.Find(name).Shape)}], expected is [{string.Join(", ", shape)}]");
            }
            if (file.Tensors.FirstOrDefault(t => !expected.ContainsKey(t.Name) && t.Name != optional) is { } other)
                throw new CheckpointException($"{path}: tensor '{other.Name}' belongs to no target that {ConfigName} names");
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static void Write(LoraAdapter adapter, string folder, string? baseModel)
    {
        try
        {
            var temporary = Directory.CreateDirectory(Path.Combine(folder, $".{Guid.NewGuid():N}")).FullName;
            try
            {
                SafetensorsWriter.Write(Path.Combine(temporary, WeightsName), [.. adapter.Tensors.Select(t => (t.Name, t.Tensor, ScalarType.Float32))]);
                CheckpointWriter.WriteText(Path.Combine(temporary, ConfigName), Json(adapter.Config, baseModel).ToJsonString(new() { WriteIndented = true }) + "\n");
                foreach (var name in (string[])[WeightsName, ConfigName]) File.Move(Path.Combine(temporary, name), Path.Combine(folder, name), overwrite: true);
            }
            finally
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{folder}: the adapter cannot be saved: {e.Message}", e);
        }
    }

    private static JsonObject Json(LoraConfig config, string? baseModel) => new()
    {
        ["alpha_pattern"] = new JsonObject(),
        ["auto_mapping"] = null,
        ["base_model_name_or_path"] = baseModel,
        ["bias"] = "none",
        ["ensure_weight_tying"] = config.EnsureWeightTying && config.ModulesToSave.Count > 0,
        ["fan_in_fan_out"] = false,
        ["inference_mode"] = true,
        ["init_lora_weights"] = true,
        ["lora_alpha"] = config.Alpha == Math.Floor(config.Alpha) ? (JsonNode)(long)config.Alpha : config.Alpha,
        ["lora_dropout"] = config.Dropout,
        ["modules_to_save"] = config.ModulesToSave.Count == 0 ? null : Texts(config.ModulesToSave),
        ["peft_type"] = "LORA",
        ["r"] = config.Rank,
        ["rank_pattern"] = new JsonObject(),
        ["target_modules"] = config.TargetPattern is { } pattern ? pattern
            : Texts(config.Targets.Contains(LoraConfig.AllLinear) ? Transformer.DecoderLayout.LinearNames : config.Targets),
        ["task_type"] = "CAUSAL_LM",
        ["use_dora"] = false,
        ["use_rslora"] = config.RankStabilized,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
