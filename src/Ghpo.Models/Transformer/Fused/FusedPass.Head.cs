using Ghpo.Models.Native;
using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>
/// The head, forward and backward, a chunk of targets at a time, so that the logits of all are never held: those of a chunk become their own gradient in place.
/// </summary>
internal sealed unsafe partial class FusedPass
{
    /// <summary>Targets whose logits are held together.</summary>
    private readonly record struct Chunk(int Start, int Rows);

    private IEnumerable<Chunk> Chunks
    {
        get
        {
            for (var start = 0; start < _batch.TargetCount; start += _memory.ChunkRows)
                yield return new(start, Math.Min(_memory.ChunkRows, _batch.TargetCount - start));
        }
    }

    // In the compute type, for all chunks of a pass; float32 is the parameter itself.
    private Tensor? _headWeight;

    private Tensor HeadWeight => _headWeight ??= _model.Parameters[DecoderLayout.HeadName(_config)].detach().to(_model.ComputeType).DetachFromDisposeScope();

    private void FreeHeadWeight()
    {
        _headWeight?.Dispose();
        _headWeight = null;
    }

    private TokenScores EmptyScores(bool withEntropy) =>
        new(empty(_batch.TargetCount, ScalarType.Float32), withEntropy ? empty(_batch.TargetCount, ScalarType.Float32) : null);

    /// <summary>The normed rows that predict targets, over the temperature.</summary>
    private void FinalNorm()
    {
        float* x = _arena.Pointer(_memory.Last), h = _arena.Pointer(_memory.HeadInput);
        var weight = Numbers(_model.Parameters[DecoderLayout.FinalNorm]);
        var hidden = _config.HiddenSize;
        Rows.ForEach(_batch.TargetCount, hidden, (first, end) =>
        {
            for (var target = first; target < end; target++)
                NormKernels.Norm(x + ((long)_batch.HeadRows[target] * hidden), weight, h + ((long)target * hidden), hidden, _epsilon, 1 / _temperature);
        });
    }

    /// <summary>The logits of a chunk, over the temperature.</summary>
    private void Logits(Chunk chunk)
    {
        using var scope = NewDisposeScope();
        if (_model.ComputeType == ScalarType.Float32 && chunk.Rows <= HeadKernels.FewRows)
        {
            var x = _arena.Pointer(_memory.HeadInput) + ((long)chunk.Start * _config.HiddenSize);
            HeadKernels.Logits(x, Numbers(HeadWeight), _arena.Pointer(_memory.Logits), chunk.Rows, _config.HiddenSize, _config.VocabularySize);
            return;
        }
        Product.Into(_model.ComputeType, _arena.Matrix(_memory.Logits, 0, chunk.Rows), _arena.Matrix(_memory.HeadInput, chunk.Start, chunk.Rows), HeadWeight.t());
    }

    /// <summary>The logits of a chunk, and its part of the scores.</summary>
    private void Score(Chunk chunk, TokenScores scores)
    {
        Logits(chunk);
        HeadKernels.Forward(
            _arena.Pointer(_memory.Logits), _batch.Targets, chunk.Start, Numbers(scores.LogProbs) + chunk.Start, _arena.Pointer(_memory.HeadNormalizers) + chunk.Start,
            scores.Entropies is null ? null : Numbers(scores.Entropies) + chunk.Start, chunk.Rows, _config.VocabularySize);
    }

    /// <summary>The logits of a chunk become their gradient, which goes on to the head's weights and to the rows before it, in their place.</summary>
    private void HeadGradient(Chunk chunk, float* incoming)
    {
        using var scope = NewDisposeScope();
        HeadKernels.Gradient(
            _arena.Pointer(_memory.Logits), _batch.Targets, chunk.Start, _arena.Pointer(_memory.HeadNormalizers) + chunk.Start, incoming + chunk.Start, chunk.Rows,
            _config.VocabularySize);
        var logits = _arena.Matrix(_memory.Logits, 0, chunk.Rows).to(_model.ComputeType);
        var input = _arena.Matrix(_memory.HeadInput, chunk.Start, chunk.Rows);
        foreach (var (_, _, gradient, beta) in Gradients.Matrices(DecoderLayout.HeadName(_config)))
            Product.Into(_model.ComputeType, gradient, logits.t(), input, add: beta != 0);
        Product.Into(_model.ComputeType, input, logits, HeadWeight);
    }

    /// <summary>The gradient of the residual stream after the last layer, from that of the rows before the head.</summary>
    private void FinalNormGradient()
    {
        var hidden = _config.HiddenSize;
        float* dx = _arena.Pointer(_memory.Gradient), x = _arena.Pointer(_memory.Last), dh = _arena.Pointer(_memory.HeadInput);
        var weight = Numbers(_model.Parameters[DecoderLayout.FinalNorm]);
        var dw = Gradients.Vector(DecoderLayout.FinalNorm);
        Rows.ForEach(_tokens, hidden, (first, end) => new Span<float>(dx + ((long)first * hidden), (end - first) * hidden).Clear());
        // In order, on one thread: the last row of a prompt predicts the first token of each of its completions.
        for (var target = 0; target < _batch.TargetCount; target++)
        {
            var row = (long)_batch.HeadRows[target] * hidden;
            NormKernels.Gradient(dh + ((long)target * hidden), x + row, weight, dx + row, dw, hidden, _epsilon, 1 / _temperature, add: true);
        }
    }

    private static float* Numbers(Tensor tensor) => (float*)TensorMemory.Pointer(tensor);
}
