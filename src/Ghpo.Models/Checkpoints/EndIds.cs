using System.Text.Json;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints;

/// <summary>The ids that end a completion: those of the checkpoint's generation_config.json (of which nothing else is taken), else those of its config.json.</summary>
public static class EndIds
{
    /// <summary>The end ids of a checkpoint; none where neither file names one.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="config">Its configuration.</param>
    /// <exception cref="InvalidDataException">generation_config.json cannot be read.</exception>
    public static IReadOnlyList<int> Of(string folder, ModelConfig config)
    {
        var path = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(path)) return config.EndIds;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (!document.RootElement.TryGetProperty("eos_token_id", out var ids)) return config.EndIds;
            return ids.ValueKind switch
            {
                JsonValueKind.Number => [ids.GetInt32()],
                JsonValueKind.Array => [.. ids.EnumerateArray().Select(id => id.GetInt32())],
                _ => config.EndIds,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: eos_token_id cannot be read ({error.Message}); expected a token id or a list of them", error);
        }
    }
}
