using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>One or several linear layers of the same input whose weights lie together (q, k, v; gate, up), with the adapters on them: y = x·Wᵀ + Σ scale·(x·Aᵀ)·Bᵀ.</summary>
internal sealed class LinearGroup
{
    private readonly CausalLM _model;
    private readonly string _block;
    private readonly Tensor _weight;
    private readonly List<(string Module, int Start, int Count)> _parts = [];

    public LinearGroup(CausalLM model, int layer, string block, params ReadOnlySpan<string> names)
    {
        _model = model;
        _block = DecoderLayout.Layer(layer) + block + ".weight";
        _weight = model.Parameters.Block(_block);
        var start = 0;
        foreach (var name in names)
        {
            var module = DecoderLayout.Linear(layer, name);
            var count = (int)model.Parameters[module + ".weight"].shape[0];
            _parts.Add((module, start, count));
            start += count;
        }
    }

    /// <summary>Whether the gradient needs the input x.</summary>
    public bool NeedsInput => _parts.Any(p => _model.Parameters[p.Module + ".weight"].requires_grad || _model.LowRanks.ContainsKey(p.Module));

    /// <summary>y = x·Wᵀ and the adapters' part, without bias.</summary>
    /// <param name="x">(tokens, input).</param>
    /// <param name="y">(tokens, outputs of all layers); written over.</param>
    /// <param name="dropout">The pass's key of dropout masks; null: nothing is dropped.</param>
    public void Forward(Tensor x, Tensor y, ulong? dropout)
    {
        using var scope = NewDisposeScope();
        Product.Into(_model.ComputeType, y, x, _weight.t());
        foreach (var (module, start, count) in _parts)
        {
            if (!_model.LowRanks.TryGetValue(module, out var adapter)) continue;
            y.narrow(1, start, count).addmm_(adapter.Kept(x, dropout).mm(adapter.A.detach().t()), adapter.B.detach().t(), 1, adapter.Scale);
        }
    }

    /// <summary>dx = dy·W and the adapters' part.</summary>
    /// <param name="dy">(tokens, outputs of all layers).</param>
    /// <param name="dx">(tokens, input); written over.</param>
    /// <param name="dropout">As it was in <see cref="Forward"/>.</param>
    public void InputGradient(Tensor dy, Tensor dx, ulong? dropout)
    {
        using var scope = NewDisposeScope();
        Product.Into(_model.ComputeType, dx, dy, _weight);
        foreach (var (module, start, count) in _parts)
        {
            if (!_model.LowRanks.TryGetValue(module, out var adapter)) continue;
            using var layer = NewDisposeScope();
            var inner = Inner(adapter, dy.narrow(1, start, count));
            if (adapter.Drops(dropout)) dx.add_(inner.mm(adapter.A.detach()).mul_(adapter.Mask(dx, dropout!.Value)));
            else dx.addmm_(inner, adapter.A.detach(), 1, 1);
        }
    }

    /// <summary>Adds up the gradients of the weights: dyᵀ·x, and those of the adapters.</summary>
    /// <param name="x">(tokens, input).</param>
    /// <param name="dy">(tokens, outputs of all layers).</param>
    /// <param name="gradients">Where the weights' gradients are.</param>
    /// <param name="dropout">As it was in <see cref="Forward"/>.</param>
    public void WeightGradients(Tensor x, Tensor dy, GradientBlocks gradients, ulong? dropout)
    {
        using var scope = NewDisposeScope();
        foreach (var (row, rows, gradient, beta) in gradients.Matrices(_block)) Product.Into(_model.ComputeType, gradient, dy.narrow(1, row, rows).t(), x, add: beta != 0);
        foreach (var (module, start, count) in _parts)
        {
            if (!_model.LowRanks.TryGetValue(module, out var adapter)) continue;
            using var layer = NewDisposeScope();
            Tensor own = dy.narrow(1, start, count), kept = adapter.Kept(x, dropout);
            if (GradientBlocks.Single(adapter.B) is var (gradientB, betaB)) gradientB.addmm_(own.t(), kept.mm(adapter.A.detach().t()), betaB, adapter.Scale);
            if (GradientBlocks.Single(adapter.A) is var (gradientA, betaA)) gradientA.addmm_(Inner(adapter, own).t(), kept, betaA, 1);
        }
    }

    /// <summary>The gradient of x·Aᵀ: scale·dy·B.</summary>
    private static Tensor Inner(LowRank adapter, Tensor dy) => dy.mm(adapter.B.detach()).mul_(adapter.Scale);
}
