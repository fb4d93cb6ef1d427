using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>
/// Where the gradients of the parameters are added up: one memory per block, of which each parameter's <c>grad</c> is a part.
/// A gradient that was cleared is written over, not zeroed and added to.
/// </summary>
internal sealed unsafe class GradientBlocks : IDisposable
{
    private readonly ParameterStore _store;
    private readonly Dictionary<string, List<Part>> _blocks = new(StringComparer.Ordinal);

    public GradientBlocks(CausalLM model)
    {
        _store = model.Parameters;
        foreach (var block in DecoderLayout.Parameters(model.Config).GroupBy(p => p.Block))
        {
            long row = 0;
            List<Part> parts = [];
            foreach (var parameter in block)
            {
                parts.Add(new(parameter.Name, row, parameter.Shape));
                row += parameter.Shape[0];
            }
            _blocks[block.Key] = parts;
        }
    }

    /// <summary>The parts of a block that are trained: rows of the block, where their gradient goes, and the factor of what is there (0: nothing yet).</summary>
    public List<(long Row, long Rows, Tensor Gradient, float Beta)> Matrices(string block)
    {
        var parts = _blocks[block];
        List<(long, long, Tensor, float)> found = [];
        foreach (var part in parts)
        {
            if (Take(block, part) is { } taken) found.Add((part.Row, part.Shape[0], taken.Gradient, taken.Beta));
        }
        if (found.Count < 2 || found.Count < parts.Count || found.Select(f => f.Item4).Distinct().Count() > 1) return found;
        return [(0, parts.Sum(p => p.Shape[0]), parts[0].Memory!, found[0].Item4)];
    }

    /// <summary>A vector's gradient to add to; null where it is frozen.</summary>
    public float* Vector(string name)
    {
        var block = _blocks.TryGetValue(name, out var own) ? own : throw new KeyNotFoundException(name);
        if (Take(name, block[0]) is not { } taken) return null;
        if (taken.Beta == 0) taken.Gradient.zero_();
        return (float*)TensorMemory.Pointer(taken.Gradient);
    }

    /// <summary>The gradient of a tensor outside of the blocks (an adapter's), and the factor of what is there; null where it is frozen.</summary>
    public static (Tensor Gradient, float Beta)? Single(Tensor parameter)
    {
        if (!parameter.requires_grad) return null;
        if (parameter.grad is { } there) return (there, 1);
        parameter.grad = empty_like(parameter, requires_grad: false);
        return (parameter.grad!, 0);
    }

    private (Tensor Gradient, float Beta)? Take(string block, Part part)
    {
        var parameter = _store[part.Name];
        if (!parameter.requires_grad)
        {
            part.Gradient?.Dispose();
            part.Gradient = null;
            return null;
        }
        if (part.Gradient is null) Allocate(block);
        using var there = parameter.grad;
        if (there is null)
        {
            parameter.grad = part.Gradient;
            return (part.Gradient!, 0);
        }
        if (TensorMemory.Pointer(there) != TensorMemory.Pointer(part.Gradient!))
        {
            part.Gradient!.copy_(there);
            parameter.grad = part.Gradient;
        }
        return (part.Gradient!, 1);
    }

    private void Allocate(string block)
    {
        var parts = _blocks[block];
        using var scope = NewDisposeScope();
        var memory = empty(_store.Block(block).shape, ScalarType.Float32).DetachFromDisposeScope();
        parts[0].Memory?.Dispose();
        parts[0].Memory = memory;
        foreach (var part in parts)
        {
            part.Gradient?.Dispose();
            var fresh = memory.narrow(0, part.Row, part.Shape[0]).DetachFromDisposeScope();
            var parameter = _store[part.Name];
            if (parameter.grad is { } there)
            {
                fresh.copy_(there);
                parameter.grad = fresh;
            }
            part.Gradient = fresh;
        }
    }

    public void Dispose()
    {
        foreach (var part in _blocks.Values.SelectMany(p => p))
        {
            part.Gradient?.Dispose();
            part.Memory?.Dispose();
        }
        _blocks.Clear();
    }

    private sealed class Part(string name, long row, long[] shape)
    {
        public string Name { get; } = name;

        public long Row { get; } = row;

        public long[] Shape { get; } = shape;

        /// <summary>This part's gradient: rows of the block's memory.</summary>
        public Tensor? Gradient { get; set; }

        /// <summary>The whole block's memory, on its first part.</summary>
        public Tensor? Memory { get; set; }
    }
}
