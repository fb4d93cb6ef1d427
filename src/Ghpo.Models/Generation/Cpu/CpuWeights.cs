using Ghpo.Models.Native;
using Ghpo.Models.Transformer;
using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Generation.Cpu;

/// <summary>A linear layer: y = x Wᵀ + b, where it stands in memory.</summary>
internal sealed unsafe class CpuMatrix
{
    private const int PanelsPerPiece = 4;

    /// <summary>(outputs, inputs), contiguous.</summary>
    public required byte* Data { get; init; }

    /// <summary>Rows of W.</summary>
    public required int Outputs { get; init; }

    /// <summary>Columns of W.</summary>
    public required int Inputs { get; init; }

    /// <summary>Whether the weights are bfloat16 rather than float32.</summary>
    public required bool IsBFloat16 { get; init; }

    /// <summary>The same as float32 in the order of <see cref="PanelKernel"/>; null: not there.</summary>
    public float* Panels { get; init; }

    /// <summary>(outputs) float32; null: no bias.</summary>
    public float* Bias { get; init; }

    /// <summary>What an adapter adds; null: nothing.</summary>
    public CpuLowRank? LowRank { get; init; }

    /// <summary>Outputs that a piece of work holds, the last one perhaps less.</summary>
    public int OutputsPerPiece => Panels != null ? PanelsPerPiece * PanelKernel.Width : MatrixProduct.OutputsPerPiece;

    /// <summary>The most outputs that a piece of any matrix holds.</summary>
    public static int MostOutputsPerPiece => Math.Max(PanelsPerPiece * PanelKernel.Width, MatrixProduct.OutputsPerPiece);

    /// <summary>The pieces of work that the outputs make.</summary>
    public int Pieces => (Outputs + OutputsPerPiece - 1) / OutputsPerPiece;

    /// <summary>The outputs of a piece.</summary>
    public (int Start, int Count) Piece(int piece) => (piece * OutputsPerPiece, Math.Min(OutputsPerPiece, Outputs - (piece * OutputsPerPiece)));

    /// <summary>Computes a piece for rows of x into y (output o of row r at y[r · stride + o]), bias included, an adapter not.</summary>
    public void Compute(int piece, float* x, nint xStride, int rows, float* y, nint yStride, float* scratch)
    {
        var (start, count) = Piece(piece);
        if (Panels != null) PanelKernel.Compute(x, xStride, rows, Panels + ((nint)start * Inputs), Inputs, count, y + start, yStride);
        else if (IsBFloat16) MatrixProduct.Compute<BFloat16Format>(x, xStride, rows, Data, Inputs, start, start + count, y, yStride, scratch);
        else MatrixProduct.Compute<Float32Format>(x, xStride, rows, Data, Inputs, start, start + count, y, yStride, scratch);
        if (Bias == null) return;
        for (var row = 0; row < rows; row++) VectorMath.Add(y + row * yStride + start, Bias + start, count);
    }

    /// <summary>
    /// The same with the adapter's part, scale · (x Aᵀ) Bᵀ; <paramref name="ranked"/> holds x Aᵀ of these rows, as wide as the adapter's rank, and <paramref
    /// name="added"/> is space for one piece of all rows.
    /// </summary>
    public void Compute(int piece, float* x, nint xStride, int rows, float* y, nint yStride, float* scratch, float* ranked, float* added)
    {
        Compute(piece, x, xStride, rows, y, yStride, scratch);
        if (LowRank is not { } adapter) return;
        var (start, count) = Piece(piece);
        adapter.Up.Compute(piece, ranked, adapter.Rank, rows, added - start, OutputsPerPiece, scratch);
        for (var row = 0; row < rows; row++)
        {
            var part = added + row * OutputsPerPiece;
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
/// Where the model's weights stand in memory: matrices are read in place, in the trainer's own tensors, those of a small model packed as <see cref="PanelKernel"/> reads
/// them; half-precision vectors are widened into copies. Where the trainer multiplies in bfloat16, float32 matrices are rounded into copies as it rounds them: half the bytes are read.
/// </summary>
internal sealed unsafe class CpuWeights : IDisposable
{
    /// <summary>Up to so many bytes of weights each thread reads all of them: they stay in its caches.</summary>
    private const long SmallModelBytes = 8L << 20;

    private readonly List<Tensor> _converted = [];
    private readonly List<NativeBuffer> _packed = [];
    private readonly CausalLM _model;

    public CpuWeights(CausalLM model)
    {
        _model = model;
        var config = model.Config;
        IsSmall = model.Parameters.Sum(p => p.Value.numel() * p.Value.element_size()) <= SmallModelBytes;
        try
        {
            Embedding = Matrix(model.Parameters[DecoderLayout.Embedding], isTable: true);
            Head = Matrix(Rounded(model.Parameters[DecoderLayout.HeadName(config)]));
            FinalNorm = Vector(DecoderLayout.FinalNorm);
            Layers = [.. Enumerable.Range(0, config.LayerCount).Select(Layer)];
            MaximumRank = Layers.SelectMany(layer => layer.Linear).Max(matrix => matrix.LowRank?.Rank ?? 0);
        }
        catch
        {
            // Out of memory, for one: what was copied so far must not be in the way of the next try.
            Dispose();
            throw;
        }
    }

    public CpuMatrix Embedding { get; }

    public CpuMatrix Head { get; }

    public float* FinalNorm { get; }

    public IReadOnlyList<CpuLayer> Layers { get; }

    /// <summary>The highest rank of an adapter; 0: there is none.</summary>
    public int MaximumRank { get; }

    /// <summary>Whether all weights stay in a thread's caches.</summary>
    public bool IsSmall { get; }

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
        return Matrix(Rounded(_model.Parameters[module + ".weight"]), Vector(module + ".bias"), adapter);
    }

    private CpuMatrix Matrix(Tensor weight, float* bias = null, CpuLowRank? adapter = null, bool isTable = false)
    {
        var isBFloat16 = weight.dtype == ScalarType.BFloat16;
        if (!isBFloat16) weight = Widened(weight);
        var data = (byte*)TensorMemory.Pointer(weight);
        var (outputs, inputs) = (checked((int)weight.shape[0]), checked((int)weight.shape[1]));
        return new()
        {
            Data = data,
            Outputs = outputs,
            Inputs = inputs,
            IsBFloat16 = isBFloat16,
            Panels = IsSmall && !isTable ? Panels(data, outputs, inputs, isBFloat16) : null,
            Bias = bias,
            LowRank = adapter,
        };
    }

    private float* Panels(byte* data, int outputs, int inputs, bool isBFloat16)
    {
        var packed = new NativeBuffer();
        _packed.Add(packed);
        var panels = packed.Require(PanelKernel.PackedFloats(outputs, inputs));
        if (isBFloat16) PanelKernel.Pack<BFloat16Format>(data, outputs, inputs, panels);
        else PanelKernel.Pack<Float32Format>(data, outputs, inputs, panels);
        return panels;
    }

    /// <summary>A vector as float32, or null where the model has none of this name.</summary>
    private float* Vector(string name) => _model.Parameters.Find(name) is { } vector ? (float*)TensorMemory.Pointer(Widened(vector)) : null;

    private Tensor Widened(Tensor tensor) => tensor.dtype == ScalarType.Float32 ? tensor : Converted(tensor, ScalarType.Float32);

    /// <summary>A matrix as the trainer multiplies with it.</summary>
    private Tensor Rounded(Tensor matrix) => _model.ComputeType == ScalarType.BFloat16 && matrix.dtype != ScalarType.BFloat16 ? Converted(matrix, ScalarType.BFloat16) : matrix;

    private Tensor Converted(Tensor tensor, ScalarType type)
    {
        using var noGradient = no_grad();
        var converted = tensor.to(type).DetachFromDisposeScope();
        _converted.Add(converted);
        return converted;
    }

    public void Dispose()
    {
        foreach (var tensor in _converted) tensor.Dispose();
        foreach (var packed in _packed) packed.Dispose();
        _converted.Clear();
        _packed.Clear();
    }
}
