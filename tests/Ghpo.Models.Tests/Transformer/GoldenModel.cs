using System.Runtime.InteropServices;
using System.Text.Json;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using Ghpo.Tests.Shared;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>A golden checkpoint's expected values, read without the code under test where that is more than a file's offsets.</summary>
internal sealed class GoldenModel
{
    private readonly Dictionary<string, (StoredTensor Tensor, byte[] File)> _tensors = [];

    public GoldenModel(string model, string? adapter = null)
    {
        Folder = SharedData.Require($"golden/models/{model}");
        var folder = adapter is null ? Folder : Path.Combine(Folder, adapter);
        Expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json"))).RootElement;
        // An adapter's file has its own values; what goes in stands in the model's.
        foreach (var source in new[] { Folder, folder }.Distinct())
        {
            var path = Path.Combine(source, "expected.safetensors");
            var bytes = File.ReadAllBytes(path);
            using var file = SafetensorsFile.Open(path);
            foreach (var tensor in file.Tensors) _tensors[tensor.Name] = (tensor, bytes);
        }
    }

    public string Folder { get; }

    public JsonElement Expected { get; }

    public long[] Shape(string name) => _tensors[name].Tensor.Shape;

    public float[] Floats(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    public long[] Integers(string name) => MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray();

    /// <summary>The rows of a batch: tokens that the mask keeps, where they stand, and how many of them (at the end) are completion.</summary>
    public IEnumerable<(int[] Ids, int[] Columns, int Completion, int Row)> Rows(string batch)
    {
        var ids = Integers($"{batch}.input_ids");
        var mask = Integers($"{batch}.attention_mask");
        var completion = Integers($"{batch}.completion_mask");
        var width = (int)Shape($"{batch}.input_ids")[1];
        for (var row = 0; row < ids.Length / width; row++)
        {
            var columns = Enumerable.Range(0, width).Where(c => mask[(row * width) + c] == 1).ToArray();
            var scored = columns.Count(c => completion[(row * width) + c] == 1);
            Assert.All(columns[^scored..], c => Assert.Equal(1, completion[(row * width) + c]));
            yield return (columns.Select(c => (int)ids[(row * width) + c]).ToArray(), columns, scored, row);
        }
    }

    /// <summary>The groups whose completion tokens are scored, one sequence each.</summary>
    public PackedBatch Pack(string batch) =>
        PackedBatch.Pack([.. Rows(batch).Where(r => r.Completion > 0).Select(r => new PackedGroup(r.Ids[..^r.Completion], [r.Ids[^r.Completion..]]))], CPU);

    /// <summary>Values of a (rows, columns) array at the completion tokens, in the order of targets.</summary>
    public float[] AtTargets(string batch, string name)
    {
        var values = Floats($"{batch}.{name}");
        var width = (int)Shape($"{batch}.{name}")[1];
        return [.. Rows(batch).SelectMany(r => r.Columns[^r.Completion..].Select(c => values[(r.Row * width) + c]))];
    }

    private ReadOnlySpan<byte> Bytes(string name)
    {
        var (tensor, file) = _tensors[name];
        return file.AsSpan((int)tensor.Offset, (int)tensor.Bytes);
    }
}
