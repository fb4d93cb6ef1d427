using System.Globalization;
using System.Text;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>The methods of Python's strings.</summary>
internal static class StringMethods
{
    public static JinjaFunction? Find(string text, string name, Rendering rendering)
    {
        Func<Arguments, object?>? method = name switch
        {
            "strip" => a => PythonString.Strip(text, a.OptionalText(0, "chars"), left: true, right: true),
            "lstrip" => a => PythonString.Strip(text, a.OptionalText(0, "chars"), left: true, right: false),
            "rstrip" => a => PythonString.Strip(text, a.OptionalText(0, "chars"), left: false, right: true),
            "split" => a => StringSplitting.Split(text, a.OptionalText(0, "sep"), a.Number(1, "maxsplit", -1)),
            "rsplit" => a => StringSplitting.SplitFromRight(text, a.OptionalText(0, "sep"), a.Number(1, "maxsplit", -1)),
            "splitlines" => a => new JinjaList(PythonString.SplitLines(text, a.Flag(0, "keepends"))),
            "partition" => a => StringSplitting.Partition(text, a.Text(0, "sep")),
            "rpartition" => a => StringSplitting.PartitionFromRight(text, a.Text(0, "sep")),
            "replace" => a => Replace(text, a.Text(0, "old"), a.Text(1, "new"), a.Number(2, "count", -1), rendering),
            "join" => a => Join(text, a.Required(0, "iterable"), rendering),
            "startswith" => a => Affixed(text, a, atStart: true),
            "endswith" => a => Affixed(text, a, atStart: false),
            "removeprefix" => a => a.Text(0, "prefix") is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
            "removesuffix" => a => a.Text(0, "suffix") is { Length: > 0 } suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
            "upper" => _ => PythonString.Upper(text),
            "lower" or "casefold" => _ => PythonString.Lower(text),
            "title" => _ => PythonString.Title(text),
            "capitalize" => _ => PythonString.Capitalize(text),
            "swapcase" => _ => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
            "find" => a => Find(text, a, fromRight: false),
            "rfind" => a => Find(text, a, fromRight: true),
            "index" => a => Find(text, a, fromRight: false) is >= 0 and var at ? at : throw new JinjaException("substring not found"),
            "rindex" => a => Find(text, a, fromRight: true) is >= 0 and var at ? at : throw new JinjaException("substring not found"),
            "count" => a => Count(text, a.Text(0, "sub")),
            "format" => a => rendering.Budget.Text(BraceFormat.Format(text, a, rendering)),
            "ljust" => a => Pad(text, a, rendering, missing => (0, missing)),
            "rjust" => a => Pad(text, a, rendering, missing => (missing, 0)),
            "center" => a => Pad(text, a, rendering, missing => (missing / 2, missing - (missing / 2))),
            "zfill" => a => ZeroFill(text, a.Number(0, "width", 0), rendering),
            "expandtabs" => a => rendering.Budget.Text(ExpandTabs(text, Math.Clamp(a.Number(0, "tabsize", 8), 0, 64))),
            "isdecimal" => _ => text.Length > 0 && text.All(char.IsDigit),
            "isdigit" => _ => text.Length > 0 && text.All(c => CharUnicodeInfo.GetDigitValue(c) >= 0),
            "isnumeric" => _ => text.Length > 0 && text.All(c => CharUnicodeInfo.GetNumericValue(c) >= 0),
            "isalpha" => _ => text.Length > 0 && text.All(char.IsLetter),
            "isalnum" => _ => text.Length > 0 && text.All(char.IsLetterOrDigit),
            "isspace" => _ => text.Length > 0 && text.All(PythonString.IsSpace),
            "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
            "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
            "istitle" => _ => text.Any(char.IsLetter) && PythonString.Title(text) == text,
            _ => null,
        };
        return method is null ? null : new JinjaFunction(name, method);
    }

    public static string Replace(string text, string old, string replacement, int count, Rendering rendering)
    {
        if (old.Length == 0)
            return ReplaceEmpty(text, replacement, count, rendering);
        var parts = new List<string>();
        var start = 0;
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0 && count != 0; at = text.IndexOf(old, start, StringComparison.Ordinal), count--)
        {
            parts.Add(text[start..at]);
            start = at + old.Length;
        }

        parts.Add(text[start..]);
        rendering.Budget.TextLength(text.Length + ((long)parts.Count * replacement.Length));
        return string.Join(replacement, parts);
    }

    public static string Join(string separator, object? items, Rendering rendering)
    {
        var parts = PythonType.Iterate(items);
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is not string && rendering.Dialect != TemplateDialect.HuggingFaceJs)
                throw new JinjaException($"sequence item {i}: expected str instance, {PythonType.Name(parts[i])} found");
        }

        return rendering.Budget.Text(string.Join(separator, parts.Select(rendering.Str)));
    }

    // Between all characters and at both ends.
    private static string ReplaceEmpty(string text, string replacement, int count, Rendering rendering)
    {
        var characters = PythonString.CharacterArray(text);
        var most = count < 0 ? characters.Length + 1 : Math.Min(count, characters.Length + 1);
        rendering.Budget.TextLength(text.Length + ((long)most * replacement.Length));
        return string.Concat(characters.Append("").Select((character, i) => i < most ? replacement + character : character));
    }

    private static bool Affixed(string text, Arguments arguments, bool atStart)
    {
        var part = Slicing.Places(text, arguments.Get(1, "start") as long?, arguments.Get(2, "end") as long?);
        return arguments.Required(0, atStart ? "prefix" : "suffix") switch
        {
            string affix => Has(affix),
            JinjaTuple tuple => tuple.Items.Any(affix => affix is string candidate && Has(candidate)),
            Undefined undefined => throw undefined.Error(),
            var other => throw new JinjaException($"{(atStart ? "startswith" : "endswith")} first arg must be str or a tuple of str, not {PythonType.Name(other)}"),
        };

        bool Has(string affix) => atStart ? part.StartsWith(affix, StringComparison.Ordinal) : part.EndsWith(affix, StringComparison.Ordinal);
    }

    private static long Find(string text, Arguments arguments, bool fromRight)
    {
        var sought = arguments.Text(0, "sub");
        var from = Math.Clamp(arguments.Number(1, "start", 0), 0, text.Length);
        var at = fromRight ? text.LastIndexOf(sought, StringComparison.Ordinal) : text.IndexOf(sought, from, StringComparison.Ordinal);
        return at < from ? -1 : PythonString.Length(text[..at]);
    }

    private static long Count(string text, string sought)
    {
        if (sought.Length == 0)
            return PythonString.Length(text) + 1;
        var count = 0L;
        for (var at = text.IndexOf(sought, StringComparison.Ordinal); at >= 0; at = text.IndexOf(sought, at + sought.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    // Up to the next column that is a multiple of the size.
    private static string ExpandTabs(string text, int size)
    {
        var expanded = new StringBuilder();
        var column = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\t')
            {
                var missing = size == 0 ? 0 : size - (column % size);
                expanded.Append(' ', missing);
                column += missing;
                continue;
            }

            expanded.Append(rune.ToString());
            column = rune.Value is '\n' or '\r' ? 0 : column + 1;
        }

        return expanded.ToString();
    }

    private static string Pad(string text, Arguments arguments, Rendering rendering, Func<int, (int Left, int Right)> share)
    {
        var width = arguments.Number(0, "width", 0);
        rendering.Budget.TextLength(width);
        var fill = arguments.OptionalText(1, "fillchar") is { Length: 1 } character ? character[0] : ' ';
        var (left, right) = share(Math.Max(0, width - PythonString.Length(text)));
        return new string(fill, left) + text + new string(fill, right);
    }

    private static string ZeroFill(string text, int width, Rendering rendering)
    {
        rendering.Budget.TextLength(width);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text[..sign] + new string('0', Math.Max(0, width - text.Length)) + text[sign..];
    }
}
