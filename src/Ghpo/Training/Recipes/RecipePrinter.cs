using System.Collections;
using System.Text;

namespace Ghpo.Training.Recipes;

/// <summary>
/// Prints a recipe whole: every key with its value, defaults too, and its description as a comment. The text reads back to
/// the same recipe. Of a section that is inherited, an element of the list shows only what differs.
/// </summary>
public static class RecipePrinter
{
    private const int Width = 110;

    /// <summary>The recipe as YAML.</summary>
    /// <typeparam name="TRecipe">The record of the recipe.</typeparam>
    /// <param name="recipe">A recipe as read, or built in code.</param>
    /// <param name="header">Lines to stand above as comments, without <c>#</c>.</param>
    public static string Print<TRecipe>(TRecipe recipe, params IReadOnlyList<string> header)
        where TRecipe : class
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var text = new StringBuilder();
        foreach (var line in header)
            text.Append("# ").Append(line).Append('\n');
        WriteRecord(text, Shape.Of(typeof(TRecipe)), recipe, "", new Below(), comments: true);
        return text.ToString();
    }

    /// <summary>What a record is printed against: keys that agree with it are left out.</summary>
    /// <param name="Record">The section that is inherited, key by key.</param>
    /// <param name="Defaults">The defaults of an element of a list, which the first element has shown.</param>
    /// <param name="Parent">The record beside whose list an element stands, with the sections that the element inherits.</param>
    private sealed record Below(object? Record = null, object? Defaults = null, (Shape Shape, object Record)? Parent = null)
    {
        public object? Inherited(KeyShape key) => Record is not null
            ? key.Get(Record)
            : key.IsSection ? Parent?.Shape.Keys.FirstOrDefault(section => section.Name == key.Name && section.Shape == key.Shape)?.Get(Parent.Value.Record) : null;

        /// <summary>Whether a key's value need not be printed.</summary>
        public bool Has(KeyShape key, object? value, object? inherited) => Record is not null || inherited is not null
            ? Same(value, inherited, key.Shape)
            : Defaults is not null && !key.Required && Same(value, key.Get(Defaults), key.Shape);
    }

    private static void WriteRecord(StringBuilder text, Shape shape, object record, string margin, Below below, bool comments)
    {
        foreach (var key in shape.Keys)
        {
            var value = key.Get(record);
            var inherited = below.Inherited(key);
            if (below.Has(key, value, inherited))
                continue;
            if (margin.Length == 0 && text.Length > 0 && key.Shape.Kind is ShapeKind.Record or ShapeKind.List)
                text.Append('\n');
            if (comments && inherited is null)
                WriteComment(text, key, margin);
            text.Append(margin).Append(key.Name).Append(':');
            var next = inherited is not null ? new Below(Record: inherited) : new Below(Defaults: below.Defaults is null ? null : key.Get(below.Defaults));
            WriteValue(text, key, value, margin, next, (shape, record), comments && inherited is null);
        }
    }

    private static void WriteValue(StringBuilder text, KeyShape key, object? value, string margin, Below below, (Shape, object) parent, bool comments)
    {
        if (key.IsSection && value is not null)
        {
            var length = text.Append('\n').Length;
            WriteRecord(text, key.Shape, value, margin + "  ", below, comments);
            if (text.Length == length)
                text.Insert(length - 1, " {}");
        }
        else if (key.Shape is { Kind: ShapeKind.List, Element.Kind: ShapeKind.Record } && value is not null && ((IEnumerable)value).Cast<object>().Any())
        {
            text.Append('\n');
            Below? element = null;
            foreach (var item in (IEnumerable)value)
            {
                // The first element shows every key and what it means, the others what they change.
                WriteElement(text, key.Shape.Element, item, margin, element ?? new Below(Parent: key.InheritsSections ? parent : null), comments && element is null);
                element ??= new Below(Defaults: key.Shape.Element.Create(), Parent: key.InheritsSections ? parent : null);
            }
        }
        else
        {
            var node = RecipeValues.ToNode(value, key.Shape);
            if (node is MapNode map && below.Record is not null && RecipeValues.ToNode(below.Record, key.Shape) is MapNode old)
                node = Difference(map, old);
            text.Append(YamlWriter.Behind(node, margin.Length + 2)).Append('\n');
        }
    }

    private static void WriteElement(StringBuilder text, Shape shape, object item, string margin, Below below, bool comments)
    {
        var part = new StringBuilder();
        WriteRecord(part, shape, item, margin + "    ", below, comments);
        var lines = part.ToString();
        var start = margin.Length + 4;
        while (lines.AsSpan(Math.Min(start, lines.Length)).StartsWith("#"))
        {
            var end = lines.IndexOf('\n', StringComparison.Ordinal) + 1;
            text.Append(margin).Append("  ").Append(lines.AsSpan(start, end - start));
            lines = lines[end..];
        }

        text.Append(margin).Append("  - ").Append(lines.Length == 0 ? "{}\n" : lines.AsSpan(start));
    }

    /// <summary>What must be merged over <paramref name="below"/> to get <paramref name="map"/>; a null takes an entry away.</summary>
    private static MapNode Difference(MapNode map, MapNode below) => new(map.Place,
    [
        .. below.Entries.Where(entry => map.Find(entry.Key) is null).Select(entry => entry with { Value = new ScalarNode(map.Place, "null") }),
        .. map.Entries.Where(entry => below.Find(entry.Key) is not { } old || YamlWriter.Flow(old.Value) != YamlWriter.Flow(entry.Value)),
    ]);

    private static bool Same(object? a, object? b, Shape shape) =>
        YamlWriter.Flow(RecipeValues.ToNode(a, shape)) == YamlWriter.Flow(RecipeValues.ToNode(b, shape));

    private static void WriteComment(StringBuilder text, KeyShape key, string margin)
    {
        foreach (var line in Wrap(RecipeSchema.Describe(key), Width - margin.Length))
            text.Append(margin).Append("# ").Append(line).Append('\n');
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        if (line.Length > 0)
            yield return line.ToString();
    }
}
