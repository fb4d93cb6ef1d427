using System.Text.Json;

namespace Ghpo.Models.Checkpoints;

/// <summary>The safetensors files of a checkpoint folder: one, or several that an index lists.</summary>
internal static class Shards
{
    public const string Single = "model.safetensors";
    public const string Index = "model.safetensors.index.json";

    /// <summary>Opens all files of a folder; the caller disposes them.</summary>
    /// <exception cref="CheckpointException">A file is absent or damaged, or the index names what is not there.</exception>
    public static IReadOnlyList<SafetensorsFile> Open(string folder)
    {
        var indexPath = Path.Combine(folder, Index);
        if (File.Exists(Path.Combine(folder, Single))) return [SafetensorsFile.Open(Path.Combine(folder, Single))];
        if (!File.Exists(indexPath))
        {
            var other = Directory.EnumerateFiles(folder, "*.bin").Concat(Directory.EnumerateFiles(folder, "*.pth")).Select(Path.GetFileName).FirstOrDefault();
            throw new CheckpointException($"{folder}: neither {Single} nor {Index} is there" +
                (other is null ? "" : $"; {other} is a pickle file, which can run code when read: convert it to safetensors (save_pretrained of transformers does)"));
        }
        var map = ReadIndex(indexPath);
        List<SafetensorsFile> files = [];
        try
        {
            foreach (var name in map.Values.Distinct().Order(StringComparer.Ordinal)) files.Add(SafetensorsFile.Open(Path.Combine(folder, name)));
            foreach (var (tensor, name) in map)
            {
                var file = files.First(f => Path.GetFileName(f.Path) == name);
                if (!file.Contains(tensor)) throw new CheckpointException($"{indexPath}: tensor '{tensor}' is not in {name}, where the index says it is");
            }
            return files;
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string> ReadIndex(string path)
    {
        try
        {
            if (new FileInfo(path).Length > SafetensorsHeader.MostHeaderBytes) throw new CheckpointException($"{path}: larger than any index");
            using var document = JsonDocument.Parse(File.ReadAllText(path), new() { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object ||
                !document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object || !map.EnumerateObject().Any())
                throw new CheckpointException($"{path}: no weight_map from tensor names to file names");
            Dictionary<string, string> names = new(StringComparer.Ordinal);
            foreach (var entry in map.EnumerateObject())
            {
                var name = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
                // A plain name beside the index: nothing that leads out of the folder, and not the index itself.
                if (name.IndexOfAny(['/', '\\', ':', '\0']) >= 0 || !name.EndsWith(".safetensors", StringComparison.Ordinal))
                    throw new CheckpointException($"{path}: tensor '{entry.Name}' is said to be in '{entry.Value}': the name of a .safetensors file in the same folder is expected");
                names[entry.Name] = name;
            }
            return names;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
    }
}
