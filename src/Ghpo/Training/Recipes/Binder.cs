using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Ghpo.Training.Recipes;

/// <summary>Turns nodes into records. It goes on after an error, so that all of them are found in one reading.</summary>
internal sealed class Binder(RecipeErrors errors)
{
    /// <summary>
    /// A record from a mapping. Keys that are not written keep the value of <paramref name="start"/> (a default that an
    /// outer record gave), or of the record's own initialisers.
    /// </summary>
    /// <param name="map">What was written.</param>
    /// <param name="shape">The record's shape.</param>
    /// <param name="path">The full path of the record, for errors.</param>
    /// <param name="start">The default to start from; null: a new record.</param>
    /// <param name="sections">Defaults of sections that the record inherits from beside its list, by key.</param>
    /// <param name="template">Whether the sections are only what others inherit: they need not be complete or consistent.</param>
    public object BindRecord(MapNode map, Shape shape, string path, object? start = null, IReadOnlyDictionary<string, object?>? sections = null, bool template = false)
    {
        var before = errors.Count;
        var record = start is null ? shape.Create() : shape.Copy(start);
        ReportUnknownKeys(map, shape, path);
        foreach (var key in shape.Keys)
        {
            var entry = map.Find(key.Name);
            var inherited = sections?.GetValueOrDefault(key.Name);
            var fallback = inherited ?? key.Get(record);
            var keyPath = KeyPath.Join(path, key.Name);
            // What an outer default (start) or an inherited section sets is not missing.
            if (entry is null && key.Required && start is null && inherited is null)
            {
                if (!template && !IsTemplate(map, shape, key))
                    errors.Add(map.Place, keyPath, $"this key is required: {Expectation.Describe(key.Shape, key.Rules)}{(key.Description.Length > 0 ? $" ({key.Description})" : "")}");
            }
            else if (key.InheritsSections && entry?.Value is ListNode list)
                key.Set(record, BindHeirs(list, map, shape, key, keyPath));
            else if (entry is not null)
                BindKey(entry, key, record, fallback, keyPath, IsTemplate(map, shape, key));
            else if (key.IsSection && !(key.Nullable && fallback is null))
                key.Set(record, BindRecord(new MapNode(map.Place, []), key.Shape, keyPath, fallback, template: IsTemplate(map, shape, key)));
        }

        if (!template && errors.Count == before && record is IValidated validated)
        {
            foreach (var problem in validated.Validate())
                errors.Add(map.PlaceOf(problem.Key), problem.Key.Length == 0 ? path : KeyPath.Join(path, problem.Key), problem.Message);
        }

        return record;
    }

    private void ReportUnknownKeys(MapNode map, Shape shape, string path)
    {
        var known = shape.Keys.Select(key => key.Name).ToList();
        foreach (var entry in map.Entries.Where(entry => !known.Contains(entry.Key)))
        {
            var hint = Names.Nearest(entry.Key, known) is { } nearest ? $"did you mean {nearest}?" : $"known here: {string.Join(", ", known)}";
            errors.Add(entry.KeyPlace, KeyPath.Join(path, entry.Key), $"unknown key; {hint}");
        }
    }

    /// <summary>A section that is inherited by at least one element: what counts is what each element makes of it.</summary>
    private static bool IsTemplate(MapNode map, Shape shape, KeyShape section) => section.IsSection && shape.Keys.Any(key =>
        key.ReplacesSections && key.Shape.Element.Keys.Any(inner => inner.Name == section.Name && inner.Shape == section.Shape)
        && map.Find(key.Name)?.Value is ListNode { Items.Count: > 0 });

    private void BindKey(MapEntry entry, KeyShape key, object record, object? fallback, string path, bool template)
    {
        if (entry.Value is ScalarNode { IsNull: true })
        {
            if (key.Nullable)
                key.Set(record, null);
            else
                errors.Add(entry.Value.Place, path, $"expected {Expectation.Describe(key.Shape, key.Rules)}, got nothing; give a value or remove the key");
            return;
        }

        if (Bind(entry.Value, key.Shape, key.Rules, path, fallback, template) is { } value)
            key.Set(record, value);
    }

    /// <summary>The elements of a list that inherit sections: their nodes over the parent's nodes, their defaults from the parent's defaults.</summary>
    private Array BindHeirs(ListNode list, MapNode parent, Shape parentShape, KeyShape key, string path)
    {
        var element = key.Shape.Element;
        var inherited = parentShape.Keys.Where(section => section.IsSection && element.Keys.Any(inner => inner.Name == section.Name && inner.Shape == section.Shape)).ToList();
        var start = parentShape.Create();
        var defaults = inherited.ToDictionary(section => section.Name, section => section.Get(start));
        var template = new MapNode(list.Place, [.. parent.Entries.Where(entry => inherited.Any(section => section.Name == entry.Key))]);
        var result = Array.CreateInstance(element.Type, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (list.Items[i] is MapNode map)
                result.SetValue(BindRecord(template.MergedWith(map), element, $"{path}[{i}]", sections: defaults), i);
            else
                errors.Add(list.Items[i].Place, $"{path}[{i}]", $"expected a mapping of keys, got {Found(list.Items[i])}");
        }

        foreach (var rule in key.Rules.Where(rule => !Expectation.Obeys(result, rule)))
            errors.Add(list.Place, path, $"expected {Expectation.Describe(key.Shape, key.Rules)}");
        return result;
    }

    /// <summary>A value of a shape, or null when it cannot be one (reported).</summary>
    private object? Bind(RecipeNode node, Shape shape, IReadOnlyList<ValidationAttribute> rules, string path, object? fallback = null, bool template = false)
    {
        var before = errors.Count;
        var value = (shape.Kind, node) switch
        {
            (ShapeKind.Record, MapNode map) => BindRecord(map, shape, path, fallback, template: template),
            (ShapeKind.List, ListNode list) => BindList(list, shape, rules, path),
            (ShapeKind.List, ScalarNode { IsNull: false } one) when rules.Any(rule => rule is OneOrMoreAttribute) => BindList(new ListNode(one.Place, [one]), shape, rules, path),
            (ShapeKind.Dictionary, MapNode map) => BindDictionary(map, shape, rules, path),
            (ShapeKind.Choice, ScalarNode scalar) => shape.Choices.FirstOrDefault(choice => choice.Key == scalar.Value).Value?.GetValue(null),
            (ShapeKind.Text, ScalarNode scalar) when !scalar.IsNull => scalar.Value,
            (_, ScalarNode { Quoted: false } scalar) => ParseNumber(scalar.Value, shape.Type),
            _ => null,
        };
        if (errors.Count > before)
            return value;
        if (value is null || rules.Any(rule => !Applies(shape, rule) ? false : !Expectation.Obeys(value, rule)))
        {
            var near = shape.Kind == ShapeKind.Choice && node is ScalarNode choice ? Names.Nearest(choice.Value, shape.Choices.Select(pair => pair.Key)) : null;
            errors.Add(node.Place, path, $"expected {Expectation.Describe(shape, rules)}, got {Found(node)}{(near is null ? "" : $"; did you mean {near}?")}");
            return null;
        }

        return value;
    }

    private static bool Applies(Shape shape, ValidationAttribute rule) =>
        shape.Kind is not (ShapeKind.List or ShapeKind.Dictionary) || Expectation.ElementRules([rule]).Count == 0;

    private Array BindList(ListNode list, Shape shape, IReadOnlyList<ValidationAttribute> rules, string path)
    {
        var result = Array.CreateInstance(shape.Element.Type, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Bind(list.Items[i], shape.Element, Expectation.ElementRules(rules), $"{path}[{i}]") is { } value)
                result.SetValue(value, i);
        }

        return result;
    }

    private object BindDictionary(MapNode map, Shape shape, IReadOnlyList<ValidationAttribute> rules, string path)
    {
        var result = (IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), shape.Element.Type))!;
        // A null takes an entry away that a recipe below this one, or the section of a phase, has.
        foreach (var entry in map.Entries.Where(entry => entry.Value is not ScalarNode { IsNull: true }))
        {
            if (Bind(entry.Value, shape.Element, Expectation.ElementRules(rules), KeyPath.Join(path, entry.Key)) is { } value)
                result.Add(entry.Key, value);
        }

        return result;
    }

    private static object? ParseNumber(string text, Type type)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        var culture = CultureInfo.InvariantCulture;
        if (type == typeof(bool))
            return text switch { "true" or "True" or "TRUE" => true, "false" or "False" or "FALSE" => false, _ => null };
        if (type == typeof(int))
            return int.TryParse(text, Whole, culture, out var value) ? value : null;
        if (type == typeof(long))
            return long.TryParse(text, Whole, culture, out var value) ? value : null;
        if (type == typeof(uint))
            return uint.TryParse(text, Whole, culture, out var value) ? value : null;
        if (type == typeof(ulong))
            return ulong.TryParse(text, Whole, culture, out var value) ? value : null;
        if (type == typeof(float))
            return float.TryParse(text, NumberStyles.Float, culture, out var value) && float.IsFinite(value) ? value : null;
        return type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var number) && double.IsFinite(number) ? number : null;
    }

    private static string Found(RecipeNode node) => node switch
    {
        MapNode => "a mapping",
        ListNode list => list.Items.Count == 0 ? "an empty list" : "a list",
        ScalarNode { IsNull: true } => "nothing",
        ScalarNode { Quoted: true } scalar => $"the text \"{Short(scalar.Value)}\"",
        ScalarNode scalar => Short(scalar.Value),
        _ => "nothing",
    };

    private static string Short(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? line : line[..57] + "…";
    }
}
