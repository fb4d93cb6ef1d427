using System.Buffers.Binary;
using Ghpo.Models.Native;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>An open safetensors file whose tensors are read straight into the memory where they are used.</summary>
/// <remarks>
/// Positioned reads in blocks rather than a memory map: a file that shrinks while it is read is then an error and not the death of the process,
/// and pages of the file do not count as this process's memory.
/// </remarks>
internal sealed class SafetensorsFile : IDisposable
{
    private const int BlockBytes = 4 << 20;
    private readonly SafeFileHandle _handle;
    private readonly HashSet<string> _names;

    private SafetensorsFile(string path, SafeFileHandle handle, IReadOnlyList<StoredTensor> tensors)
    {
        (Path, _handle, Tensors) = (path, handle, tensors);
        _names = tensors.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
    }

    public string Path { get; }

    /// <summary>What the file holds, in the header's order.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; }

    /// <summary>Whether the file holds a tensor of this name.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>The tensor of this name, which must be there.</summary>
    public StoredTensor Find(string name) => Tensors.First(t => t.Name == name);

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="CheckpointException">It is absent, unreadable or damaged.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            var prefix = new byte[8];
            if (length < 8 || !ReadWhole(handle, prefix, 0)) throw new CheckpointException($"{path}: {length} bytes are too few for a safetensors file");
            var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > (ulong)(length - 8) || headerLength > SafetensorsHeader.MostHeaderBytes)
                throw new CheckpointException($"{path}: its header claims {headerLength} bytes, the file has {length}: it is cut short or no safetensors file");
            var json = new byte[(int)headerLength];
            if (!ReadWhole(handle, json, 8)) throw new CheckpointException($"{path}: the file ended inside its header");
            return new(path, handle, SafetensorsHeader.Parse(json, length, path));
        }
        catch (Exception e)
        {
            handle?.Dispose();
            if (e is IOException or UnauthorizedAccessException) throw new CheckpointException($"{path}: {e.Message}", e);
            throw;
        }
    }

    /// <summary>Reads a tensor into another of the same shape, converting between the floating-point types; with <paramref name="anyType"/> also into one of its own type, whatever that is.</summary>
    /// <exception cref="CheckpointException">The file ends early, or the types cannot be converted.</exception>
    public unsafe void ReadInto(StoredTensor stored, Tensor target, bool anyType = false)
    {
        if (!(anyType && stored.Type == target.dtype) && stored.Type is not (ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16))
            throw new CheckpointException($"{Path}: tensor '{stored.Name}' is stored as {SafetensorsHeader.NameOf(stored.Type)}: F32, F16 or BF16 is expected");
        using var noGradient = no_grad();
        if (target.device_type != TorchSharp.DeviceType.CPU)
        {
            using var scope = NewDisposeScope();
            var here = empty(target.shape, target.dtype);
            ReadInto(stored, here, anyType);
            target.copy_(here);
            return;
        }
        var start = (byte*)TensorMemory.Pointer(target);
        if (stored.Type == target.dtype)
        {
            for (long done = 0; done < stored.Bytes; done += BlockBytes)
                ReadBlock(stored, new Span<byte>(start + done, (int)Math.Min(BlockBytes, stored.Bytes - done)), done);
            return;
        }
        var block = new byte[Math.Min(BlockBytes, stored.Bytes)];
        int from = SafetensorsHeader.SizeOf(stored.Type), to = (int)target.element_size();
        for (long done = 0; done < stored.Bytes; done += BlockBytes)
        {
            var bytes = block.AsSpan(0, (int)Math.Min(BlockBytes, stored.Bytes - done));
            ReadBlock(stored, bytes, done);
            HalfPrecision.Convert(bytes, stored.Type, new Span<byte>(start + (done / from * to), bytes.Length / from * to), target.dtype);
        }
    }

    private void ReadBlock(StoredTensor stored, Span<byte> block, long offset)
    {
        try
        {
            if (!ReadWhole(_handle, block, stored.Offset + offset)) throw new CheckpointException($"{Path}: the file ended inside tensor '{stored.Name}'");
        }
        catch (IOException e)
        {
            throw new CheckpointException($"{Path}: tensor '{stored.Name}' cannot be read: {e.Message}", e);
        }
    }

    private static bool ReadWhole(SafeFileHandle handle, Span<byte> target, long offset)
    {
        while (target.Length > 0)
        {
            var read = RandomAccess.Read(handle, target, offset);
            if (read == 0) return false;
            target = target[read..];
            offset += read;
        }
        return true;
    }

    public void Dispose() => _handle.Dispose();
}
