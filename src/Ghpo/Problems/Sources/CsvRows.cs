using System.Text;
using System.Text.Json;

namespace Ghpo.Problems.Sources;

/// <summary>Rows of comma- or tab-separated text with a header line (RFC 4180): fields in quotes may hold separators, line breaks and doubled quotes.</summary>
internal static class CsvRows
{
    public static IEnumerable<SourceRow> Read(string path, char separator)
    {
        using var reader = new ByteReader(path);
        var header = Fields(reader, separator);
        if (header.Count < 2 && reader.Peek() >= 0)
            throw new InvalidDataException($"{path}, line 1: expected a header with the names of at least two columns, set apart by \"{(separator == '\t' ? "\\t" : separator)}\"");
        while (reader.Peek() >= 0)
        {
            var place = $"{path}, line {reader.Line}";
            var number = $"{reader.Line}";
            var fields = Fields(reader, separator);
            if (fields is [""])
                continue;
            if (fields.Count != header.Count)
                throw new InvalidDataException($"{place}: {fields.Count} fields where the header names {header.Count}; a field with a separator or a line break stands in double quotes");
            var row = new Dictionary<string, string>();
            for (var i = 0; i < header.Count; i++)
                row[header[i]] = fields[i];
            yield return new SourceRow(JsonSerializer.SerializeToElement(row), place, number);
        }
    }

    private static List<string> Fields(ByteReader reader, char separator)
    {
        var place = $"{reader.Path}, line {reader.Line}";
        var fields = new List<string>();
        long total = 0;
        while (true)
        {
            reader.BeginRow(place);
            if (reader.Peek() == '"')
                CollectQuoted(reader, place);
            int next;
            while ((next = reader.Read()) is not (-1 or '\n') && next != separator)
                reader.Collect(next);
            SourceRow.CheckUtf8(reader.Row.Span, place);
            var field = Encoding.UTF8.GetString(reader.Row.Span);
            fields.Add(next == separator ? field : field.TrimEnd('\r'));
            if ((total += field.Length) > SourceRow.MaxBytes || fields.Count > 10_000)
                throw new InvalidDataException($"{place}: the row is longer than {SourceRow.MaxBytes >> 20} MiB, or has more than 10,000 fields; a row holds one problem");
            if (next != separator)
                return fields;
        }
    }

    private static void CollectQuoted(ByteReader reader, string place)
    {
        reader.Read();
        while (true)
        {
            var next = reader.Read();
            if (next < 0)
                throw new InvalidDataException($"{place}: a field in double quotes is never closed; the file was cut off, or a quote within a field is not doubled");
            if (next == '"')
            {
                if (reader.Peek() != '"')
                    return;
                reader.Read();
            }

            reader.Collect(next);
        }
    }
}
