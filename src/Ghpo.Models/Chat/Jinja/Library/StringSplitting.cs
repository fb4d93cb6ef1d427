using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's split, rsplit and partition.</summary>
internal static class StringSplitting
{
    public static JinjaList Split(string text, string? separator, int most)
    {
        if (separator is null)
            return SplitAtSpace(text, most);
        if (separator.Length == 0)
            throw new JinjaException("empty separator");
        return new JinjaList(most < 0 ? text.Split(separator) : text.Split(separator, most + 1));
    }

    public static JinjaList SplitFromRight(string text, string? separator, int most)
    {
        if (most < 0)
            return Split(text, separator, most);
        if (separator is null)
            return SplitAtSpaceFromRight(text, most);
        if (separator.Length == 0)
            throw new JinjaException("empty separator");
        var parts = new List<object?>();
        var end = text.Length;
        for (; most > 0 && end > 0; most--)
        {
            var at = text.LastIndexOf(separator, end - 1, StringComparison.Ordinal);
            if (at < 0)
                break;
            parts.Insert(0, text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Insert(0, text[..end]);
        return new JinjaList(parts);
    }

    public static JinjaTuple Partition(string text, string separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? new JinjaTuple([text, "", ""]) : new JinjaTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    public static JinjaTuple PartitionFromRight(string text, string separator)
    {
        var at = text.LastIndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? new JinjaTuple(["", "", text]) : new JinjaTuple([text[..at], separator, text[(at + separator.Length)..]]);
    }

    private static JinjaList SplitAtSpace(string text, int most)
    {
        var parts = new List<object?>();
        var at = 0;
        while (true)
        {
            while (at < text.Length && PythonString.IsSpace(text[at]))
                at++;
            if (at == text.Length)
                break;
            if (most >= 0 && parts.Count == most)
            {
                parts.Add(PythonString.Strip(text[at..], null, left: false, right: true));
                break;
            }

            var start = at;
            while (at < text.Length && !PythonString.IsSpace(text[at]))
                at++;
            parts.Add(text[start..at]);
        }

        return new JinjaList(parts);
    }

    private static JinjaList SplitAtSpaceFromRight(string text, int most)
    {
        var parts = new List<object?>();
        var rest = PythonString.Strip(text, null, left: false, right: true);
        while (rest.Length > 0)
        {
            var start = rest.Length;
            while (start > 0 && !PythonString.IsSpace(rest[start - 1]))
                start--;
            if (parts.Count == most || start == 0)
            {
                parts.Insert(0, PythonString.Strip(rest, null, left: true, right: false));
                break;
            }

            parts.Insert(0, rest[start..]);
            rest = PythonString.Strip(rest[..start], null, left: false, right: true);
        }

        return new JinjaList(parts);
    }
}
