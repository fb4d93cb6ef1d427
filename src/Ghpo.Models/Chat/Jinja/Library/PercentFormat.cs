using System.Text;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's <c>'%s is %d' % (a, b)</c>.</summary>
internal static class PercentFormat
{
    public static string Format(string format, object? values, Rendering rendering)
    {
        var given = values is JinjaTuple tuple ? tuple.Items : [values];
        var named = values as JinjaDictionary;
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                result.Append(format[at]);
                continue;
            }

            if (++at >= format.Length)
                throw new JinjaException("incomplete format");
            if (format[at] == '%')
            {
                result.Append('%');
                continue;
            }

            object? value = null;
            var hasName = format[at] == '(';
            if (hasName)
                value = Named(format, named, ref at);
            var spec = Spec(format, ref at);
            if (!hasName)
                value = next < given.Count ? given[next++] : throw new JinjaException("not enough arguments for format string");
            result.Append(Written(spec, value, rendering));
            if (result.Length > Budget.LargestText)
                throw new JinjaException("the formatted text is too long");
        }

        if (named is null && next < given.Count)
            throw new JinjaException("not all arguments converted during string formatting");
        return result.ToString();
    }

    private static object? Named(string format, JinjaDictionary? named, ref int at)
    {
        var end = format.IndexOf(')', at);
        if (end < 0 || named is null)
            throw new JinjaException("format requires a mapping");
        var name = format[(at + 1)..end];
        at = end + 1;
        return named.TryGetValue(name, out var value) ? value : throw new JinjaException($"the key '{name}' is not in the mapping");
    }

    private static NumberFormat Spec(string format, ref int at)
    {
        var spec = new NumberFormat { Alignment = '>' };
        for (; at < format.Length && format[at] is '-' or '+' or ' ' or '0' or '#'; at++)
        {
            spec = format[at] switch
            {
                '-' => spec with { Alignment = '<' },
                '+' => spec with { Plus = true },
                '0' when spec.Alignment != '<' => spec with { Fill = '0', Alignment = '=' },
                '#' => spec with { Alternate = true },
                _ => spec,
            };
        }

        spec = spec with { Width = NumberFormat.Digits(format, ref at) ?? 0 };
        if (at < format.Length && format[at] == '.')
        {
            at++;
            spec = spec with { Precision = NumberFormat.Digits(format, ref at) ?? 0 };
        }

        return at < format.Length ? spec with { Kind = format[at] } : throw new JinjaException("incomplete format");
    }

    private static string Written(NumberFormat spec, object? value, Rendering rendering) => spec.Kind switch
    {
        's' => spec.Apply(rendering.Str(value), rendering),
        'r' or 'a' => (spec with { Kind = 's' }).Apply(PythonText.Repr(value), rendering),
        _ when value is long or double or bool => spec.Apply(value, rendering),
        _ => throw new JinjaException($"%{spec.Kind} format: a real number is required, not {PythonType.Name(value)}"),
    };
}
