using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
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

    /// <summary>The pieces of work that the outputs make.</summary>
    public int Pieces => (Outputs + MatrixProduct.OutputsPerPiece - 1) / MatrixProduct.OutputsPerPiece;

    /// <summary>Computes a piece for rows of x into y (output o of row r at y[r · stride + o]), bias included.</summary>
    public void Compute(int piece, float* x, nint xStride, int rows, float* y, nint yStride, float* scratch)
    {
        var start = piece * MatrixProduct.OutputsPerPiece;
        var end = Math.Min(Outputs, start + MatrixProduct.OutputsPerPiece);
        if (IsBFloat16) MatrixProduct.Compute<BFloat16Format>(x, xStride, rows, Data, Inputs, start, end, y, yStride, scratch);
        else MatrixProduct.Compute<Float32Format>(x, xStride, rows, Data, Inputs, start, end, y, yStride, scratch);
        if (Bias == null) return;
        for (var row = 0; row < rows; row++) VectorMath.Add(y + row * yStride + start, Bias + start, end - start);
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
        Embedding = Matrix(DecoderLayout.Embedding, null);
        Head = Matrix(DecoderLayout.HeadName(config), null);
        FinalNorm = Vector(DecoderLayout.FinalNorm);
        Layers = [.. Enumerable.Range(0, config.LayerCount).Select(Layer)];
        MatrixBytes = model.Parameters.Sum(p => p.Value.numel() * p.Value.element_size());
    }

    public CpuMatrix Embedding { get; }

    public CpuMatrix Head { get; }

    public float* FinalNorm { get; }

    public IReadOnlyList<CpuLayer> Layers { get; }

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
        return Matrix(module + ".weight", module + ".bias");
    }

    private CpuMatrix Matrix(string name, string? bias)
    {
        var weight = _model.Parameters[name];
        var isBFloat16 = weight.dtype == ScalarType.BFloat16;
        if (!isBFloat16) weight = Widened(weight);
        return new()
        {
            Data = (byte*)TensorMemory.Pointer(weight),
            Outputs = checked((int)weight.shape[0]),
            Inputs = checked((int)weight.shape[1]),
            IsBFloat16 = isBFloat16,
            Bias = bias is null ? null : Vector(bias),
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
