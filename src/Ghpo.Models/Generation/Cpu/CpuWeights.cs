using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>A linear layer: y = x Wᵀ + b, where it stands in memory.</summary>
internal sealed unsafe class CpuMatrix
{
    /// <summary>(outputs, inputs), contiguous.</summary>
    public required byte* Data { get; init; }

    /// <summary>Rows of W.</summary>
    public required int Outputs { get; init; }

    /// <summary>Columns of W.</summary>
    public required int Inputs { get; init; }

    /// <summary>Whether the weights are bfloat16 rather than float32.</summary>
    public required bool IsBFloat16 { get; init; }

    /// <summary>(outputs) float32; null: no bias.</summary>
    public float* Bias { get; init; }

    /// <summary>What an adapter adds; null: nothing.</summary>
    public CpuLowRank? LowRank { get; init; }

    /// <summary>The pieces of work that the outputs make.</summary>
    public int Pieces => (Outputs + MatrixProduct.OutputsPerPiece - 1) / MatrixProduct.OutputsPerPiece;

    /// <summary>Computes a piece for rows of x into y (output o of row r at y[r · stride + o]), bias included, an adapter not.</summary>
    public void Compute(int piece, float* x, nint xStride, int rows, float* y, nint yStride, float* scratch)
    {
        var start = piece * MatrixProduct.OutputsPerPiece;
        var end = Math.Min(Outputs, start + MatrixProduct.OutputsPerPiece);
        if (IsBFloat16) MatrixProduct.Compute<BFloat16Format>(x, xStride, rows, Data, Inputs, start, end, y, yStride, scratch);
        else MatrixProduct.Compute<Float32Format>(x, xStride, rows, Data, Inputs, start, end, y, yStride, scratch);
        if (Bias == null) return;
        for (var row = 0; row < rows; row++) VectorMath.Add(y + row * yStride + start, Bias + start, end - start);
    }

    /// <summary>
    /// The same with the adapter's part, scale · (x Aᵀ) Bᵀ; <paramref name="ranked"/> holds x Aᵀ of these rows, as wide as the adapter's rank, and <paramref
    /// name="added"/> is space for one piece of all rows.
    /// </summary>
    public void Compute(int piece, float* x, nint xStride, int rows, float* y, nint yStride, float* scratch, float* ranked, float* added)
    {
        Compute(piece, x, xStride, rows, y, yStride, scratch);
        if (LowRank is not { } adapter) return;
        var start = piece * MatrixProduct.OutputsPerPiece;
        var count = Math.Min(Outputs, start + MatrixProduct.OutputsPerPiece) - start;
        adapter.Up.Compute(piece, ranked, adapter.Rank, rows, added - start, MatrixProduct.OutputsPerPiece, scratch);
        for (var row = 0; row < rows; row++)
        {
            var part = added + row * MatrixProduct.OutputsPerPiece;
            VectorMath.Scale(part, adapter.Scale, part, count);
            VectorMath.Add(y + row * yStride + start, part, count);
        }
    }

    /// <summary>Writes one row of W as float32: the embedding of a token.</summary>
    public void CopyRow(int row, float* target)
    {
        var source = Data + (nint)row * Inputs * (IsBFloat16 ? 2 : 4);
        if (!IsBFloat16)
        {
            new ReadOnlySpan<float>(source, Inputs).CopyTo(new Span<float>(target, Inputs));
            return;
        }

        for (var i = 0; i < Inputs; i++) target[i] = BFloat16Format.LoadOne(source, i);
    }
}

/// <summary>An adapter's addition to a linear layer: scale · (x Aᵀ) Bᵀ.</summary>
/// <param name="Down">A: (rank, inputs).</param>
/// <param name="Up">B: (outputs, rank).</param>
/// <param name="Scale">alpha / rank, or alpha / √rank.</param>
internal sealed record CpuLowRank(CpuMatrix Down, CpuMatrix Up, float Scale)
{
    /// <summary>Rows of A.</summary>
    public int Rank => Down.Outputs;
}

/// <summary>The weights of one decoder layer.</summary>
internal sealed unsafe class CpuLayer
{
    public required CpuMatrix Query { get; init; }

    public required CpuMatrix Key { get; init; }

    public required CpuMatrix Value { get; init; }

    public required CpuMatrix Output { get; init; }

    public required CpuMatrix Gate { get; init; }

    public required CpuMatrix Up { get; init; }

    public required CpuMatrix Down { get; init; }

    /// <summary>All of these.</summary>
    public IEnumerable<CpuMatrix> Linear => [Query, Key, Value, Output, Gate, Up, Down];

    public required float* InputNorm { get; init; }

    public required float* MlpNorm { get; init; }

    /// <summary>(head size); null: no norm on heads.</summary>
    public required float* QueryNorm { get; init; }

    /// <inheritdoc cref="QueryNorm"/>
    public required float* KeyNorm { get; init; }

    /// <summary>How far back a token sees, itself included.</summary>
    public required int Window { get; init; }
}

/// <summary>
/// Where the model's weights stand in memory: matrices are read in place, in the trainer's own tensors; half-precision vectors are widened into copies.
/// </summary>
internal sealed unsafe class CpuWeights : IDisposable
{
    private readonly List<Tensor> _widened = [];
    private readonly CausalLM _model;

    public CpuWeights(CausalLM model)
    {
        _model = model;
        var config = model.Config;
        Embedding = Matrix(model.Parameters[DecoderLayout.Embedding]);
        Head = Matrix(model.Parameters[DecoderLayout.HeadName(config)]);
        FinalNorm = Vector(DecoderLayout.FinalNorm);
        Layers = [.. Enumerable.Range(0, config.LayerCount).Select(Layer)];
        MaximumRank = Layers.SelectMany(layer => layer.Linear).Max(matrix => matrix.LowRank?.Rank ?? 0);
        MatrixBytes = model.Parameters.Sum(p => p.Value.numel() * p.Value.element_size());
    }

    public CpuMatrix Embedding { get; }

    public CpuMatrix Head { get; }

    public float* FinalNorm { get; }

    public IReadOnlyList<CpuLayer> Layers { get; }

    /// <summary>The highest rank of an adapter; 0: there is none.</summary>
    public int MaximumRank { get; }

    /// <summary>Bytes that a step reads, about.</summary>
    public long MatrixBytes { get; }

    private CpuLayer Layer(int layer)
    {
        var prefix = DecoderLayout.Layer(layer);
        return new()
        {
            Query = Linear(layer, "q_proj"),
            Key = Linear(layer, "k_proj"),
            Value = Linear(layer, "v_proj"),
            Output = Linear(layer, "o_proj"),
            Gate = Linear(layer, "gate_proj"),
            Up = Linear(layer, "up_proj"),
            Down = Linear(layer, "down_proj"),
            InputNorm = Vector(prefix + "input_layernorm.weight"),
            MlpNorm = Vector(prefix + "post_attention_layernorm.weight"),
            QueryNorm = Vector(prefix + "self_attn.q_norm.weight"),
            KeyNorm = Vector(prefix + "self_attn.k_norm.weight"),
            Window = _model.Config.WindowOf(layer),
        };
    }

    private CpuMatrix Linear(int layer, string name)
    {
        var module = DecoderLayout.Linear(layer, name);
        CpuLowRank? adapter = null;
        if (_model.LowRanks.TryGetValue(module, out var found)) adapter = new(Matrix(found.A), Matrix(found.B), found.Scale);
        return Matrix(_model.Parameters[module + ".weight"], Vector(module + ".bias"), adapter);
    }

    private CpuMatrix Matrix(Tensor weight, float* bias = null, CpuLowRank? adapter = null)
    {
        var isBFloat16 = weight.dtype == ScalarType.BFloat16;
        if (!isBFloat16) weight = Widened(weight);
        return new()
        {
            Data = (byte*)TensorMemory.Pointer(weight),
            Outputs = checked((int)weight.shape[0]),
            Inputs = checked((int)weight.shape[1]),
            IsBFloat16 = isBFloat16,
            Bias = bias,
            LowRank = adapter,
        };
    }

    /// <summary>A vector as float32, or null where the model has none of this name.</summary>
    private float* Vector(string name) => _model.Parameters.Find(name) is { } vector ? (float*)TensorMemory.Pointer(Widened(vector)) : null;

    private Tensor Widened(Tensor tensor)
    {
        if (tensor.dtype == ScalarType.Float32) return tensor;
        using var noGradient = no_grad();
        var wide = tensor.to(ScalarType.Float32).DetachFromDisposeScope();
        _widened.Add(wide);
        return wide;
    }

    public void Dispose()
    {
        foreach (var tensor in _widened) tensor.Dispose();
        _widened.Clear();
    }
}
