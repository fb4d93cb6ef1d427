using System.Text.Json;

namespace Ghpo.Models.Tokenization;

/// <summary>A part of a JSON file that knows where it stands, so that every error names its file and key.</summary>
internal readonly record struct JsonSection(JsonElement Element, string File, string Path)
{
    /// <summary>The <c>type</c> of this part, as tokenizer.json names its building blocks.</summary>
    public string Type => String("type");

    public TokenizerException Error(string message) => new($"{File}: {(Path.Length == 0 ? "" : $"key '{Path}': ")}{message}.");

    /// <summary>The error for a building block that is not known here.</summary>
    public TokenizerException Unknown(string what) => Error($"the {what} '{Type}' is not known here; this tokenizer cannot be used exactly, so it is refused");

    public JsonSection? Optional(string key) =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? At(key, value) : null;

    public JsonSection Required(string key)
    {
        if (Element.ValueKind != JsonValueKind.Object)
            throw Error("expected an object");
        return Optional(key) ?? throw Error($"'{key}' is missing");
    }

    public JsonSection Object(string key) => Of(Required(key), JsonValueKind.Object, "an object");

    public IEnumerable<JsonSection> Array(string key)
    {
        if (Optional(key) is not { } value)
            return [];
        Of(value, JsonValueKind.Array, "a list");
        var (file, path) = (File, value.Path);
        return value.Element.EnumerateArray().Select((item, i) => new JsonSection(item, file, $"{path}[{i}]"));
    }

    public string String(string key) => Of(Required(key), JsonValueKind.String, "a text").Element.GetString()!;

    public string? OptionalString(string key) => Optional(key) is { } value ? Of(value, JsonValueKind.String, "a text").Element.GetString() : null;

    public bool Bool(string key, bool otherwise) => OptionalBool(key) ?? otherwise;

    public bool? OptionalBool(string key) => Optional(key) is not { } value ? null : value.Element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw value.Error("expected true or false"),
    };

    public int Int(string key)
    {
        var value = Of(Required(key), JsonValueKind.Number, "a whole number");
        return value.Element.TryGetInt32(out var number) ? number : throw value.Error("expected a whole number");
    }

    private JsonSection At(string key, JsonElement value) => new(value, File, Path.Length == 0 ? key : $"{Path}.{key}");

    private static JsonSection Of(JsonSection value, JsonValueKind kind, string expected) =>
        value.Element.ValueKind == kind ? value : throw value.Error($"expected {expected}, found {value.Element.ValueKind}");
}
