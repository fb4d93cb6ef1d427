using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary><c>str()</c> and <c>repr()</c>: how a template prints a value.</summary>
internal static class PythonText
{
    public static string Str(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Repr(value),
    };

    public static string Repr(object? value)
    {
        var text = new StringBuilder();
        Write(value, text);
        return text.ToString();
    }

    /// <summary>A float as Python prints it: the shortest digits that read back, with a point or an exponent.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = Exponent(shortest.TrimStart('-'));
        var sign = value < 0 ? "-" : "";
        var significant = Significant(shortest);
        if (exponent is >= -4 and < 16)
        {
            if (!shortest.Contains('E'))
                return shortest.Contains('.') ? shortest : shortest + ".0";
            var whole = significant.PadRight(exponent + 1, '0');
            return $"{sign}{whole[..(exponent + 1)]}.{(whole.Length > exponent + 1 ? whole[(exponent + 1)..] : "0")}";
        }

        // Scientific, with at least two digits in the exponent.
        var mantissa = significant.Length == 1 ? significant : $"{significant[0]}.{significant[1..]}";
        return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    // Of the first digit that is not zero.
    private static int Exponent(string number)
    {
        var parts = number.Split('E');
        var mantissa = parts[0];
        var point = mantissa.IndexOf('.') is >= 0 and var at ? at : mantissa.Length;
        var first = mantissa.AsSpan().IndexOfAnyExcept('0', '.');
        return (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0) + (first < point ? point - first - 1 : point - first);
    }

    private static string Significant(string number)
    {
        var mantissa = number.Split('E')[0].TrimStart('-').Replace(".", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        return mantissa.Length == 0 ? "0" : mantissa;
    }

    private static void Write(object? value, StringBuilder into)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("a value is nested too deeply to print");
        switch (value)
        {
            case null:
                into.Append("None");
                break;
            case bool flag:
                into.Append(flag ? "True" : "False");
                break;
            case long number:
                into.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                into.Append(Float(number));
                break;
            case string text:
                WriteString(text, into);
                break;
            case Undefined:
                into.Append("Undefined");
                break;
            case JinjaList list:
                WriteItems("[", list.Items, "]", into);
                break;
            case JinjaTuple tuple:
                WriteItems("(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")", into);
                break;
            case JinjaView { Text: { } shown }:
                into.Append(shown);
                break;
            case JinjaView view:
                WriteItems($"{view.Name}([", view.Items, "])", into);
                break;
            case JinjaDictionary dictionary:
                WriteDictionary(dictionary, into);
                break;
            case JinjaNamespace space:
                into.Append("<Namespace ");
                WriteDictionary(FromAttributes(space), into);
                into.Append('>');
                break;
            case JinjaFunction function:
                into.Append($"<function {function.Name}>");
                break;
            default:
                into.Append($"<{PythonType.Name(value)} object>");
                break;
        }
    }

    private static JinjaDictionary FromAttributes(JinjaNamespace space)
    {
        var dictionary = new JinjaDictionary();
        foreach (var (name, value) in space.Attributes)
            dictionary[name] = value;
        return dictionary;
    }

    private static void WriteItems(string begin, List<object?> items, string end, StringBuilder into)
    {
        into.Append(begin);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                into.Append(", ");
            Write(items[i], into);
        }

        into.Append(end);
    }

    private static void WriteDictionary(JinjaDictionary dictionary, StringBuilder into)
    {
        into.Append('{');
        var first = true;
        foreach (var (key, value) in dictionary.Entries)
        {
            if (!first)
                into.Append(", ");
            first = false;
            Write(key, into);
            into.Append(": ");
            Write(value, into);
        }

        into.Append('}');
    }

    // Single quotes, unless the text holds some and no double ones; what cannot be seen is escaped.
    private static void WriteString(string text, StringBuilder into)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        into.Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            var escaped = rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when rune.Value == quote => $"\\{quote}",
                _ when IsPrintable(rune) => null,
                < 0x100 => $"\\x{rune.Value:x2}",
                < 0x10000 => $"\\u{rune.Value:x4}",
                _ => $"\\U{rune.Value:x8}",
            };
            into.Append(escaped ?? rune.ToString());
        }

        into.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
