using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ghpo.Cli;

/// <summary>Commands that read one JSON object a line and write one a line. A bad line ends the command with its file and number; a file of results appears whole or not at all.</summary>
internal static class JsonLineFiles
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Turns every line of a file (<c>-</c>: standard input) into a line of another (null: the standard output).</summary>
    /// <exception cref="InvalidDataException">A line is not a JSON object, or <paramref name="convert"/> refuses it.</exception>
    public static void Convert(string input, string? output, TextWriter standardOutput, Action<JsonObject, Utf8JsonWriter> convert)
    {
        using var reader = input == "-" ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new StreamReader(input, Encoding.UTF8);
        if (output is null)
        {
            Convert(reader, input, standardOutput, convert);
            return;
        }

        var temporary = $"{output}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var writer = new StreamWriter(temporary))
                Convert(reader, input, writer, convert);
            File.Move(temporary, output, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Convert(StreamReader reader, string name, TextWriter writer, Action<JsonObject, Utf8JsonWriter> convert)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, Readable);
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            try
            {
                var entry = JsonNode.Parse(line) as JsonObject ?? throw new InvalidDataException("expected a JSON object");
                buffer.ResetWrittenCount();
                json.Reset(buffer);
                json.WriteStartObject();
                convert(entry, json);
                json.WriteEndObject();
                json.Flush();
                writer.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
                writer.Write('\n');
            }
            catch (Exception error) when (error is JsonException or InvalidDataException or InvalidOperationException or FormatException or ArgumentException || error.GetType().Namespace?.StartsWith("Ghpo.Models", StringComparison.Ordinal) == true)
            {
                throw new InvalidDataException($"{name}, line {number}: {error.Message}", error);
            }
        }

        writer.Flush();
    }

    /// <summary>A text of a line.</summary>
    public static string Text(JsonObject entry, string key) =>
        entry[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new InvalidDataException($"expected the key '{key}' with a text");

    /// <summary>Token ids of a line.</summary>
    public static int[] Ids(JsonObject entry, string key)
    {
        if (entry[key] is not JsonArray items)
            throw new InvalidDataException($"expected the key '{key}' with a list of token ids");
        return [.. items.Select((item, i) => item is JsonValue value && value.TryGetValue<int>(out var id) ? id : throw new InvalidDataException($"'{key}[{i}]' is no token id"))];
    }

    /// <summary>Writes token ids under a name.</summary>
    public static void WriteIds(Utf8JsonWriter json, string name, ReadOnlySpan<int> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in ids)
            json.WriteNumberValue(id);
        json.WriteEndArray();
    }
}
