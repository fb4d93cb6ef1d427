using System.Text.Json;
using Ghpo.Models.Transformer;

namespace Ghpo.Cli;

/// <summary>The ids that end a completion: those of the checkpoint's generation_config.json, else those of its config.json.</summary>
internal static class EndIds
{
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
