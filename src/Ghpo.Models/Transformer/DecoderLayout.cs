namespace Ghpo.Models.Transformer;

/// <summary>What a parameter is for, which decides how it begins.</summary>
internal enum ParameterRole
{
    /// <summary>A matrix (output, input), or the embedding.</summary>
    Matrix,

    /// <summary>A vector added to a matrix product.</summary>
    Bias,

    /// <summary>The scale of an RMS norm.</summary>
    Norm,
}

/// <summary>One parameter of the decoder: name, shape, role; <paramref name="Block"/> is shared by those that lie together in memory.</summary>
internal sealed record ParameterShape(string Name, long[] Shape, ParameterRole Role, string Block);

/// <summary>The names and shapes of every parameter of a configuration, in the order of the model.</summary>
internal static class DecoderLayout
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";

    /// <summary>The linear layers of a decoder layer, in its order, by the last part of their module's name.</summary>
    public static IReadOnlyList<string> LinearNames { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public static string Layer(int layer) => $"model.layers.{layer}.";

    /// <summary>The module of a linear layer: <c>model.layers.3.self_attn.q_proj</c>.</summary>
    public static string Linear(int layer, string name) => Layer(layer) + (name is "gate_proj" or "up_proj" or "down_proj" ? "mlp." : "self_attn.") + name;

    public static string HeadName(ModelConfig config) => config.TiedHead ? Embedding : Head;

    public static IReadOnlyList<ParameterShape> Parameters(ModelConfig config)
    {
        List<ParameterShape> all = [new(Embedding, [config.VocabularySize, config.HiddenSize], ParameterRole.Matrix, Embedding)];
        for (var layer = 0; layer < config.LayerCount; layer++) AddLayer(all, config, layer);
        all.Add(new(FinalNorm, [config.HiddenSize], ParameterRole.Norm, FinalNorm));
        if (!config.TiedHead) all.Add(new(Head, [config.VocabularySize, config.HiddenSize], ParameterRole.Matrix, Head));
        return all;
    }

    private static void AddLayer(List<ParameterShape> all, ModelConfig config, int layer)
    {
        long hidden = config.HiddenSize, query = config.QuerySize, keyValue = config.KeyValueSize, inner = config.IntermediateSize;
        var prefix = Layer(layer);

        void Norm(string name, long size) => all.Add(new(prefix + name, [size], ParameterRole.Norm, prefix + name));

        void LinearLayer(string name, string block, long output, long input, bool bias)
        {
            var module = Linear(layer, name);
            all.Add(new(module + ".weight", [output, input], ParameterRole.Matrix, prefix + block + ".weight"));
            if (bias) all.Add(new(module + ".bias", [output], ParameterRole.Bias, prefix + block + ".bias"));
        }

        Norm("input_layernorm.weight", hidden);
        LinearLayer("q_proj", "qkv", query, hidden, config.QueryKeyValueBias);
        LinearLayer("k_proj", "qkv", keyValue, hidden, config.QueryKeyValueBias);
        LinearLayer("v_proj", "qkv", keyValue, hidden, config.QueryKeyValueBias);
        LinearLayer("o_proj", "o", hidden, query, config.OutputBias);
        if (config.QueryKeyNorm)
        {
            Norm("self_attn.q_norm.weight", config.HeadSize);
            Norm("self_attn.k_norm.weight", config.HeadSize);
        }
        Norm("post_attention_layernorm.weight", hidden);
        LinearLayer("gate_proj", "gate_up", inner, hidden, config.MlpBias);
        LinearLayer("up_proj", "gate_up", inner, hidden, config.MlpBias);
        LinearLayer("down_proj", "down", hidden, inner, config.MlpBias);
    }
}
