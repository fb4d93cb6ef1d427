using static TorchSharp.torch;

namespace Ghpo.Models.Checkpoints;

/// <summary>Named tensors in one safetensors file, exactly as they are: an optimiser's moments, float32 masters.</summary>
public sealed class TensorFile : IDisposable
{
    private TensorFile(IReadOnlyDictionary<string, Tensor> tensors) => Tensors = tensors;

    /// <summary>The tensors by name, on the CPU; they live as long as this.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Writes a new file and flushes it to the disk.</summary>
    /// <param name="path">A file that does not exist yet.</param>
    /// <param name="tensors">Tensors by name; each is stored in its own type.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        SafetensorsWriter.Write(path, [.. tensors.Select(t => (t.Key, t.Value, t.Value.dtype))]);

    /// <summary>Reads a file whole.</summary>
    /// <exception cref="CheckpointException">It is absent, unreadable or damaged.</exception>
    public static TensorFile Read(string path)
    {
        Native.LibTorch.EnsureLoaded();
        using var file = SafetensorsFile.Open(path);
        var tensors = new Dictionary<string, Tensor>();
        using var noGradient = no_grad();
        foreach (var stored in file.Tensors)
        {
            var tensor = empty(stored.Shape, stored.Type).DetachFromDisposeScope();
            file.ReadInto(stored, tensor, anyType: true);
            tensors.Add(stored.Name, tensor);
        }

        return new TensorFile(tensors);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
            tensor.Dispose();
    }
}
