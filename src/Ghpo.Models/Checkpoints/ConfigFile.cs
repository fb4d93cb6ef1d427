using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints.Families;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints;

/// <summary>config.json, read into a <see cref="ModelConfig"/> by the family that its architecture names, and written for a new model.</summary>
public static class ConfigFile
{
    /// <summary>The file's name in a checkpoint folder.</summary>
    public const string Name = "config.json";

    /// <summary>Reads the configuration of a checkpoint folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="CheckpointException">The file is absent or damaged, or names an architecture or option that is not supported.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!Directory.Exists(folder)) throw new CheckpointException($"{folder}: no such folder; a checkpoint is a folder with {Name} and *.safetensors");
        try
        {
            if (!File.Exists(path)) throw new CheckpointException($"{folder}: no {Name}; a checkpoint is a folder with {Name} and *.safetensors");
            if (new FileInfo(path).Length > 16 << 20) throw new CheckpointException($"{path}: larger than any {Name}");
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a configuration from the text of config.json.</summary>
    /// <param name="json">The text.</param>
    /// <param name="file">What messages call it.</param>
    /// <exception cref="CheckpointException">It is damaged, or names an architecture or option that is not supported.</exception>
    public static ModelConfig Parse(string json, string file = Name)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new CheckpointException($"{file}: no JSON object");
            var reader = new ConfigReader(document.RootElement, file);
            var config = FamilyList.Of(reader).Read(reader) with { SourceJson = json };
            config.Validate();
            return config;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or FormatException or OverflowException or InvalidOperationException)
        {
            throw new CheckpointException($"{file}: {e.Message}", e);
        }
    }

    /// <summary>The text of a config.json with one key set.</summary>
    internal static string Changed(string json, string key, JsonNode value)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        root[key] = value;
        return root.ToJsonString(new() { WriteIndented = true }) + "\n";
    }

    /// <summary>The text of config.json for a model: what it was loaded with, or the hub's classic form for a new one.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="savedType">The type that a new model's weights are stored in: <c>float32</c>, <c>float16</c> or <c>bfloat16</c>.</param>
    internal static string Write(ModelConfig config, string savedType)
    {
        if (config.SourceJson is { } source) return source;
        var root = FamilyList.Named(config.Architecture).Write(config);
        root["torch_dtype"] = savedType;
        return root.ToJsonString(new() { WriteIndented = true }) + "\n";
    }
}
