using System.Text.Json;

namespace Ghpo.Models.Tokenization;

/// <summary>The tokens with a role, as their text, from <c>tokenizer_config.json</c> (or <c>special_tokens_map.json</c>). Null where a tokenizer has none.</summary>
/// <param name="Bos">Begins a text (<c>bos_token</c>).</param>
/// <param name="Eos">Ends a text (<c>eos_token</c>).</param>
/// <param name="Pad">Fills a batch (<c>pad_token</c>).</param>
/// <param name="Unk">Stands for what is not in the vocabulary (<c>unk_token</c>).</param>
public sealed record SpecialTokens(string? Bos = null, string? Eos = null, string? Pad = null, string? Unk = null)
{
    /// <summary>Every token of <c>tokenizer_config.json</c> by its key (<c>bos_token</c>, <c>eos_token</c>, <c>image_token</c> …): what chat templates see.</summary>
    public IReadOnlyDictionary<string, string> ByName { get; init; } = new Dictionary<string, string>();

    internal static SpecialTokens Read(JsonElement config)
    {
        var byName = new Dictionary<string, string>();
        if (config.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in config.EnumerateObject())
            {
                if (property.Name.EndsWith("_token", StringComparison.Ordinal) && Text(property.Value) is { } text)
                    byName[property.Name] = text;
            }
        }

        return new SpecialTokens(byName.GetValueOrDefault("bos_token"), byName.GetValueOrDefault("eos_token"), byName.GetValueOrDefault("pad_token"), byName.GetValueOrDefault("unk_token")) { ByName = byName };
    }

    // A token is written as its text or as an object with "content".
    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object when value.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String => content.GetString(),
        _ => null,
    };
}
