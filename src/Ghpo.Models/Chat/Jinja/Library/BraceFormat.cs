using System.Text;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's <c>'{} {name:>8}'.format(…)</c>.</summary>
internal static class BraceFormat
{
    public static string Format(string format, Arguments arguments, Rendering rendering)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            var c = format[at];
            if (c is '{' or '}' && at + 1 < format.Length && format[at + 1] == c)
            {
                result.Append(c);
                at++;
            }
            else if (c == '{')
            {
                var end = format.IndexOf('}', at);
                if (end < 0)
                    throw new JinjaException("expected '}' before end of string");
                result.Append(Field(format[(at + 1)..end], arguments, ref next, rendering));
                at = end;
            }
            else
            {
                result.Append(c == '}' ? throw new JinjaException("Single '}' encountered in format string") : c);
            }

            if (result.Length > Budget.LargestText)
                throw new JinjaException("the formatted text is too long");
        }

        return result.ToString();
    }

    private static string Field(string field, Arguments arguments, ref int next, Rendering rendering)
    {
        var colon = field.IndexOf(':');
        var (path, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        var bang = path.IndexOf('!');
        var conversion = bang < 0 ? "" : path[(bang + 1)..];
        path = bang < 0 ? path : path[..bang];

        var stop = path.IndexOfAny(['.', '[']);
        var name = stop < 0 ? path : path[..stop];
        var value = name.Length == 0 ? At(next++)
            : int.TryParse(name, out var index) ? At(index)
            : arguments.Named.TryGetValue(name, out var named) ? named : throw new JinjaException($"the format names '{name}', which is not given");
        if (stop >= 0)
            value = Members.Path(value, path[stop..].Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).TrimStart('.'), rendering);
        if (conversion is "r" or "a")
            value = PythonText.Repr(value);
        else if (conversion == "s")
            value = rendering.Str(value);
        return spec.Length == 0 ? rendering.Str(value) : NumberFormat.Parse(spec).Apply(value, rendering);

        object? At(int place) => place < arguments.Positional.Count ? arguments.Positional[place] : throw new JinjaException("Replacement index out of range for positional args tuple");
    }
}
