using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>The backward half of a pass, layer by layer from the head down; gradients of parameters are added to in place.</summary>
internal sealed unsafe partial class FusedPass
{
    private bool _done;

    private GradientBlocks Gradients => _model.Workspace.Gradients;

    /// <summary>
    /// Both halves: scores, and the gradients of what <paramref name="gradientOf"/> makes of them. Where it is tokenwise (or all targets are one chunk), their
    /// logits are computed once, not once more backward.
    /// </summary>
    /// <returns>In the caller's dispose scope.</returns>
    public TokenScores Learn(bool withEntropy, bool tokenwise, TargetGradient gradientOf)
    {
        using var noGradient = no_grad();
        try
        {
            var scores = EmptyScores(withEntropy);
            using var gradient = zeros(_batch.TargetCount, ScalarType.Float32);
            float* logProbs = Numbers(scores.LogProbs), incoming = Numbers(gradient);
            var atOnce = tokenwise || _batch.TargetCount <= _memory.ChunkRows;
            Layers();
            if (!atOnce)
            {
                foreach (var chunk in Chunks) Score(chunk, scores);
                gradientOf(0, new(logProbs, _batch.TargetCount), new(incoming, _batch.TargetCount));
            }
            foreach (var chunk in Chunks)
            {
                if (atOnce)
                {
                    Score(chunk, scores);
                    gradientOf(chunk.Start, new(logProbs + chunk.Start, chunk.Rows), new(incoming + chunk.Start, chunk.Rows));
                }
                else
                {
                    Logits(chunk);
                }
                HeadGradient(chunk, incoming);
            }
            LayersBackward();
            return scores;
        }
        finally
        {
            Finish();
        }
    }

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
        var incoming = Numbers(gradient.contiguous());
        foreach (var chunk in Chunks)
        {
            Logits(chunk);
            HeadGradient(chunk, incoming);
        }
        LayersBackward();
        Finish();
    }

    /// <summary>Gives back the memory of a pass.</summary>
    public void Finish()
    {
        _done = true;
        FreeHeadWeight();
        _model.Workspace.Return(_arena);
    }

    private void LayersBackward()
    {
        FreeHeadWeight();
        FinalNormGradient();
        for (var layer = _config.LayerCount - 1; layer >= 0; layer--)
        {
            if (_keep == Keep.Inputs) Layer(layer, _memory.Delta);
            MlpBackward(layer);
            AttentionBackward(layer);
        }
        EmbedBackward();
    }

    private void MlpBackward(int layer)
    {
        using var scope = NewDisposeScope();
        var (areas, groups) = (_memory.Layers[layer], _model.Workspace.Layers[layer]);
        Tensor dx = _arena.Matrix(_memory.Gradient), product = _arena.Matrix(_memory.Product), gateUp = _arena.Matrix(areas.GateUp);
        BiasGradient(layer, "down", _memory.Gradient);
        groups.Down.InputGradient(dx, product, _dropout);
        GateKernels.Gradient(_arena.Pointer(areas.GateUp), _arena.Pointer(_memory.Product), _tokens, _config.IntermediateSize);
        groups.Down.WeightGradients(product, dx, Gradients, _dropout);
        BiasGradient(layer, "gate_up", areas.GateUp);
        groups.GateUp.InputGradient(gateUp, _arena.Matrix(_memory.Delta), _dropout);
        if (groups.GateUp.NeedsInput) Norm(areas.Middle, layer, "post_attention_layernorm", _memory.Normed);
        groups.GateUp.WeightGradients(_arena.Matrix(_memory.Normed), gateUp, Gradients, _dropout);
        NormGradient(layer, "post_attention_layernorm", areas.Middle);
    }

    private void AttentionBackward(int layer)
    {
        using var scope = NewDisposeScope();
        var (areas, groups) = (_memory.Layers[layer], _model.Workspace.Layers[layer]);
        BiasGradient(layer, "o", _memory.Gradient);
        Tensor dx = _arena.Matrix(_memory.Gradient), heads = _arena.Matrix(_memory.HeadsGradient);
        groups.Output.InputGradient(dx, _arena.Matrix(_memory.AttendedGradient), _dropout);
        groups.Output.WeightGradients(_arena.Matrix(areas.Attended), dx, Gradients, _dropout);
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
        groups.QueryKeyValue.InputGradient(heads, _arena.Matrix(_memory.Delta), _dropout);
        if (groups.QueryKeyValue.NeedsInput) Norm(areas.Input, layer, "input_layernorm", _memory.Normed);
        groups.QueryKeyValue.WeightGradients(_arena.Matrix(_memory.Normed), heads, Gradients, _dropout);
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
        NormKernels.AddColumnSums(_arena.Pointer(gradient), _arena.Pointer(_memory.Partial), Numbers(sums), _tokens, gradient.Columns);
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
