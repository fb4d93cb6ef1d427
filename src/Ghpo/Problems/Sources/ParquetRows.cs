using System.Collections;
using System.Text;
using System.Text.Json;
using Parquet;
using Parquet.Serialization;

namespace Ghpo.Problems.Sources;

/// <summary>Rows of a Parquet file, read a row group at a time.</summary>
internal static class ParquetRows
{
    private const long MaxGroupBytes = 4L << 30;
    private const int MaxDepth = 16;

    public static IEnumerable<SourceRow> Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        long number = 0;
        var groups = Guarded(path, () => CountGroups(path, file));
        for (var group = 0; group < groups; group++)
        {
            var index = group;
            foreach (var row in Guarded(path, () => ParquetSerializer.DeserializeUntypedAsync(file, null, index).GetAwaiter().GetResult().Data))
            {
                number++;
                var place = $"{path}, row {number}";
                yield return new SourceRow(ToJson(row, place), place, $"{number}");
            }
        }
    }

    /// <summary>The number of row groups, none larger than memory should take: a forged size is refused before anything is allocated for it.</summary>
    private static int CountGroups(string path, FileStream file)
    {
        var reader = ParquetReader.CreateAsync(file, null, leaveStreamOpen: true).GetAwaiter().GetResult();
        try
        {
            for (var i = 0; i < reader.RowGroupCount; i++)
            {
                using var group = reader.OpenRowGroupReader(i);
                // A row takes a bit at least in every column, so rows by far outnumbering bytes are forged.
                if (group.RowGroup.TotalByteSize is < 0 or > MaxGroupBytes || group.RowCount is < 0 or > int.MaxValue)
                    throw new InvalidDataException($"{path}: row group {i + 1} claims {group.RowGroup.TotalByteSize:N0} bytes and {group.RowCount:N0} rows; at most {MaxGroupBytes >> 30} GiB are read, so write the file with smaller row groups");
            }

            return reader.RowGroupCount;
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>A broken file makes the reader fail in many ways; the user is told one thing.</summary>
    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is not InvalidDataException || e.Message.Length == 0 || !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: not a Parquet file that can be read ({e.Message.Split('\n')[0].TrimEnd('.')}); it may be cut off, or of another kind", e);
        }
    }

    private static JsonElement ToJson(Dictionary<string, object> row, string place)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
            Write(json, row, 0, place);
        using var document = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter json, object? value, int depth, string place)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"{place}: nested deeper than {MaxDepth} levels");
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case ReadOnlyMemory<char> text:
                json.WriteStringValue(text.Span);
                break;
            case byte[] bytes:
                SourceRow.CheckUtf8(bytes, place);
                json.WriteStringValue(Encoding.UTF8.GetString(bytes));
                break;
            case ReadOnlyMemory<byte> bytes:
                SourceRow.CheckUtf8(bytes.Span, place);
                json.WriteStringValue(Encoding.UTF8.GetString(bytes.Span));
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case double number when !double.IsFinite(number):
            case float single when !float.IsFinite(single):
                json.WriteNullValue(); // what pandas writes for a missing number
                break;
            case sbyte or byte or short or ushort or int or uint or long or ulong or float or double or decimal:
                json.WriteRawValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!);
                break;
            case IDictionary<string, object> fields:
                json.WriteStartObject();
                foreach (var (name, field) in fields)
                {
                    json.WritePropertyName(name);
                    Write(json, field, depth + 1, place);
                }

                json.WriteEndObject();
                break;
            case IEnumerable items:
                json.WriteStartArray();
                foreach (var item in items)
                    Write(json, item, depth + 1, place);
                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                break;
        }
    }
}
