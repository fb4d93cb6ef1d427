using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ghpo.Problems.Sources;

/// <summary>The fields of a row by name: a mapped name must be right, a usual one is looked for, first as written, then in any case.</summary>
internal readonly partial struct RowFields(SourceRow row)
{
    /// <summary>The first of these fields that is there and not null. A dot leads into a nested object where no field has it in its name.</summary>
    public JsonElement? Find(string? mapped, IReadOnlyList<string> usual)
    {
        foreach (var name in mapped is null ? usual : [mapped])
        {
            if (Find(row.Value, name) is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value)
                return value;
        }

        return null;
    }

    /// <summary>A field as text: text, a number, true or false, or a list of one of these; null where it is absent.</summary>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="mapped">The name that the recipe gives.</param>
    /// <param name="usual">The names looked for otherwise.</param>
    /// <exception cref="InvalidDataException">It is an object or a longer list.</exception>
    public string? Text(string what, string? mapped, IReadOnlyList<string> usual) => Find(mapped, usual) is { } value ? TextOf(value, what) : null;

    /// <summary>A value as text.</summary>
    public string TextOf(JsonElement value, string what)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return StringOf(value, what);
            case JsonValueKind.Number:
                return value.TryGetDouble(out var number) && Math.Abs(number) < 1e15 && number == Math.Truncate(number) ? number.ToString("F0", CultureInfo.InvariantCulture) : value.GetRawText(); // 27.0 means 27
            case JsonValueKind.True or JsonValueKind.False:
                return value.GetRawText();
            case JsonValueKind.Array when value.GetArrayLength() == 1 && value[0].ValueKind is not (JsonValueKind.Array or JsonValueKind.Object):
                return TextOf(value[0], what);
            default:
                throw WrongType(value, what);
        }
    }

    /// <summary>A difficulty: a number, rounded, or text that ends with one ("Level 5"); null where there is none ("Level ?").</summary>
    public int? Level(string? mapped, IReadOnlyList<string> usual)
    {
        if (Find(mapped, usual) is not { } value)
            return null;
        var text = TextOf(value, "the level");
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return Math.Abs(number) < 1e6 ? (int)Math.Round(number, MidpointRounding.AwayFromZero) : null;
        return LastNumber().Match(text) is { Success: true } match ? int.Parse(match.Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>An error about a field that holds something else than text.</summary>
    public InvalidDataException WrongType(JsonElement value, string what) =>
        new($"{row.Place}: {what} is {Describe(value)}; expected text (another field may hold it: problems.fields names fields, problems.preset knows some data sets)");

    /// <summary>The names of the row's fields, for messages.</summary>
    public string Names => string.Join(", ", row.Value.EnumerateObject().Take(20).Select(p => p.Name));

    private static JsonElement? Find(JsonElement within, string name)
    {
        if (within.ValueKind != JsonValueKind.Object)
            return null;
        if (within.TryGetProperty(name, out var value))
            return value;
        foreach (var property in within.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && within.TryGetProperty(name[..dot], out var inner) ? Find(inner, name[(dot + 1)..]) : null;
    }

    private string StringOf(JsonElement value, string what)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException($"{row.Place}: {what} holds half of a Unicode surrogate pair (as \\ud800), which is no character; write the file anew", e);
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"a list of {value.GetArrayLength()}",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    [GeneratedRegex("[0-9]{1,6}$", RegexOptions.NonBacktracking)]
    private static partial Regex LastNumber();
}
