using System.Text;

namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>What Python says about a value: its type's name, its truth, its length, what going through it gives.</summary>
internal static class PythonType
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        JinjaList => "list",
        JinjaTuple => "tuple",
        JinjaView view => view.Name,
        JinjaGenerator => "generator",
        JinjaDictionary => "dict",
        JinjaNamespace => "Namespace",
        JinjaFunction => "function",
        Undefined => "Undefined",
        _ => "object",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        JinjaSequence sequence => sequence.IsTrue,
        JinjaDictionary dictionary => dictionary.Count > 0,
        _ => true,
    };

    public static int Length(object? value) => value switch
    {
        string text => PythonString.Length(text),
        JinjaSequence sequence => sequence.Items.Count,
        JinjaDictionary dictionary => dictionary.Count,
        Undefined => 0,
        _ => throw new JinjaException($"object of type '{Name(value)}' has no len()"),
    };

    public static List<object?> Iterate(object? value) => value switch
    {
        JinjaSequence sequence => sequence.Iterate(),
        JinjaDictionary dictionary => [.. dictionary.Keys],
        string text => [.. PythonString.Characters(text)],
        Undefined => [],
        _ => throw new JinjaException($"'{Name(value)}' object is not iterable"),
    };
}

/// <summary>Strings as Python counts them: by code point.</summary>
internal static class PythonString
{
    public static bool IsPlain(string text) => !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

    public static int Length(string text) => IsPlain(text) ? text.Length : text.EnumerateRunes().Count();

    public static IEnumerable<object?> Characters(string text) => text.EnumerateRunes().Select(object? (rune) => rune.ToString());

    public static string[] CharacterArray(string text) => [.. text.EnumerateRunes().Select(rune => rune.ToString())];

    // Python's white space has four separators more than .NET's.
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\u001C' and <= '\u001F';

    public static string Strip(string text, string? characters, bool left, bool right)
    {
        bool Strips(char c) => characters is null ? IsSpace(c) : characters.Contains(c);
        var (start, end) = (0, text.Length);
        while (left && start < end && Strips(text[start]))
            start++;
        while (right && end > start && Strips(text[end - 1]))
            end--;
        return text[start..end];
    }

    public static string Upper(string text) => SpecialCasing.ToUpper(text);

    public static string Lower(string text) => SpecialCasing.ToLower(text);

    public static string Capitalize(string text)
    {
        if (text.Length == 0)
            return text;
        var first = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        return Upper(text[..first]) + Lower(text[first..]);
    }

    /// <summary><c>str.title</c>: a letter behind something that has no case is upper case, any other lower case.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var inWord = false;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append(inWord ? Lower(rune.ToString()) : Upper(rune.ToString()));
            inWord = Rune.ToLowerInvariant(rune) != rune || Rune.ToUpperInvariant(rune) != rune || rune.Value == 'ß';
        }

        return title.ToString();
    }

    /// <summary><c>str.splitlines</c>.</summary>
    public static List<string> SplitLines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is not ('\n' or '\r' or '\v' or '\f' or '\u001C' or '\u001D' or '\u001E' or '\u0085' or '\u2028' or '\u2029'))
                continue;
            var end = i + 1 < text.Length && text[i] == '\r' && text[i + 1] == '\n' ? i + 2 : i + 1;
            lines.Add(text[start..(keepEnds ? end : i)]);
            i = end - 1;
            start = end;
        }

        if (start < text.Length)
            lines.Add(text[start..]);
        return lines;
    }
}
