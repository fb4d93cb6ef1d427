using Ghpo.Models.Native;
using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>The backward half of a pass, layer by layer from the head down; gradients of parameters are added to in place.</summary>
internal sealed unsafe partial class FusedPass
{
    private bool _done;

    private GradientBlocks Gradients => _model.Workspace.Gradients;

    /// <summary>Adds the gradients of Σ gradient·log-probability to the trainable parameters.</summary>
    /// <param name="gradient">(targets) float32.</param>
    public void Backward(Tensor gradient)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        if (_done)
        {
            // A second time (retain_graph): what it reads was given back, so it is computed again. Nothing may be thrown from here: torch calls.
            Rent();
            Forward(withEntropy: false);
        }
        _done = true;
        var incoming = gradient.contiguous();
        HeadBackward((float*)TensorMemory.Pointer(incoming));
        for (var layer = _config.LayerCount - 1; layer >= 0; layer--)
        {
            if (_keep == Keep.Inputs) Layer(layer, _memory.Delta);
            MlpBackward(layer);
            AttentionBackward(layer);
        }
        EmbedBackward();
        _model.Workspace.Return(_arena);
    }

    /// <summary>Gives back the memory of a pass that needs no gradient.</summary>
    public void Finish()
    {
        _done = true;
        _model.Workspace.Return(_arena);
    }

    private void HeadBackward(float* incoming)
    {
        var hidden = _config.HiddenSize;
        var normalizers = _arena.Pointer(_memory.HeadNormalizers);
        var head = _model.Parameters[DecoderLayout.HeadName(_config)].detach();
        for (var start = 0; start < _batch.TargetCount; start += _memory.ChunkRows)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(_memory.ChunkRows, _batch.TargetCount - start);
            HeadKernels.Gradient(Logits(start, rows), _batch.Targets, start, normalizers + start, incoming + start, rows, _config.VocabularySize);
            var logits = _arena.Matrix(_memory.Logits, 0, rows);
            _arena.Matrix(_memory.HeadGradient, start, rows).addmm_(logits, head, 0, 1);
            foreach (var (_, _, gradient, beta) in Gradients.Matrices(DecoderLayout.HeadName(_config)))
                gradient.addmm_(logits.t(), _arena.Matrix(_memory.HeadInput, start, rows), beta, 1);
        }
        float* dx = _arena.Pointer(_memory.Gradient), x = _arena.Pointer(_memory.Last), dh = _arena.Pointer(_memory.HeadGradient);
        var weight = (float*)TensorMemory.Pointer(_model.Parameters[DecoderLayout.FinalNorm]);
        var dw = Gradients.Vector(DecoderLayout.FinalNorm);
        Rows.ForEach(_tokens, hidden, (first, end) => new Span<float>(dx + ((long)first * hidden), (end - first) * hidden).Clear());
        // In order, on one thread: the last row of a prompt predicts the first token of each of its completions.
        for (var target = 0; target < _batch.TargetCount; target++)
        {
            var row = (long)_batch.HeadRows[target] * hidden;
            NormKernels.Gradient(dh + ((long)target * hidden), x + row, weight, dx + row, dw, hidden, _epsilon, 1 / _temperature, add: true);
        }
    }

    private void MlpBackward(int layer)
    {
        using var scope = NewDisposeScope();
        var (areas, groups, inner) = (_memory.Layers[layer], _model.Workspace.Layers[layer], _config.IntermediateSize);
        var dx = _arena.Matrix(_memory.Gradient);
        if (groups.Down.NeedsInput) GateKernels.Again(_arena.Pointer(areas.GateUp), _arena.Pointer(_memory.Product), _tokens, inner);
        BiasGradient(layer, "down", _memory.Gradient);
        groups.Down.Backward(_arena.Matrix(_memory.Product), dx, _arena.Matrix(_memory.ProductGradient), Gradients, _dropout);
        GateKernels.Gradient(_arena.Pointer(areas.GateUp), _arena.Pointer(_memory.ProductGradient), _tokens, inner);
        BiasGradient(layer, "gate_up", areas.GateUp);
        if (groups.GateUp.NeedsInput) Norm(areas.Middle, layer, "post_attention_layernorm", _memory.Normed);
        groups.GateUp.Backward(_arena.Matrix(_memory.Normed), _arena.Matrix(areas.GateUp), _arena.Matrix(_memory.Delta), Gradients, _dropout);
        NormGradient(layer, "post_attention_layernorm", areas.Middle);
    }

    private void AttentionBackward(int layer)
    {
        using var scope = NewDisposeScope();
        var (areas, groups) = (_memory.Layers[layer], _model.Workspace.Layers[layer]);
        BiasGradient(layer, "o", _memory.Gradient);
        groups.Output.Backward(_arena.Matrix(areas.Attended), _arena.Matrix(_memory.Gradient), _arena.Matrix(_memory.AttendedGradient), Gradients, _dropout);
        var gradients = _arena.Pointer(_memory.HeadsGradient);
        AttentionGradient.Backward(
            _arena.Pointer(areas.Heads), _arena.Pointer(areas.Attended), _arena.Pointer(areas.Normalizers), _arena.Pointer(_memory.AttendedGradient),
            gradients, _batch.Segments, _shape, _config.WindowOf(layer));
        float* dq = null, dk = null;
        if (_config.QueryKeyNorm)
        {
            var prefix = DecoderLayout.Layer(layer) + "self_attn.";
            dq = Gradients.Vector(prefix + "q_norm.weight");
            dk = Gradients.Vector(prefix + "k_norm.weight");
        }
        var both = dq != null && dk != null;
        HeadsKernel.Gradient(
            gradients, Raw(areas), HeadNorm(layer, "q_norm"), HeadNorm(layer, "k_norm"), both ? _arena.Pointer(_memory.Partial) : null, dq, dk,
            _arena.Pointer(_memory.Cosine), _arena.Pointer(_memory.Sine), _tokens, _shape, _epsilon);
        BiasGradient(layer, "qkv", _memory.HeadsGradient);
        if (groups.QueryKeyValue.NeedsInput) Norm(areas.Input, layer, "input_layernorm", _memory.Normed);
        groups.QueryKeyValue.Backward(_arena.Matrix(_memory.Normed), _arena.Matrix(_memory.HeadsGradient), _arena.Matrix(_memory.Delta), Gradients, _dropout);
        NormGradient(layer, "input_layernorm", areas.Input);
    }

    /// <summary>The gradient in Delta goes through a norm and is added to that of the residual stream.</summary>
    private void NormGradient(int layer, string name, Area input)
    {
        var dw = Gradients.Vector($"{DecoderLayout.Layer(layer)}{name}.weight");
        NormKernels.AddGradient(
            _arena.Pointer(_memory.Delta), _arena.Pointer(input), NormWeight(layer, name), _arena.Pointer(_memory.Gradient),
            dw == null ? null : _arena.Pointer(_memory.Partial), dw, _tokens, _config.HiddenSize, _epsilon);
    }

    private void BiasGradient(int layer, string block, Area gradient)
    {
        if (!HasBias(block)) return;
        var parts = Gradients.Matrices($"{DecoderLayout.Layer(layer)}{block}.bias");
        if (parts.Count == 0) return;
        using var scope = NewDisposeScope();
        var sums = zeros(gradient.Columns, ScalarType.Float32);
        NormKernels.AddColumnSums(_arena.Pointer(gradient), _arena.Pointer(_memory.Partial), (float*)TensorMemory.Pointer(sums), _tokens, gradient.Columns);
        foreach (var (row, rows, target, beta) in parts)
        {
            if (beta == 0) target.copy_(sums.narrow(0, row, rows));
            else target.add_(sums.narrow(0, row, rows));
        }
    }

    private void EmbedBackward()
    {
        var table = Gradients.Vector(DecoderLayout.Embedding);
        if (table == null) return;
        var dx = _arena.Pointer(_memory.Gradient);
        var hidden = _config.HiddenSize;
        // Columns are shared out, not rows: a token may stand many times.
        Rows.ForEach(hidden / 8, 8L * _tokens, (first, end) =>
        {
            var (from, count) = (first * 8, (end == hidden / 8 ? hidden : end * 8) - (first * 8));
            for (var row = 0; row < _tokens; row++)
            {
                var id = _batch.Ids[row];
                if (id != _config.PaddingId) VectorMath.Add(table + ((long)id * hidden) + from, dx + ((long)row * hidden) + from, count);
            }
        });
    }
}
