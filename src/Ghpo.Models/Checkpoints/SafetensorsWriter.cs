using System.Buffers.Binary;
using System.Text.Json;
using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>Writes safetensors files, tensor after tensor, without holding them twice.</summary>
internal static class SafetensorsWriter
{
    private const int BlockBytes = 4 << 20;

    /// <summary>Writes one file and flushes it to the disk.</summary>
    /// <param name="path">A new file.</param>
    /// <param name="tensors">Name, tensor and the floating-point type to store it in.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor, ScalarType Type)> tensors)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        var header = Header(tensors);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        file.Write(length);
        file.Write(header);
        foreach (var (_, tensor, type) in tensors) WriteNumbers(file, tensor, type);
        file.Flush(flushToDisk: true);
    }

    private static byte[] Header(IReadOnlyList<(string Name, Tensor Tensor, ScalarType Type)> tensors)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, tensor, type) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", SafetensorsHeader.NameOf(type));
                json.WriteStartArray("shape");
                foreach (var size in tensor.shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.numel() * SafetensorsHeader.SizeOf(type);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        // Padded with spaces, so that the numbers begin at a multiple of 8.
        while (memory.Length % 8 != 0) memory.WriteByte((byte)' ');
        return memory.ToArray();
    }

    private static unsafe void WriteNumbers(Stream file, Tensor tensor, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var here = tensor.detach().cpu().contiguous();
        var start = (byte*)TensorMemory.Pointer(here);
        int from = SafetensorsHeader.SizeOf(here.dtype), to = SafetensorsHeader.SizeOf(type);
        var total = here.numel() * from;
        var block = here.dtype == type ? [] : new byte[BlockBytes / from * to];
        for (long done = 0; done < total; done += BlockBytes)
        {
            var source = new ReadOnlySpan<byte>(start + done, (int)Math.Min(BlockBytes, total - done));
            if (here.dtype == type)
            {
                file.Write(source);
                continue;
            }
            var converted = block.AsSpan(0, source.Length / from * to);
            HalfPrecision.Convert(source, here.dtype, converted, type);
            file.Write(converted);
        }
    }
}
