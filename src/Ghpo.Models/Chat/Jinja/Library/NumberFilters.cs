using System.Globalization;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Filters that give numbers.</summary>
internal static class NumberFilters
{
    public static IReadOnlyDictionary<string, Filter> All { get; } = new Dictionary<string, Filter>
    {
        ["abs"] = (value, _, _) => Absolute(value),
        ["int"] = (value, arguments, _) => ToInteger(value, arguments.Number(1, "base", 10)) ?? arguments.Get(0, "default", 0L),
        ["float"] = (value, arguments, _) => ToFloat(value) ?? arguments.Get(0, "default", 0.0),
        ["round"] = Round,
        ["filesizeformat"] = (value, arguments, _) => FileSize(ToFloat(value) as double? ?? 0, arguments.Flag(0, "binary")),
    };

    private static object Absolute(object? value) => value switch
    {
        bool flag => (object)(flag ? 1L : 0L),
        long number => number == long.MinValue ? throw new JinjaException("a whole number is too large") : Math.Abs(number),
        double number => Math.Abs(number),
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException($"bad operand type for abs(): '{PythonType.Name(value)}'"),
    };

    private static object? ToInteger(object? value, int numberBase) => value switch
    {
        long => value,
        bool flag => flag ? 1L : 0L,
        double number when double.IsFinite(number) && Math.Abs(number) < long.MaxValue => (long)number,
        string text => FromText(text.Trim().Replace("_", "", StringComparison.Ordinal), numberBase),
        _ => null,
    };

    private static object? FromText(string text, int numberBase)
    {
        if (numberBase == 10)
        {
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
                return whole;
            return ToFloat(text) is double number && double.IsFinite(number) && Math.Abs(number) < long.MaxValue ? (long)number : null;
        }

        try
        {
            var prefix = numberBase switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
            return Convert.ToInt64(prefix.Length > 0 && text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? text[2..] : text, numberBase);
        }
        catch (Exception error) when (error is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    private static object? ToFloat(object? value) => value switch
    {
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null,
        _ => PythonCompare.Number(value),
    };

    private static object Round(object? value, Arguments arguments, Rendering rendering)
    {
        var digits = Math.Clamp(arguments.Number(0, "precision", 0), -15, 15);
        var method = arguments.OptionalText(1, "method") ?? "common";
        if (PythonCompare.Number(value) is not { } number)
            throw value is Undefined undefined ? undefined.Error() : new JinjaException($"type {PythonType.Name(value)} doesn't define __round__ method");
        var scale = Math.Pow(10, digits);
        switch (method)
        {
            case "common" when value is long && digits >= 0:
                return value;
            case "common" when value is long whole:
                var unit = (long)Math.Pow(10, -digits);
                return (long)Math.Round((decimal)whole / unit, MidpointRounding.ToEven) * unit;
            case "common":
                // Python rounds halves to even, of the number as it is exactly.
                var rounded = digits < 0 ? Math.Round(number * scale, MidpointRounding.ToEven) / scale : double.Parse(number.ToString($"F{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
                return digits == 0 ? Math.Round(number, MidpointRounding.ToEven) : rounded;
            case "ceil":
                return Math.Ceiling(number * scale) / scale;
            case "floor":
                return Math.Floor(number * scale) / scale;
            default:
                throw new JinjaException("method must be common, ceil or floor");
        }
    }

    private static string FileSize(double bytes, bool binary)
    {
        var step = binary ? 1024.0 : 1000.0;
        if (bytes == 1)
            return "1 Byte";
        if (bytes < step)
            return $"{(long)bytes} Bytes";
        string[] units = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        var unit = 0;
        for (bytes /= step; bytes >= step && unit < units.Length - 1; bytes /= step)
            unit++;
        return $"{bytes.ToString("F1", CultureInfo.InvariantCulture)} {units[unit]}";
    }
}
