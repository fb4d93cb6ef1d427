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
        Dictionary<string, Tensor> views = new(StringComparer.Ordinal);
        try
        {
            foreach (var block in layout.GroupBy(p => p.Block))
            {
                using var scope = NewDisposeScope();
                var memory = empty(block.Sum(p => Elements(p.Shape)), type, device);
                long used = 0;
                foreach (var parameter in block)
                {
                    var count = Elements(parameter.Shape);
                    views[parameter.Name] = memory.narrow(0, used, count).view(parameter.Shape).detach().DetachFromDisposeScope();
                    used += count;
                }
                var shape = block.First().Shape;
                store.AddBlock(block.Key, shape.Length == 1 ? memory : memory.view(-1, shape[1]));
            }
            foreach (var parameter in layout)
            {
                views.Remove(parameter.Name, out var view);
                store.Add(parameter.Name, view!, trainable);
            }
            return store;
        }
        catch
        {
            foreach (var view in views.Values) view.Dispose();
            store.Dispose();
            throw;
        }
    }

    private static long Elements(long[] shape) => shape.Aggregate(1L, (product, size) => checked(product * size));
}
