using System.Text.Json;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>
/// Options of other architectures that change what a model computes. A config.json that names a family and sets one of these was meant for something else:
/// it is refused by the option's name rather than loaded without it. A value that switches the option off is fine.
/// </summary>
internal static class ForeignOptions
{
    private const string Experts = "mixture of experts";

    /// <summary>The option, and what it would do.</summary>
    private static readonly (string Key, string Means)[] All =
    [
        ("num_experts", Experts), ("num_local_experts", Experts), ("n_routed_experts", Experts), ("n_shared_experts", Experts),
        ("sliding_window", "attention to a window of tokens"), ("layer_types", "layers of several kinds"), ("attention_chunk_size", "attention in chunks"), ("no_rope_layers", "layers without rotary positions"),
        ("attention_bias", "biases in the attention"), ("mlp_bias", "biases in the MLP"), ("use_bias", "biases"), ("qkv_bias", "biases on q, k and v"), ("bias", "biases"),
        ("attn_logit_softcapping", "capped attention logits"), ("final_logit_softcapping", "capped logits"), ("query_pre_attn_scalar", "another attention scale"), ("attention_multiplier", "another attention scale"),
        ("logit_scale", "scaled logits"), ("logits_scaling", "scaled logits"), ("embedding_multiplier", "scaled embeddings"), ("scale_emb", "scaled embeddings"), ("residual_multiplier", "scaled residuals"), ("scale_depth", "scaled residuals"),
        ("use_qk_norm", "norms over q and k"), ("qk_layernorm", "norms over q and k"), ("clip_qkv", "clipped q, k and v"), ("rope_interleave", "interleaved rotary positions"), ("rope_interleaved", "interleaved rotary positions"),
        ("alibi", "ALiBi positions"), ("parallel_attn", "attention beside the MLP"), ("is_encoder_decoder", "an encoder"), ("add_cross_attention", "cross-attention"),
    ];

    /// <summary>Multipliers that do nothing at 1.</summary>
    private static readonly string[] Factors = ["logit_scale", "logits_scaling", "embedding_multiplier", "scale_emb", "residual_multiplier"];

    /// <exception cref="CheckpointException">An option is on that the family does not have.</exception>
    public static void Refuse(ConfigReader json, string architecture, IReadOnlyList<string> own)
    {
        foreach (var (key, means) in All)
        {
            if (!own.Contains(key) && json.Find(key) is { } value && !IsOff(key, value))
                throw json.Bad($"{key} ({means}) is not supported for {architecture}: {value.GetRawText()[..Math.Min(60, value.GetRawText().Length)]}");
        }
    }

    private static bool IsOff(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.TryGetDouble(out var number) && (number == 0 || (number == 1 && Factors.Contains(key))),
        JsonValueKind.Array => key == "layer_types" ? value.EnumerateArray().All(type => type.ValueKind == JsonValueKind.String && type.GetString() == "full_attention") : value.GetArrayLength() == 0,
        _ => false,
    };
}
