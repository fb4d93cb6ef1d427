using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Ghpo.Problems.Sources;

/// <summary>One row of a data file.</summary>
/// <param name="Value">Its fields.</param>
/// <param name="Place">Where it stands, for messages: the file and its line or row.</param>
/// <param name="Number">Names a row that has no name of its own.</param>
internal readonly record struct SourceRow(JsonElement Value, string Place, string Number)
{
    /// <summary>A row holds one problem; a longer one is another kind of file, and would be held in memory whole.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Reads the JSON of one row.</summary>
    /// <exception cref="InvalidDataException">It is not UTF-8, or not JSON, or nested deeper than 64 levels.</exception>
    public static SourceRow Parse(ReadOnlyMemory<byte> json, string place, string number)
    {
        CheckUtf8(json.Span, place);
        try
        {
            using var document = JsonDocument.Parse(json);
            return new SourceRow(document.RootElement.Clone(), place, number);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{place}: not a JSON object ({e.Message.Split('.')[0]}); a row must be one whole object", e);
        }
    }

    /// <summary>Fails where the bytes are not UTF-8: a character would be lost without a word.</summary>
    public static void CheckUtf8(ReadOnlySpan<byte> bytes, string place)
    {
        if (Utf8.IsValid(bytes))
            return;
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) == OperationStatus.Done)
            at += consumed;
        throw new InvalidDataException($"{place}: not valid UTF-8 (0x{bytes[at]:x2} after {at} bytes of the row or field); save the file as UTF-8");
    }
}
