using System.Text;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Filters that give text.</summary>
internal static class TextFilters
{
    public static IReadOnlyDictionary<string, Filter> All { get; } = new Dictionary<string, Filter>
    {
        ["string"] = (value, _, rendering) => value is JinjaSequence ? rendering.Print(value) : rendering.Str(value), // huggingface.js has it for lists and not for dictionaries
        ["upper"] = (value, _, rendering) => PythonString.Upper(rendering.Str(value)),
        ["lower"] = (value, _, rendering) => PythonString.Lower(rendering.Str(value)),
        ["capitalize"] = (value, _, rendering) => PythonString.Capitalize(rendering.Str(value)),
        ["title"] = (value, _, rendering) => Title(rendering.Str(value)),
        ["trim"] = (value, arguments, rendering) => PythonString.Strip(rendering.Str(value), arguments.OptionalText(0, "chars"), left: true, right: true),
        ["replace"] = (value, arguments, rendering) => StringMethods.Replace(rendering.Str(value), rendering.Str(arguments.Required(0, "old")), rendering.Str(arguments.Required(1, "new")), arguments.Number(2, "count", -1), rendering),
        ["indent"] = Indent,
        ["center"] = (value, arguments, rendering) => Center(rendering.Str(value), arguments.Number(0, "width", 80), rendering),
        ["truncate"] = Truncate,
        ["wordcount"] = (value, _, rendering) => Words(rendering.Str(value)),
        ["wordwrap"] = WordWrap,
        ["format"] = (value, arguments, rendering) => PercentFormat.Format(rendering.Str(value), arguments.Named.Count > 0 ? Named(arguments) : new JinjaTuple(arguments.Positional), rendering),
        ["escape"] = (value, _, rendering) => Escape(rendering.Str(value)),
        ["e"] = (value, _, rendering) => Escape(rendering.Str(value)),
        ["forceescape"] = (value, _, rendering) => Escape(rendering.Str(value)),
        ["safe"] = (value, _, rendering) => rendering.Str(value),
        ["striptags"] = (value, _, rendering) => StripTags(rendering.Str(value)),
        ["urlencode"] = (value, _, rendering) => UrlEncode(value, rendering),
        ["tojson"] = ToJson,
        ["pprint"] = (value, _, _) => PythonText.Repr(value),
    };

    // A word begins behind a hyphen, space or opening bracket; the rest of it becomes lower case.
    private static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        var atBeginning = true;
        foreach (var rune in text.EnumerateRunes())
        {
            title.Append(atBeginning ? PythonString.Upper(rune.ToString()) : PythonString.Lower(rune.ToString()));
            atBeginning = rune.Value is '-' or '(' or '{' or '[' or '<' || Rune.IsWhiteSpace(rune);
        }

        return title.ToString();
    }

    private static string Indent(object? value, Arguments arguments, Rendering rendering)
    {
        var width = arguments.Get(0, "width", 4L);
        var indentation = width as string ?? new string(' ', Math.Clamp(arguments.Number(0, "width", 4), 0, 10_000));
        var (first, blank) = (arguments.Flag(1, "first"), arguments.Flag(2, "blank"));
        var lines = PythonString.SplitLines(rendering.Str(value) + "\n");
        rendering.Budget.TextLength((long)lines.Count * indentation.Length);
        var indented = lines.Select((line, i) => i > 0 && (blank || line.Length > 0) ? indentation + line : line);
        return (first ? indentation : "") + string.Join('\n', indented);
    }

    private static string Center(string text, int width, Rendering rendering)
    {
        rendering.Budget.TextLength(width);
        var missing = Math.Max(0, width - PythonString.Length(text));
        // Python puts the odd space to the left where the width is odd.
        var left = (missing / 2) + (missing & width & 1);
        return new string(' ', left) + text + new string(' ', missing - left);
    }

    private static string Truncate(object? value, Arguments arguments, Rendering rendering)
    {
        var text = PythonString.CharacterArray(rendering.Str(value));
        var length = arguments.Number(0, "length", 255);
        var end = arguments.OptionalText(2, "end") ?? "...";
        if (text.Length <= length + arguments.Number(3, "leeway", 5))
            return string.Concat(text);
        var cut = string.Concat(text.Take(Math.Max(0, length - PythonString.Length(end))));
        if (!arguments.Flag(1, "killwords") && cut.LastIndexOf(' ') is >= 0 and var space)
            cut = cut[..space];
        return cut + end;
    }

    private static long Words(string text)
    {
        var (count, inWord) = (0L, false);
        foreach (var rune in text.EnumerateRunes())
        {
            var isWord = Rune.IsLetterOrDigit(rune) || rune.Value == '_';
            count += isWord && !inWord ? 1 : 0;
            inWord = isWord;
        }

        return count;
    }

    private static string WordWrap(object? value, Arguments arguments, Rendering rendering)
    {
        var width = Math.Max(1, arguments.Number(0, "width", 79));
        var breakLong = arguments.Flag(1, "break_long_words", true);
        var separator = arguments.OptionalText(2, "wrapstring") ?? "\n";
        return string.Join(separator, PythonString.SplitLines(rendering.Str(value)).Select(line => string.Join(separator, Wrap(line, width, breakLong))));
    }

    private static List<string> Wrap(string line, int width, bool breakLong)
    {
        var lines = new List<string>();
        var current = "";
        foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var rest = word;
            if (current.Length > 0 && current.Length + 1 + rest.Length > width)
            {
                lines.Add(current);
                current = "";
            }

            for (; breakLong && current.Length == 0 && rest.Length > width; rest = rest[width..])
                lines.Add(rest[..width]);
            current = current.Length == 0 ? rest : $"{current} {rest}";
        }

        if (current.Length > 0)
            lines.Add(current);
        return lines;
    }

    private static JinjaDictionary Named(Arguments arguments)
    {
        var named = new JinjaDictionary();
        foreach (var (name, value) in arguments.Named)
            named[name] = value;
        return named;
    }

    private static string Escape(string text) => new StringBuilder(text).Replace("&", "&amp;").Replace(">", "&gt;").Replace("<", "&lt;").Replace("'", "&#39;").Replace("\"", "&#34;").ToString();

    private static string StripTags(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '<' && text.IndexOf('>', at) is > 0 and var end)
                at = end;
            else
                plain.Append(text[at]);
        }

        return string.Join(' ', plain.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static string UrlEncode(object? value, Rendering rendering)
    {
        if (value is JinjaDictionary dictionary)
            return string.Join('&', dictionary.Entries.Select(entry => $"{Quote(entry.Key, "")}={Quote(entry.Value, "")}"));
        if (value is JinjaSequence pairs)
            return string.Join('&', pairs.Iterate().Select(PythonType.Iterate).Where(pair => pair.Count == 2).Select(pair => $"{Quote(pair[0], "")}={Quote(pair[1], "")}"));
        return Quote(value, "/");

        string Quote(object? part, string kept) => string.Concat(Encoding.UTF8.GetBytes(rendering.Str(part))
            .Select(b => b < 128 && (char.IsAsciiLetterOrDigit((char)b) || "_.-~".Contains((char)b) || kept.Contains((char)b)) ? ((char)b).ToString() : $"%{b:X2}"));
    }

    private static string ToJson(object? value, Arguments arguments, Rendering rendering)
    {
        // transformers' order: ensure_ascii, indent, separators, sort_keys.
        var indent = arguments.Get(1, "indent") switch
        {
            null or Undefined => null,
            string text => text,
            _ => new string(' ', Math.Clamp(arguments.Number(1, "indent", 0), 0, 64)),
        };
        var separators = arguments.Get(2, "separators") is JinjaSequence { Items: [string item, string key] } ? (item, key) : (indent is null ? ", " : ",", ": ");
        var json = new JsonText
        {
            EnsureAscii = arguments.Flag(0, "ensure_ascii"),
            Indent = indent,
            ItemSeparator = separators.Item1,
            KeySeparator = separators.Item2,
            SortKeys = arguments.Flag(3, "sort_keys"),
        };
        return json.Write(value is Undefined && rendering.Dialect == TemplateDialect.HuggingFaceJs ? null : value);
    }
}
