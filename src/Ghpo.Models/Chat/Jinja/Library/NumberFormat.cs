using System.Globalization;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>What <c>%5.2f</c> and <c>{:>8,}</c> say about one value: flags, width, precision and kind.</summary>
internal sealed record NumberFormat
{
    private const int LargestWidth = 10_000;

    public char Fill { get; init; } = ' ';
    public char Alignment { get; init; }
    public bool Plus { get; init; }
    public bool Alternate { get; init; }
    public char Grouping { get; init; }
    public int Width { get; init; }
    public int? Precision { get; init; }
    public char Kind { get; init; }

    /// <summary>Reads <c>[[fill]align][sign][#][0][width][,][.precision][kind]</c>.</summary>
    public static NumberFormat Parse(string text)
    {
        var at = 0;
        var format = new NumberFormat();
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
            (format, at) = (format with { Fill = text[0], Alignment = text[1] }, 2);
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
            (format, at) = (format with { Alignment = text[0] }, 1);
        for (; at < text.Length && text[at] is '+' or '-' or ' ' or '#'; at++)
            format = text[at] == '+' ? format with { Plus = true } : text[at] == '#' ? format with { Alternate = true } : format;
        if (at < text.Length && text[at] == '0')
            (format, at) = (format.Alignment == 0 ? format with { Fill = '0', Alignment = '=' } : format, at + 1);
        format = format with { Width = Digits(text, ref at) ?? 0 };
        if (at < text.Length && text[at] is ',' or '_')
            format = format with { Grouping = text[at++] };
        if (at < text.Length && text[at] == '.')
        {
            at++;
            format = format with { Precision = Digits(text, ref at) ?? throw new JinjaException("Format specifier missing precision") };
        }

        if (at < text.Length)
            format = format with { Kind = text[at++] };
        return at == text.Length ? format : throw new JinjaException($"Invalid format specifier '{text}'");
    }

    public static int? Digits(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        if (at == start)
            return null;
        return int.TryParse(text.AsSpan(start, at - start), out var number) && number <= LargestWidth ? number : throw new JinjaException($"the width or precision {text[start..at]} is too large");
    }

    public string Apply(object? value, Rendering rendering)
    {
        var isText = value is not (long or double or bool) || (Kind is '\0' or 's' && value is bool);
        var body = Kind is 's' || isText ? Truncated(rendering.Str(value)) : Number(value!);
        var missing = Width - PythonString.Length(body);
        if (missing <= 0)
            return body;
        var sign = body.Length > 0 && body[0] is '-' or '+' ? 1 : 0;
        return (Alignment == 0 ? (isText ? '<' : '>') : Alignment) switch
        {
            '<' => body + new string(Fill, missing),
            '^' => new string(Fill, missing / 2) + body + new string(Fill, missing - (missing / 2)),
            '=' => body[..sign] + new string(Fill, missing) + body[sign..],
            _ => new string(Fill, missing) + body,
        };
    }

    private string Truncated(string text) => Precision is { } most && PythonString.Length(text) > most ? string.Concat(PythonString.CharacterArray(text).Take(most)) : text;

    private string Number(object value)
    {
        var number = PythonCompare.Number(value)!.Value;
        var whole = value as long? ?? (value is bool flag ? (flag ? 1L : 0L) : (long)Math.Truncate(number));
        var grouped = Grouping == 0 ? "" : ",";
        var text = Kind switch
        {
            'd' or 'i' or 'u' => Whole(),
            'f' or 'F' => number.ToString($"{(Grouping == 0 ? 'F' : 'N')}{Precision ?? 6}", CultureInfo.InvariantCulture),
            'e' or 'E' => Scientific(number, Precision ?? 6),
            'g' or 'G' => number.ToString($"G{Math.Max(1, Precision ?? 6)}", CultureInfo.InvariantCulture),
            '%' => (number * 100).ToString($"F{Precision ?? 6}", CultureInfo.InvariantCulture) + "%",
            'x' => (Alternate ? "0x" : "") + whole.ToString("x", CultureInfo.InvariantCulture),
            'X' => (Alternate ? "0X" : "") + whole.ToString("X", CultureInfo.InvariantCulture),
            'o' => (Alternate ? "0o" : "") + Convert.ToString(whole, 8),
            'b' => (Alternate ? "0b" : "") + Convert.ToString(whole, 2),
            'c' => char.ConvertFromUtf32((int)Math.Clamp(whole, 0, 0xD7FF)),
            '\0' when value is double => Precision is { } digits ? number.ToString($"G{Math.Max(1, digits)}", CultureInfo.InvariantCulture) : PythonText.Float(number),
            '\0' => Whole(),
            _ => throw new JinjaException($"Unknown format code '{Kind}'"),
        };
        if (Grouping == '_')
            text = text.Replace(',', '_');
        return Plus && number >= 0 ? $"+{text}" : text;

        string Whole() => grouped.Length == 0 ? whole.ToString(CultureInfo.InvariantCulture) : whole.ToString("N0", CultureInfo.InvariantCulture);
    }

    private string Scientific(double number, int digits) => number.ToString($"{(Kind == 'E' ? "0." + new string('0', digits) + "E+00" : "0." + new string('0', digits) + "e+00")}", CultureInfo.InvariantCulture);
}
