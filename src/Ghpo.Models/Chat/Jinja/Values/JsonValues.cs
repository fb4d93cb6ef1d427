using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>From JSON to what templates work with.</summary>
internal static class JsonValues
{
    public static object? From(JsonNode? node) => node switch
    {
        null => null,
        JsonObject entries => From(entries),
        JsonArray items => new JinjaList(items.Select(From)),
        JsonValue value => FromValue(value),
        _ => throw new ArgumentException("unknown JSON node", nameof(node)),
    };

    private static JinjaDictionary From(JsonObject entries)
    {
        var dictionary = new JinjaDictionary();
        foreach (var (key, value) in entries)
            dictionary[key] = From(value);
        return dictionary;
    }

    private static object? FromValue(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        // 1.0 and 1e3 are floats in Python, even where they are whole.
        _ => value.ToJsonString() is var text && long.TryParse(text, out var whole) ? (object)whole : double.Parse(text),
    };
}
