using System.Globalization;
using System.Text;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's <c>strftime</c>, in English.</summary>
internal static class TimeFormat
{
    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var plain = format[i + 1] == '-' && i + 2 < format.Length;
            i += plain ? 2 : 1;
            var part = Part(time, format[i]) ?? $"%{(plain ? "-" : "")}{format[i]}";
            text.Append(plain && part.Length > 1 ? part.TrimStart('0', ' ') is { Length: > 0 } trimmed ? trimmed : "0" : part);
        }

        return text.ToString();
    }

    private static string? Part(DateTime time, char code) => code switch
    {
        'Y' => time.Year.ToString("0000", CultureInfo.InvariantCulture),
        'y' => By(time, "yy"),
        'm' => By(time, "MM"),
        'd' => By(time, "dd"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'B' => By(time, "MMMM"),
        'b' or 'h' => By(time, "MMM"),
        'A' => By(time, "dddd"),
        'a' => By(time, "ddd"),
        'H' => By(time, "HH"),
        'I' => By(time, "hh"),
        'M' => By(time, "mm"),
        'S' => By(time, "ss"),
        'f' => By(time, "ffffff"),
        'p' => By(time, "tt"),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", CultureInfo.InvariantCulture),
        'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", CultureInfo.InvariantCulture),
        'V' => ISOWeek.GetWeekOfYear(time).ToString("00", CultureInfo.InvariantCulture),
        'G' => ISOWeek.GetYear(time).ToString(CultureInfo.InvariantCulture),
        'D' => By(time, "MM/dd/yy"),
        'F' => By(time, "yyyy-MM-dd"),
        'T' or 'X' => By(time, "HH:mm:ss"),
        'R' => By(time, "HH:mm"),
        'x' => By(time, "MM/dd/yy"),
        'c' => $"{By(time, "ddd MMM")} {time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2)} {By(time, "HH:mm:ss yyyy")}",
        'Z' or 'z' => "",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => null,
    };

    // A single-letter pattern would be a standard format; none of these is.
    private static string By(DateTime time, string pattern) => time.ToString(pattern, CultureInfo.InvariantCulture);
}
