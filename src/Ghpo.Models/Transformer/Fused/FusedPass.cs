using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Ghpo.Models.Transformer.Kernels;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>
/// One pass over a packed batch on the CPU: matrix products by libtorch over all tokens at once, in float32 or bfloat16, everything between them
/// in float32 sweeps of our own, and a backward pass that adds to the gradients in place.
/// </summary>
internal sealed unsafe partial class FusedPass
{
    private readonly CausalLM _model;
    private readonly ModelConfig _config;
    private readonly PackedBatch _batch;
    private Arena _arena;
    private FusedMemory _memory;
    private readonly HeadShape _shape;
    private readonly Keep _keep;
    private readonly float _temperature;
    private readonly float _epsilon;
    private readonly int _tokens;
    private readonly ulong? _dropout;

    public FusedPass(CausalLM model, PackedBatch batch, double temperature, Keep keep)
    {
        (_model, _config, _batch, _keep) = (model, model.Config, batch, keep);
        (_temperature, _epsilon, _tokens) = ((float)temperature, (float)model.Config.NormEpsilon, batch.TokenCount);
        _dropout = model.NextDropout(keep != Keep.Nothing);
        _shape = new(_config.HeadCount, _config.KeyValueHeadCount, _config.HeadSize);
        Rent();
    }

    [MemberNotNull(nameof(_arena), nameof(_memory))]
    private void Rent()
    {
        _arena = _model.Workspace.RentArena();
        _memory = new(_arena, _config, _shape, _tokens, _batch.TargetCount, _keep);
        _arena.Reserve();
    }

    /// <summary>Log-probabilities (targets), and entropies where asked; in the caller's dispose scope, without a gradient.</summary>
    public TokenScores Forward(bool withEntropy)
    {
        using var noGradient = no_grad();
        var scores = EmptyScores(withEntropy);
        Layers();
        foreach (var chunk in Chunks) Score(chunk, scores);
        FreeHeadWeight();
        return scores;
    }

    /// <summary>From the embeddings to the rows that the head reads.</summary>
    private void Layers()
    {
        var table = RotaryTable.Of(_batch, _config);
        Marshal.Copy(table.Cosine, 0, (nint)_arena.Pointer(_memory.Cosine), table.Cosine.Length);
        Marshal.Copy(table.Sine, 0, (nint)_arena.Pointer(_memory.Sine), table.Sine.Length);
        Embed();
        for (var layer = 0; layer < _config.LayerCount; layer++)
            Layer(layer, layer + 1 < _config.LayerCount ? _memory.Layers[layer + 1].Input : _memory.Last);
        FinalNorm();
    }

    private void Embed()
    {
        var table = Numbers(_model.Parameters[DecoderLayout.Embedding]);
        var x = _arena.Pointer(_memory.Layers[0].Input);
        var hidden = _config.HiddenSize;
        Rows.ForEach(_tokens, hidden, (first, end) =>
        {
            for (var row = first; row < end; row++)
                new ReadOnlySpan<float>(table + ((long)_batch.Ids[row] * hidden), hidden).CopyTo(new Span<float>(x + ((long)row * hidden), hidden));
        });
    }

    /// <summary>One layer, from its input area to another.</summary>
    private void Layer(int layer, Area output)
    {
        using var scope = NewDisposeScope();
        var areas = _memory.Layers[layer];
        var groups = _model.Workspace.Layers[layer];
        Norm(areas.Input, layer, "input_layernorm", _memory.Normed);
        groups.QueryKeyValue.Forward(_arena.Matrix(_memory.Normed), _arena.Matrix(areas.Heads), _dropout);
        HeadsKernel.Forward(
            _arena.Pointer(areas.Heads), Bias(layer, "qkv"), Raw(areas), HeadNorm(layer, "q_norm"), HeadNorm(layer, "k_norm"),
            _arena.Pointer(_memory.Cosine), _arena.Pointer(_memory.Sine), _tokens, _shape, _epsilon);
        AttentionKernel.Forward(
            _arena.Pointer(areas.Heads), _arena.Pointer(areas.Attended), _keep == Keep.Nothing ? null : _arena.Pointer(areas.Normalizers),
            _batch.Segments, _shape, _config.WindowOf(layer));
        groups.Output.Forward(_arena.Matrix(areas.Attended), _arena.Matrix(_memory.Delta), _dropout);
        NormKernels.AddNorm(
            _arena.Pointer(areas.Input), _arena.Pointer(_memory.Delta), Bias(layer, "o"), _arena.Pointer(areas.Middle),
            NormWeight(layer, "post_attention_layernorm"), _arena.Pointer(_memory.Normed), _tokens, _config.HiddenSize, _epsilon);
        groups.GateUp.Forward(_arena.Matrix(_memory.Normed), _arena.Matrix(areas.GateUp), _dropout);
        GateKernels.Forward(_arena.Pointer(areas.GateUp), Bias(layer, "gate_up"), _arena.Pointer(_memory.Product), _tokens, _config.IntermediateSize);
        groups.Down.Forward(_arena.Matrix(_memory.Product), _arena.Matrix(_memory.Delta), _dropout);
        NormKernels.AddNorm(
            _arena.Pointer(areas.Middle), _arena.Pointer(_memory.Delta), Bias(layer, "down"), _arena.Pointer(output),
            null, null, _tokens, _config.HiddenSize, _epsilon);
    }

    private void Norm(Area from, int layer, string name, Area to) => NormKernels.AddNorm(
        _arena.Pointer(from), null, null, null, NormWeight(layer, name), _arena.Pointer(to), _tokens, _config.HiddenSize, _epsilon);

    private float* NormWeight(int layer, string name) => Numbers(_model.Parameters[$"{DecoderLayout.Layer(layer)}{name}.weight"]);

    private float* HeadNorm(int layer, string name) => _config.QueryKeyNorm ? NormWeight(layer, "self_attn." + name) : null;

    private float* Raw(LayerAreas areas) => _config.QueryKeyNorm ? _arena.Pointer(areas.Raw) : null;

    /// <summary>The bias of a block, or null.</summary>
    private float* Bias(int layer, string block) => HasBias(block) ? Numbers(_model.Parameters.Block($"{DecoderLayout.Layer(layer)}{block}.bias")) : null;

    private bool HasBias(string block) => block switch
    {
        "qkv" => _config.QueryKeyValueBias,
        "o" => _config.OutputBias,
        _ => _config.MlpBias,
    };
}
