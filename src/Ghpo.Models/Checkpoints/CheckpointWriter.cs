using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>Writes a checkpoint folder so that at every moment it holds the old one, the new one, or nothing.</summary>
internal static class CheckpointWriter
{
    /// <summary>The most that one safetensors file holds, in bytes.</summary>
    public const long MostShardBytes = 5_000_000_000;

    /// <summary>Files beside the weights that belong to a checkpoint.</summary>
    private static readonly string[] CarriedOver =
    [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "vocab.json", "merges.txt", "tokenizer.model",
        "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json",
    ];

    public static void Write(CausalLM model, string folder, string? carryOverFrom, long mostShardBytes)
    {
        folder = Path.GetFullPath(folder);
        var parent = Path.GetDirectoryName(folder) ?? throw new CheckpointException($"{folder}: a checkpoint needs a folder of its own");
        var temporary = Path.Combine(parent, $".{Path.GetFileName(folder)}.{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(temporary);
            WriteWeights(model, temporary, mostShardBytes);
            WriteText(Path.Combine(temporary, ConfigFile.Name), ConfigFile.Write(model.Config, TypeName(model.Parameters.SavedType(DecoderLayout.Embedding))));
            if (carryOverFrom is not null) CarryOver(carryOverFrom, temporary);
            if (Directory.Exists(folder)) ReplaceFiles(temporary, folder);
            else Directory.Move(temporary, folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{folder}: the checkpoint cannot be saved: {e.Message}", e);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    private static void WriteWeights(CausalLM model, string folder, long mostShardBytes)
    {
        var shards = new List<List<(string Name, Tensor Tensor, ScalarType Type)>> { new() };
        long bytes = 0, total = 0;
        foreach (var parameter in DecoderLayout.Parameters(model.Config))
        {
            var tensor = model.Parameters[parameter.Name];
            var type = model.Parameters.SavedType(parameter.Name);
            var size = tensor.numel() * SafetensorsHeader.SizeOf(type);
            if (shards[^1].Count > 0 && bytes + size > mostShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add((parameter.Name, tensor, type));
            bytes += size;
            total += size;
        }
        if (shards.Count == 1)
        {
            SafetensorsWriter.Write(Path.Combine(folder, Shards.Single), shards[0]);
            return;
        }
        var map = new JsonObject();
        for (var i = 0; i < shards.Count; i++)
        {
            var name = $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i]);
            foreach (var (tensor, _, _) in shards[i]) map[tensor] = name;
        }
        var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map };
        WriteText(Path.Combine(folder, Shards.Index), index.ToJsonString(new() { WriteIndented = true }) + "\n");
    }

    private static void CarryOver(string source, string target)
    {
        foreach (var name in CarriedOver)
        {
            var path = Path.Combine(source, name);
            if (!File.Exists(path)) continue;
            using var from = File.OpenRead(path);
            using var to = new FileStream(Path.Combine(target, name), FileMode.CreateNew);
            from.CopyTo(to);
            to.Flush(flushToDisk: true);
        }
    }

    /// <summary>Into a folder that is there already: file by file by renaming, then what the earlier checkpoint had and this one has not is removed.</summary>
    private static void ReplaceFiles(string temporary, string folder)
    {
        var names = Directory.EnumerateFiles(temporary).Select(f => Path.GetFileName(f)!).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names) File.Move(Path.Combine(temporary, name), Path.Combine(folder, name), overwrite: true);
        foreach (var path in Directory.EnumerateFiles(folder, "model*.safetensors*").ToArray())
        {
            if (!names.Contains(Path.GetFileName(path))) File.Delete(path);
        }
    }

    internal static void WriteText(string path, string text)
    {
        using var file = new FileStream(path, FileMode.CreateNew);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    private static string TypeName(ScalarType type) => type switch
    {
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => "float32",
    };
}
