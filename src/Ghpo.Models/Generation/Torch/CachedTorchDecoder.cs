using Ghpo.Models.Generation.Scheduling;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Generation.Torch;

/// <summary>
/// The decoder over a key/value cache in torch operations, on any device and in the model's compute type: the plain path that the one on the CPU is
/// tested against. Matrix products of other heights may round differently, so a row's last bits depend on its company.
/// </summary>
internal sealed class CachedTorchDecoder(CausalLM model) : IDecoder
{
    private readonly ModelConfig _config = model.Config;
    private readonly TorchCache _cache = new(model.Config, model.ComputeType, model.Device);
    private readonly Sampler _sampler = new(model.Config.VocabularySize);

    public bool IsBatchInvariant => false;

    public long BlockBytes => _cache.BlockBytes;

    /// <summary>Nothing to do: the weights are read where they are.</summary>
    public void Refresh() { }

    public void PrepareBlock(int id) => _cache.Prepare(id);

    public void CopyBlock(int from, int to, int tokens) => _cache.Copy(from, to, tokens);

    public unsafe void Step(ReadOnlySpan<StepRow> rows)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var plan = TorchStep.Plan(rows, _config, model.Device);
        var x = Parameter(DecoderLayout.Embedding).index_select(0, plan.Ids);
        for (var layer = 0; layer < _config.LayerCount; layer++) x = Layer(x, layer, plan);
        foreach (var part in plan.Parts) part.Free();
        var wanted = plan.Wanted;
        if (wanted.Length == 0) return;
        var last = Norm(x.index_select(0, tensor(wanted, dtype: ScalarType.Int64, device: model.Device)), Parameter(DecoderLayout.FinalNorm));
        var logits = last.mm(Parameter(DecoderLayout.HeadName(_config)).t()).to(ScalarType.Float32).cpu().contiguous();
        var values = (float*)Native.TensorMemory.Pointer(logits);
        for (var i = 0; i < wanted.Length; i++) rows[(int)wanted[i]].Target!.Take(values + (nint)i * _config.VocabularySize, _sampler);
    }

    private Tensor Layer(Tensor x, int layer, TorchStep plan)
    {
        using var scope = NewDisposeScope();
        var prefix = DecoderLayout.Layer(layer);
        x = x + Linear(Attend(Norm(x, Parameter(prefix + "input_layernorm.weight")), layer, plan), layer, "o_proj");
        var normed = Norm(x, Parameter(prefix + "post_attention_layernorm.weight"));
        var inner = nn.functional.silu(Linear(normed, layer, "gate_proj")) * Linear(normed, layer, "up_proj");
        return (x + Linear(inner, layer, "down_proj")).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, int layer, TorchStep plan)
    {
        var prefix = DecoderLayout.Layer(layer) + "self_attn.";
        var q = Linear(x, layer, "q_proj").view(x.shape[0], _config.HeadCount, _config.HeadSize);
        var k = Linear(x, layer, "k_proj").view(x.shape[0], _config.KeyValueHeadCount, _config.HeadSize);
        var v = Linear(x, layer, "v_proj").view(x.shape[0], _config.KeyValueHeadCount, _config.HeadSize);
        if (_config.QueryKeyNorm)
        {
            q = Norm(q, Parameter(prefix + "q_norm.weight"));
            k = Norm(k, Parameter(prefix + "k_norm.weight"));
        }

        var (keys, values) = _cache.Layer(layer);
        keys.index_copy_(0, plan.Slots, Rotate(k, plan));
        values.index_copy_(0, plan.Slots, v);
        q = Rotate(q, plan);
        List<Tensor> outputs = [];
        foreach (var part in plan.Parts)
        {
            // (sequences, heads, queries, size) against (sequences, heads, tokens, size).
            var (sequences, queries, tokens) = (part.Tokens.shape[0], part.Count / part.Tokens.shape[0], part.Tokens.shape[1]);
            Tensor Seen(Tensor all) => all.index_select(0, part.Tokens.flatten()).view(sequences, tokens, _config.KeyValueHeadCount, _config.HeadSize)
                .repeat_interleave(_config.HeadCount / _config.KeyValueHeadCount, 2).transpose(1, 2);
            var asked = q.narrow(0, part.First, part.Count).view(sequences, queries, _config.HeadCount, _config.HeadSize).transpose(1, 2);
            var output = nn.functional.scaled_dot_product_attention(asked, Seen(keys), Seen(values), part.Mask(_config.WindowOf(layer)).to(q.dtype));
            outputs.Add(output.transpose(1, 2).reshape(part.Count, _config.QuerySize));
        }

        return cat(outputs, 0);
    }

    private Tensor Rotate(Tensor x, TorchStep plan)
    {
        var half = _config.HeadSize / 2;
        Tensor first = x.narrow(2, 0, half), second = x.narrow(2, half, half);
        return (x * plan.Cosine.to(x.dtype)) + (cat([-second, first], 2) * plan.Sine.to(x.dtype));
    }

    private Tensor Norm(Tensor x, Tensor weight)
    {
        var wide = x.to(ScalarType.Float32);
        return weight * (wide * rsqrt(wide.square().mean([-1], true) + _config.NormEpsilon)).to(model.ComputeType);
    }

    private Tensor Linear(Tensor x, int layer, string name)
    {
        var module = DecoderLayout.Linear(layer, name);
        var y = nn.functional.linear(x, Parameter(module + ".weight"), model.Parameters.Contains(module + ".bias") ? Parameter(module + ".bias") : null);
        if (!model.LowRanks.TryGetValue(module, out var adapter)) return y;
        return y + (x.matmul(adapter.A.to(model.ComputeType).t()).matmul(adapter.B.to(model.ComputeType).t()) * adapter.Scale);
    }

    private Tensor Parameter(string name) => model.Parameters[name].to(model.ComputeType);

    public void Dispose() => _cache.Dispose();
}

/// <summary>Keys and values of every layer as (slots, heads, head size): token t of block b is in slot b · block size + t.</summary>
internal sealed class TorchCache(ModelConfig config, ScalarType type, Device device) : IDisposable
{
    private readonly List<(Tensor Keys, Tensor Values)> _layers = [];
    private int _blocks;

    public long BlockBytes => 2L * BlockPool.BlockTokens * config.LayerCount * config.KeyValueSize * (type == ScalarType.Float32 ? 4 : 2);

    public (Tensor Keys, Tensor Values) Layer(int layer) => _layers[layer];

    /// <summary>Doubles the cache until it holds the block.</summary>
    public void Prepare(int id)
    {
        if (id < _blocks) return;
        using var noGradient = no_grad();
        var old = _blocks;
        while (_blocks <= id) _blocks = Math.Max(64, 2 * _blocks);
        for (var layer = 0; layer < config.LayerCount; layer++)
        {
            if (old == 0) _layers.Add((Grown(null, 0), Grown(null, 0)));
            else _layers[layer] = (Grown(_layers[layer].Keys, old), Grown(_layers[layer].Values, old));
        }
    }

    public void Copy(int from, int to, int tokens)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (keys, values) in _layers)
        {
            foreach (var all in new[] { keys, values })
                all.narrow(0, (long)to * BlockPool.BlockTokens, tokens).copy_(all.narrow(0, (long)from * BlockPool.BlockTokens, tokens));
        }
    }

    private Tensor Grown(Tensor? old, int oldBlocks)
    {
        using var scope = NewDisposeScope();
        var grown = zeros([(long)_blocks * BlockPool.BlockTokens, config.KeyValueHeadCount, config.HeadSize], type, device).DetachFromDisposeScope();
        if (old is not null) grown.narrow(0, 0, (long)oldBlocks * BlockPool.BlockTokens).copy_(old);
        old?.Dispose();
        return grown;
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}
