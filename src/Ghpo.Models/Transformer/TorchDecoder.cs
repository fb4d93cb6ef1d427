using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>
/// The decoder in torch operations with torch's own gradients: runs on any device and in any precision, and is what
/// the faster pass on the CPU is tested against.
/// </summary>
internal sealed class TorchDecoder(CausalLM model)
{
    private readonly ModelConfig _config = model.Config;
    private readonly ScalarType _type = model.ComputeType;
    private readonly ulong? _dropout = model.NextDropout(is_grad_enabled());

    /// <summary>The final norm's output at given rows.</summary>
    /// <param name="plan">The batch's indices and masks.</param>
    /// <param name="rows">Which rows, (rows) int64; null: all.</param>
    /// <returns>(rows, hidden) in the compute type; in the caller's dispose scope.</returns>
    public Tensor Hidden(AttentionPlan plan, Tensor? rows)
    {
        using var scope = NewDisposeScope();
        var x = Embed(plan);
        var checkpoints = model.GradientCheckpointing && is_grad_enabled() && model.Parameters.Trainable.Any();
        for (var i = 0; i < _config.LayerCount; i++)
        {
            var layer = i;
            x = checkpoints ? CheckpointedLayer.Run(input => Layer(input, layer, plan), x) : Layer(x, layer, plan);
        }
        if (rows is not null) x = x.index_select(0, rows);
        return Norm(x, Parameter(DecoderLayout.FinalNorm)).MoveToOuterDisposeScope();
    }

    private Tensor Embed(AttentionPlan plan)
    {
        var x = Parameter(DecoderLayout.Embedding).index_select(0, plan.Ids);
        if (_config.PaddingId is { } padding && x.requires_grad)
        {
            var isPadding = plan.Ids.eq(padding).unsqueeze(1);
            x = where(isPadding, x.detach(), x);
        }
        return x;
    }

    private Tensor Layer(Tensor x, int layer, AttentionPlan plan)
    {
        using var scope = NewDisposeScope();
        var prefix = DecoderLayout.Layer(layer);
        var normed = Norm(x, Parameter(prefix + "input_layernorm.weight"));
        x = x + Linear(Attend(normed, layer, plan), layer, "o_proj");
        normed = Norm(x, Parameter(prefix + "post_attention_layernorm.weight"));
        var inner = nn.functional.silu(Linear(normed, layer, "gate_proj")) * Linear(normed, layer, "up_proj");
        return (x + Linear(inner, layer, "down_proj")).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor x, int layer, AttentionPlan plan)
    {
        var prefix = DecoderLayout.Layer(layer) + "self_attn.";
        long tokens = x.shape[0], heads = _config.HeadCount, keyHeads = _config.KeyValueHeadCount, size = _config.HeadSize;
        var q = Linear(x, layer, "q_proj").view(tokens, heads, size);
        var k = Linear(x, layer, "k_proj").view(tokens, keyHeads, size);
        var v = Linear(x, layer, "v_proj").view(tokens, keyHeads, size);
        if (_config.QueryKeyNorm)
        {
            q = Norm(q, Parameter(prefix + "q_norm.weight"));
            k = Norm(k, Parameter(prefix + "k_norm.weight"));
        }
        q = Rotate(q, plan);
        k = Rotate(k, plan);
        if (heads != keyHeads)
        {
            k = k.repeat_interleave(heads / keyHeads, 1);
            v = v.repeat_interleave(heads / keyHeads, 1);
        }
        var (trunks, longestTrunk, branches, longestBranch) = plan.Sizes;
        var (trunkMask, branchMask) = plan.Masks[_config.WindowOf(layer)];
        Tensor Padded(Tensor rows, Tensor index, long count) => rows.index_select(0, index).view(count, -1, heads, size).transpose(1, 2);
        var output = Attention(Padded(q, plan.TrunkRows, trunks), Padded(k, plan.TrunkRows, trunks), Padded(v, plan.TrunkRows, trunks), trunkMask);
        if (branches > 0)
        {
            var more = Attention(Padded(q, plan.BranchRows!, branches), Padded(k, plan.BranchKeyRows!, branches), Padded(v, plan.BranchKeyRows!, branches), branchMask!);
            output = cat([output, more], 0);
        }
        return output.index_select(0, plan.OutputRows);
    }

    /// <summary>(batch, heads, queries, size) → (batch · queries, heads · size).</summary>
    private static Tensor Attention(Tensor q, Tensor k, Tensor v, Tensor mask)
    {
        var output = nn.functional.scaled_dot_product_attention(q, k, v, mask.to(q.dtype));
        return output.transpose(1, 2).reshape(-1, q.shape[1] * q.shape[3]);
    }

    private Tensor Rotate(Tensor x, AttentionPlan plan)
    {
        var half = _config.HeadSize / 2;
        Tensor first = x.narrow(2, 0, half), second = x.narrow(2, half, half);
        return (x * plan.Rotary.Cosine.to(x.dtype)) + (cat([-second, first], 2) * plan.Rotary.Sine.to(x.dtype));
    }

    private Tensor Norm(Tensor x, Tensor weight)
    {
        var wide = x.to(ScalarType.Float32);
        var normed = wide * rsqrt(wide.square().mean([-1], true) + _config.NormEpsilon);
        return weight * normed.to(_type);
    }

    private Tensor Linear(Tensor x, int layer, string name)
    {
        var module = DecoderLayout.Linear(layer, name);
        var bias = model.Parameters.Contains(module + ".bias") ? Parameter(module + ".bias") : null;
        var y = nn.functional.linear(x, Parameter(module + ".weight"), bias);
        if (!model.LowRanks.TryGetValue(module, out var adapter)) return y;
        return y + (adapter.Kept(x, _dropout).matmul(adapter.A.to(_type).t()).matmul(adapter.B.to(_type).t()) * adapter.Scale);
    }

    private Tensor Parameter(string name) => model.Parameters[name].to(_type);
}
