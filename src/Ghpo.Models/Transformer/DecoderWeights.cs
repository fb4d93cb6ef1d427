using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>Memory for a decoder's parameters. Those that are read together lie together, so that one matrix product serves q, k and v, and one gate and up.</summary>
internal static class DecoderWeights
{
    /// <summary>A store with uninitialized tensors of every parameter.</summary>
    public static ParameterStore Allocate(ModelConfig config, ScalarType type, Device device, bool trainable)
    {
        LibTorch.EnsureLoaded();
        var layout = DecoderLayout.Parameters(config);
        var store = new ParameterStore();
        try
        {
            Dictionary<string, (Tensor Memory, long Used)> blocks = new(StringComparer.Ordinal);
            foreach (var block in layout.GroupBy(p => p.Block))
                blocks[block.Key] = (empty(block.Sum(p => Elements(p.Shape)), type, device).DetachFromDisposeScope(), 0);
            foreach (var parameter in layout)
            {
                var (memory, used) = blocks[parameter.Block];
                var count = Elements(parameter.Shape);
                using var scope = NewDisposeScope();
                store.Add(parameter.Name, memory.narrow(0, used, count).view(parameter.Shape).detach(), trainable);
                blocks[parameter.Block] = (memory, used + count);
            }
            // The views keep the memory.
            foreach (var (memory, _) in blocks.Values) memory.Dispose();
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, size) => checked(product * size));
}
