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
        WriteRecord(text, Shape.Of(typeof(TRecipe)), recipe, "", below: null, sections: null, comments: true);
        return text.ToString();
    }

    /// <param name="text">Where to write.</param>
    /// <param name="shape">The record's shape.</param>
    /// <param name="record">The record.</param>
    /// <param name="margin">Blanks before each line.</param>
    /// <param name="below">The record that is inherited: keys that agree with it are left out.</param>
    /// <param name="sections">The record whose sections are inherited by name.</param>
    /// <param name="comments">Whether to describe each key.</param>
    private static void WriteRecord(StringBuilder text, Shape shape, object record, string margin, object? below, (Shape Shape, object Record)? sections, bool comments)
    {
        foreach (var key in shape.Keys)
        {
            var value = key.Get(record);
            var inherited = below is not null ? key.Get(below) : Inherited(key, sections);
            if ((below is not null || inherited is not null) && Same(value, inherited, key.Shape))
                continue;
            var first = text.Length == 0 || text[^1] != '\n' || below is not null;
            if (margin.Length == 0 && key.Shape.Kind is ShapeKind.Record or ShapeKind.List && !first)
                text.Append('\n');
            if (comments && below is null && inherited is null)
                WriteComment(text, key, margin);
            text.Append(margin).Append(key.Name).Append(':');
            WriteValue(text, key, value, margin, inherited, (shape, record), comments);
        }
    }

    private static void WriteValue(StringBuilder text, KeyShape key, object? value, string margin, object? inherited, (Shape, object) parent, bool comments)
    {
        var records = key.Shape.Kind == ShapeKind.List && key.Shape.Element.Kind == ShapeKind.Record && value is not null;
        if (key.IsSection && value is not null)
        {
            var length = text.Append('\n').Length;
            WriteRecord(text, key.Shape, value, margin + "  ", inherited, sections: null, comments);
            if (text.Length == length)
                text.Insert(length - 1, " {}");
        }
        else if (records && ((IEnumerable)value!).Cast<object>().Any())
        {
            text.Append('\n');
            var index = 0;
            foreach (var item in (IEnumerable)value!)
            {
                // What the keys of an element mean is said at the first one.
                var part = new StringBuilder();
                WriteRecord(part, key.Shape.Element, item, margin + "    ", below: null, key.InheritsSections ? parent : null, comments && index++ == 0);
                var lines = part.ToString();
                var start = margin.Length + 4;
                text.Append(margin).Append("  - ").Append(lines.Length == 0 ? "{}\n" : lines.AsSpan(start));
            }
        }
        else
        {
            var node = RecipeValues.ToNode(value, key.Shape);
            if (node is MapNode map && inherited is not null && RecipeValues.ToNode(inherited, key.Shape) is MapNode below)
                node = Difference(map, below);
            text.Append(YamlWriter.Behind(node, margin.Length + 2)).Append('\n');
        }
    }

    /// <summary>What must be merged over <paramref name="below"/> to get <paramref name="map"/>; a null takes an entry away.</summary>
    private static MapNode Difference(MapNode map, MapNode below) => new(map.Place,
    [
        .. below.Entries.Where(entry => map.Find(entry.Key) is null).Select(entry => entry with { Value = new ScalarNode(map.Place, "null") }),
        .. map.Entries.Where(entry => below.Find(entry.Key) is not { } old || YamlWriter.Flow(old.Value) != YamlWriter.Flow(entry.Value)),
    ]);

    private static object? Inherited(KeyShape key, (Shape Shape, object Record)? sections) => key.IsSection
        ? sections?.Shape.Keys.FirstOrDefault(section => section.Name == key.Name && section.Shape == key.Shape)?.Get(sections.Value.Record)
        : null;

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
