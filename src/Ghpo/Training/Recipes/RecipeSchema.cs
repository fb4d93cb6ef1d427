using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ghpo.Training.Recipes;

/// <summary>A JSON schema (draft 2020-12) of a recipe's records, for editors: completion, documentation and checks while typing.</summary>
public static class RecipeSchema
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema as indented JSON, ending in a line end. Equal types give equal text.</summary>
    /// <typeparam name="TRecipe">The record of the recipe.</typeparam>
    /// <param name="title">What the schema calls itself.</param>
    public static string Create<TRecipe>(string title)
        where TRecipe : class
    {
        var shape = Shape.Of(typeof(TRecipe));
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        // A recipe may get what is required from the one that it extends, so nothing is required at the top.
        foreach (var (name, value) in RecordSchema(shape, shape.Create(), complete: false, heirs: null))
            schema[name] = value?.DeepClone();
        var properties = new JsonObject
        {
            [RecipeFile.Extends] = new JsonObject { ["description"] = "Another recipe, from this file's folder, over which this one is merged: mappings key by key, lists as a whole.", ["type"] = "string" },
        };
        foreach (var (name, value) in schema["properties"]!.AsObject())
            properties[name] = value?.DeepClone();
        schema["properties"] = properties;
        return schema.ToJsonString(Options) + "\n";
    }

    /// <summary>A key's description, with what its value must look like where that is more than a plain type.</summary>
    internal static string Describe(KeyShape key)
    {
        var core = key.Shape.Kind is ShapeKind.List or ShapeKind.Dictionary ? key.Shape.Element : key.Shape;
        var expected = core.Kind == ShapeKind.Choice && core.Choices.Any(choice => choice.Value.IsDefined(typeof(DescriptionAttribute)))
            ? string.Join("; ", core.Choices.Select(choice => choice.Value.GetCustomAttribute<DescriptionAttribute>() is { } said ? $"{choice.Key}: {said.Description.TrimEnd('.')}" : choice.Key))
            : core.Kind == ShapeKind.Choice || key.Rules.Count > 0 ? Expectation.Describe(key.Shape, key.Rules) + (key.Nullable ? ", or null" : "") : "";
        var text = key.Description.Trim();
        return text.Length == 0 || expected.Length == 0 ? text + expected : $"{text.TrimEnd('.')}; {expected}";
    }

    private static JsonObject RecordSchema(Shape shape, object? defaults, bool complete, IReadOnlySet<string>? heirs)
    {
        var properties = new JsonObject();
        foreach (var key in shape.Keys)
        {
            // A section of an element that inherits is described once, beside the list.
            properties[key.Name] = heirs?.Contains(key.Name) == true && key.IsSection
                ? new JsonObject { ["$ref"] = $"#/properties/{key.Name}" }
                : KeySchema(key, shape, defaults is null ? null : key.Get(defaults), hasDefault: defaults is not null && !key.Required);
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (complete && shape.Keys.Any(key => key.Required))
            schema["required"] = new JsonArray([.. shape.Keys.Where(key => key.Required).Select(key => (JsonNode)key.Name)]);
        return schema;
    }

    private static JsonObject KeySchema(KeyShape key, Shape parent, object? value, bool hasDefault)
    {
        var schema = new JsonObject();
        if (Describe(key) is { Length: > 0 } description)
            schema["description"] = description;
        var heirs = key.InheritsSections ? parent.Keys.Where(section => section.IsSection).Select(section => section.Name).ToHashSet() : null;
        foreach (var (name, part) in ValueSchema(key.Shape, key.Rules, value, heirs))
            schema[name] = part?.DeepClone();
        if (key.Nullable)
        {
            schema["type"] = new JsonArray(schema["type"]!.DeepClone(), "null");
            (schema["enum"] as JsonArray)?.Add((JsonNode?)null);
        }

        if (hasDefault && !key.IsSection && (value is not null || key.Nullable))
            schema["default"] = Json(RecipeValues.ToNode(value, key.Shape), key.Shape);
        return schema;
    }

    private static JsonObject ValueSchema(Shape shape, IReadOnlyList<ValidationAttribute> rules, object? value, IReadOnlySet<string>? heirs)
    {
        var schema = shape.Kind switch
        {
            ShapeKind.Flag => new JsonObject { ["type"] = "boolean" },
            ShapeKind.Whole => new JsonObject { ["type"] = "integer" },
            ShapeKind.Number => new JsonObject { ["type"] = "number" },
            ShapeKind.Text => new JsonObject { ["type"] = "string" },
            ShapeKind.Choice => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. shape.Choices.Select(choice => (JsonNode)choice.Key)]) },
            ShapeKind.List => new JsonObject
            {
                ["type"] = "array",
                ["items"] = shape.Element.Kind == ShapeKind.Record
                    ? RecordSchema(shape.Element, shape.Element.Create(), complete: heirs is null, heirs)
                    : ValueSchema(shape.Element, Expectation.ElementRules(rules), null, null),
            },
            ShapeKind.Dictionary => new JsonObject { ["type"] = "object", ["additionalProperties"] = ValueSchema(shape.Element, Expectation.ElementRules(rules), null, null) },
            _ => RecordSchema(shape, value ?? shape.Create(), complete: false, heirs: null),
        };
        foreach (var rule in rules)
            AddRule(schema, rule, shape);
        if (shape.Kind == ShapeKind.List && rules.Any(rule => rule is OneOrMoreAttribute))
            schema["type"] = new JsonArray("array", schema["items"]!["type"]!.DeepClone());
        return schema;
    }

    private static void AddRule(JsonObject schema, ValidationAttribute rule, Shape shape)
    {
        var unit = shape.Kind == ShapeKind.List ? "Items" : "Length";
        switch (rule)
        {
            case RangeAttribute range when shape.Kind is ShapeKind.Whole or ShapeKind.Number:
                var (minimum, maximum) = Expectation.LimitsOf(range);
                if (minimum is { } low)
                    schema[range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum"] = Plain(low);
                if (maximum is { } high)
                    schema[range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum"] = Plain(high);
                break;
            case AllowedValuesAttribute allowed when shape.Kind is ShapeKind.Whole or ShapeKind.Number or ShapeKind.Text:
                schema["enum"] = new JsonArray([.. allowed.Values.Select(value => JsonValue.Create(value))]);
                break;
            case RegularExpressionAttribute pattern when shape.Kind == ShapeKind.Text:
                schema["pattern"] = $"^(?:{pattern.Pattern})$";
                break;
            case MinLengthAttribute least when shape.Kind is ShapeKind.List or ShapeKind.Text:
                schema["min" + unit] = least.Length;
                break;
            case MaxLengthAttribute most when shape.Kind is ShapeKind.List or ShapeKind.Text:
                schema["max" + unit] = most.Length;
                break;
            case LengthAttribute both when shape.Kind is ShapeKind.List or ShapeKind.Text:
                schema["min" + unit] = both.MinimumLength;
                schema["max" + unit] = both.MaximumLength;
                break;
        }
    }

    private static JsonNode Plain(double number) => number == Math.Floor(number) && Math.Abs(number) < 1e15 ? JsonValue.Create((long)number) : JsonValue.Create(number);

    private static JsonNode? Json(RecipeNode node, Shape shape) => node switch
    {
        ListNode list => new JsonArray([.. list.Items.Select(item => Json(item, shape.Element))]),
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value, shape.Kind == ShapeKind.Record ? shape.Keys.First(key => key.Name == entry.Key).Shape : shape.Element)))),
        ScalarNode { IsNull: true } => null,
        ScalarNode scalar => shape.Kind is ShapeKind.Text or ShapeKind.Choice ? JsonValue.Create(scalar.Value) : JsonNode.Parse(scalar.Value),
        _ => null,
    };
}
