using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Ghpo.Training.Recipes;

/// <summary>Values as nodes, as they would have been written.</summary>
internal static class RecipeValues
{
    private static readonly Place Default = new("default");

    public static RecipeNode ToNode(object? value, Shape shape) => value is null
        ? new ScalarNode(Default, "null")
        : shape.Kind switch
        {
            ShapeKind.Record => new MapNode(Default, [.. shape.Keys.Select(key => new MapEntry(key.Name, Default, ToNode(key.Get(value), key.Shape)))]),
            ShapeKind.List => new ListNode(Default, [.. ((IEnumerable)value).Cast<object?>().Select(item => ToNode(item, shape.Element))]),
            ShapeKind.Dictionary => new MapNode(Default, [.. Pairs(value).Select(pair => new MapEntry(pair.Key, Default, ToNode(pair.Value, shape.Element)))]),
            ShapeKind.Choice => new ScalarNode(Default, shape.Choices.First(choice => Equals(choice.Value.GetValue(null), value)).Key),
            ShapeKind.Text => new ScalarNode(Default, (string)value, Quoted: true),
            _ => new ScalarNode(Default, YamlWriter.Scalar(value)),
        };

    /// <summary>The entries of any dictionary with text as key.</summary>
    private static IEnumerable<KeyValuePair<string, object?>> Pairs(object dictionary)
    {
        foreach (var pair in (IEnumerable)dictionary)
        {
            var type = pair.GetType();
            yield return new((string)type.GetProperty("Key")!.GetValue(pair)!, type.GetProperty("Value")!.GetValue(pair));
        }
    }
}

/// <summary>Writes values as YAML that reads back to the same.</summary>
internal static partial class YamlWriter
{
    /// <summary>A number, flag, text or null on one line.</summary>
    public static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => Number(number.ToString("R", CultureInfo.InvariantCulture)),
        float number => Number(number.ToString("R", CultureInfo.InvariantCulture)),
        string text => Text(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>A node on one line.</summary>
    public static string Flow(RecipeNode node) => node switch
    {
        ScalarNode scalar => scalar.Quoted ? Text(scalar.Value) : scalar.Value,
        ListNode list => $"[{string.Join(", ", list.Items.Select(Flow))}]",
        MapNode map => map.Entries.Count == 0 ? "{}" : $"{{ {string.Join(", ", map.Entries.Select(entry => $"{Text(entry.Key)}: {Flow(entry.Value)}"))} }}",
        _ => throw new InvalidOperationException("no such node"),
    };

    /// <summary>What stands behind a key: a text of several lines as a block, everything else on the key's line.</summary>
    public static string Behind(RecipeNode node, int indent)
    {
        if (node is not ScalarNode { Quoted: true } scalar || !IsBlock(scalar.Value))
            return " " + Flow(node);
        var ends = scalar.Value.EndsWith('\n');
        var lines = (ends ? scalar.Value[..^1] : scalar.Value).Split('\n');
        var margin = new string(' ', indent);
        return (ends ? " |" : " |-") + string.Concat(lines.Select(line => line.Length == 0 ? "\n" : $"\n{margin}{line}"));
    }

    // A literal block keeps a text as it is if no line ends in a blank, the first does not begin with one, and at most one line end closes it.
    private static bool IsBlock(string text) =>
        text.TrimEnd('\n').Contains('\n', StringComparison.Ordinal)
        && !text.EndsWith("\n\n", StringComparison.Ordinal)
        && text[0] is not (' ' or '\n')
        && text.All(c => c == '\n' || !char.IsControl(c))
        && !text.Split('\n').Any(line => line.EndsWith(' '))
        && text.All(c => c is not ('\u0085' or '\u2028' or '\u2029' or '\uFEFF') && !char.IsSurrogate(c));

    private static string Number(string text)
    {
        // 1E-06 → 1e-6
        var e = text.IndexOf('E', StringComparison.Ordinal);
        return e < 0 ? text : $"{text[..e]}e{int.Parse(text[(e + 1)..], CultureInfo.InvariantCulture)}";
    }

    private static string Text(string text)
    {
        if (PlainText().IsMatch(text) && text is not ("null" or "Null" or "NULL" or "true" or "True" or "TRUE" or "false" or "False" or "FALSE"))
            return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                _ when char.IsControl(c) || c is '\u0085' or '\u2028' or '\u2029' or '\uFEFF' => $"\\u{(int)c:X4}",
                _ => c.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z_/.][A-Za-z0-9_/.-]*(?: [A-Za-z0-9_/.-]+)*$(?<!\.)(?<!\n)")]
    private static partial Regex PlainText();
}
