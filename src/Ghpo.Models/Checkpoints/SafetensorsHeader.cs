using System.Text.Json;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>One tensor of a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Offset">Where its bytes begin, from the beginning of the file.</param>
/// <param name="Bytes">How many bytes it takes.</param>
internal sealed record StoredTensor(string Name, ScalarType Type, long[] Shape, long Offset, long Bytes);

/// <summary>
/// The header of a safetensors file: 8 bytes of length (little-endian), then JSON of that length, then the tensors' bytes without gaps.
/// Everything is checked before anything is allocated: the file may come from anywhere.
/// </summary>
internal static class SafetensorsHeader
{
    /// <summary>The longest header that the format allows, in bytes.</summary>
    public const int MostHeaderBytes = 100_000_000;

    private static readonly Dictionary<string, (ScalarType Type, int Size)> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = (ScalarType.Float64, 8),
        ["F32"] = (ScalarType.Float32, 4),
        ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8),
        ["I32"] = (ScalarType.Int32, 4),
        ["I16"] = (ScalarType.Int16, 2),
        ["I8"] = (ScalarType.Int8, 1),
        ["U8"] = (ScalarType.Byte, 1),
        ["BOOL"] = (ScalarType.Bool, 1),
    };

    /// <summary>The name of a type in the format.</summary>
    public static string NameOf(ScalarType type) => Types.First(t => t.Value.Type == type).Key;

    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(ScalarType type) => Types.First(t => t.Value.Type == type).Value.Size;

    /// <summary>Reads the header's JSON.</summary>
    /// <param name="json">The bytes after the length.</param>
    /// <param name="fileLength">Length of the whole file.</param>
    /// <param name="file">The file's name, for messages.</param>
    /// <exception cref="CheckpointException">The header is not one, or its tensors do not fill the file exactly.</exception>
    public static IReadOnlyList<StoredTensor> Parse(ReadOnlyMemory<byte> json, long fileLength, string file)
    {
        CheckpointException Bad(string what) => new($"{file}: {what}");
        List<StoredTensor> tensors = [];
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowDuplicateProperties = false, MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Bad("the safetensors header is no JSON object");
            foreach (var entry in document.RootElement.EnumerateObject())
            {
                if (entry.Name != "__metadata__") tensors.Add(Tensor(entry, 8 + json.Length, Bad));
            }
        }
        // A name whose bytes are no UTF-8 shows itself only when it is read.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new CheckpointException($"{file}: the safetensors header is damaged: {e.Message}", e);
        }
        var end = 8L + json.Length;
        foreach (var tensor in tensors.OrderBy(t => t.Offset).ThenBy(t => t.Bytes))
        {
            if (tensor.Offset < end) throw Bad($"tensor '{tensor.Name}' overlaps another, or the header");
            if (tensor.Offset > end) throw Bad($"there is a gap of {tensor.Offset - end} bytes before tensor '{tensor.Name}'");
            end = tensor.Offset + tensor.Bytes;
        }
        if (end > fileLength) throw Bad($"the file is cut short: its header describes {end} bytes, it has {fileLength}. Download it again");
        if (end < fileLength) throw Bad($"{fileLength - end} bytes follow the last tensor that the header describes");
        return tensors;
    }

    private static StoredTensor Tensor(JsonProperty entry, long dataStart, Func<string, CheckpointException> bad)
    {
        var (name, fields) = (entry.Name, entry.Value);
        if (fields.ValueKind != JsonValueKind.Object) throw bad($"the header's entry '{name}' is no object");
        if (!fields.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String) throw bad($"tensor '{name}' has no dtype");
        if (!Types.TryGetValue(dtype.GetString()!, out var type))
            throw bad($"tensor '{name}' is stored as {dtype.GetString()}, which is not supported: F32, F16 and BF16 are");
        var shape = Integers(fields, "shape", name, bad);
        var offsets = Integers(fields, "data_offsets", name, bad);
        if (offsets.Length != 2) throw bad($"tensor '{name}' needs two data_offsets");
        long bytes = type.Size;
        try
        {
            foreach (var size in shape) bytes = checked(bytes * size);
            _ = checked(dataStart + offsets[1]);
        }
        catch (OverflowException)
        {
            throw bad($"tensor '{name}' has the shape [{string.Join(", ", shape.Take(8))}], which no memory holds");
        }
        if (offsets[1] < offsets[0] || offsets[1] - offsets[0] != bytes)
            throw bad($"tensor '{name}' needs {bytes} bytes, its data_offsets [{offsets[0]}, {offsets[1]}] give {offsets[1] - offsets[0]}");
        return new(name, type.Type, shape, dataStart + offsets[0], bytes);
    }

    private static long[] Integers(JsonElement fields, string key, string name, Func<string, CheckpointException> bad)
    {
        if (!fields.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array) throw bad($"tensor '{name}' has no {key}");
        if (array.GetArrayLength() > 16) throw bad($"tensor '{name}' has {array.GetArrayLength()} entries in {key}");
        return [.. array.EnumerateArray().Select(value =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var integer) && integer >= 0
                ? integer
                : throw bad($"{key} of tensor '{name}' holds {value.GetRawText()}: whole numbers from 0 are expected"))];
    }
}
