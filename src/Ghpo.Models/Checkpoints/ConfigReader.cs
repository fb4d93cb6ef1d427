using System.Text.Json;

namespace Ghpo.Models.Checkpoints;

/// <summary>A config.json being read: typed access whose errors name the file and the key, and a record of which keys were looked at.</summary>
internal sealed class ConfigReader
{
    private readonly JsonElement _root;

    public ConfigReader(JsonElement root, string file) => (_root, File) = (root, file);

    /// <summary>The file's path, for messages.</summary>
    public string File { get; }

    /// <summary>An error about this file.</summary>
    public CheckpointException Bad(string what) => new($"{File}: {what}");

    /// <summary>The value of a key; null where absent or null.</summary>
    public JsonElement? Find(string key) => _root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public int? Integer(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var integer) => integer,
        // Written by some tools: 32768.0.
        { ValueKind: JsonValueKind.Number } value when value.GetDouble() is var number && number == Math.Floor(number) && Math.Abs(number) < int.MaxValue => (int)number,
        { } value => throw Bad($"{key} is {Shown(value)}: a whole number of at most {int.MaxValue} is expected"),
    };

    public int Integer(string key, int otherwise) => Integer(key) ?? otherwise;

    public int RequiredInteger(string key) => Integer(key) ?? throw Bad($"{key} is missing");

    public double? Number(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } value => value.GetDouble(),
        { } value => throw Bad($"{key} is {Shown(value)}: a number is expected"),
    };

    public bool Flag(string key, bool otherwise) => Find(key) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Bad($"{key} is {Shown(value)}: true or false is expected"),
    };

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => throw Bad($"{key} is {Shown(value)}: a text is expected"),
    };

    /// <summary>A text or a list of texts.</summary>
    public IReadOnlyList<string> Texts(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } value => [value.GetString()!],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.String ? e.GetString()! : throw Bad($"{key} holds {Shown(e)}: texts are expected"))],
        { } value => throw Bad($"{key} is {Shown(value)}: a list of texts is expected"),
    };

    /// <summary>A whole number or a list of them.</summary>
    public IReadOnlyList<int> Integers(string key) => Find(key) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Select(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var i) ? i : throw Bad($"{key} holds {Shown(e)}: whole numbers are expected"))],
        _ => [RequiredInteger(key)],
    };

    /// <summary>A nested object; null where absent or null.</summary>
    public ConfigReader? Section(string key) => Find(key) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ConfigReader(value, File),
        { } value => throw Bad($"{key} is {Shown(value)}: an object is expected"),
    };

    public IEnumerable<string> Keys => _root.EnumerateObject().Select(p => p.Name);

    private static string Shown(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..60] + "…";
    }
}
