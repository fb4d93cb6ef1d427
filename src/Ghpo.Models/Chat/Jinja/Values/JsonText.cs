using System.Runtime.CompilerServices;
using System.Text;

namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>Python's <c>json.dumps</c>, which is what transformers' <c>tojson</c> is: nothing is escaped for HTML.</summary>
internal sealed record JsonText
{
    public bool EnsureAscii { get; init; }
    public bool SortKeys { get; init; }

    /// <summary>What one level is indented by; null writes all on one line.</summary>
    public string? Indent { get; init; }
    public string ItemSeparator { get; init; } = ", ";
    public string KeySeparator { get; init; } = ": ";

    public string Write(object? value)
    {
        var text = new StringBuilder();
        Write(value, text, 0);
        return text.ToString();
    }

    private void Write(object? value, StringBuilder into, int level)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("a value is nested too deeply for tojson");
        switch (value)
        {
            case null:
                into.Append("null");
                break;
            case bool flag:
                into.Append(flag ? "true" : "false");
                break;
            case long:
                into.Append(PythonText.Repr(value));
                break;
            case double number:
                into.Append(double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonText.Float(number));
                break;
            case string text:
                WriteString(text, into);
                break;
            case JinjaList or JinjaTuple:
                WriteAll('[', ((JinjaSequence)value).Items, Write, ']', into, level);
                break;
            case JinjaDictionary dictionary:
                WriteAll('{', Ordered(dictionary), WriteEntry, '}', into, level);
                break;
            default:
                throw new JinjaException($"Object of type {PythonType.Name(value)} is not JSON serializable");
        }
    }

    private List<KeyValuePair<object?, object?>> Ordered(JinjaDictionary dictionary)
    {
        var entries = dictionary.Entries.ToList();
        return SortKeys ? [.. entries.OrderBy(entry => entry.Key, Comparer<object?>.Create((x, y) => PythonCompare.Compare(x, y)))] : entries;
    }

    private void WriteEntry(KeyValuePair<object?, object?> entry, StringBuilder into, int level)
    {
        WriteString(entry.Key switch
        {
            string text => text,
            null => "null",
            bool flag => flag ? "true" : "false",
            long or double => PythonText.Repr(entry.Key),
            _ => throw new JinjaException($"keys must be str, int, float, bool or None, not {PythonType.Name(entry.Key)}"),
        }, into);
        into.Append(KeySeparator);
        Write(entry.Value, into, level);
    }

    private void WriteAll<T>(char begin, List<T> items, Action<T, StringBuilder, int> write, char end, StringBuilder into, int level)
    {
        into.Append(begin);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0)
                into.Append(ItemSeparator);
            NewLine(level + 1);
            write(items[i], into, level + 1);
        }

        if (items.Count > 0)
            NewLine(level);
        into.Append(end);

        void NewLine(int depth)
        {
            if (Indent is null)
                return;
            into.Append('\n');
            for (var i = 0; i < depth; i++)
                into.Append(Indent);
        }
    }

    private void WriteString(string text, StringBuilder into)
    {
        into.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"':
                    into.Append("\\\"");
                    break;
                case '\\':
                    into.Append("\\\\");
                    break;
                case '\n':
                    into.Append("\\n");
                    break;
                case '\r':
                    into.Append("\\r");
                    break;
                case '\t':
                    into.Append("\\t");
                    break;
                case '\b':
                    into.Append("\\b");
                    break;
                case '\f':
                    into.Append("\\f");
                    break;
                default:
                    if (c < ' ' || (EnsureAscii && c > '~'))
                        into.Append($"\\u{(int)c:x4}");
                    else
                        into.Append(c);
                    break;
            }
        }

        into.Append('"');
    }
}
