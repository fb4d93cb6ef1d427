using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Tests.Checkpoints;

public class ConfigFileTests
{
    private const string Llama = """
        {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 48, "intermediate_size": 80, "num_attention_heads": 6, "num_hidden_layers": 3,
         "num_key_value_heads": 2, "vocab_size": 97, "max_position_embeddings": 64}
        """;

    /// <summary>Frequencies that transformers 5.23 gives for a sequence of 100 tokens with heads of 8.</summary>
    public static TheoryData<string, double, float[]> Scalings => new()
    {
        { """{"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}""", 1, [0.25f, 0.025f, 0.0025f, 0.00025f] },
        { """{"type": "dynamic", "factor": 2.0}""", 1, [1f, 0.07778222f, 0.006050074f, 0.00047058825f] },
        { """{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16}""", 1.138629436111989, [1f, 0.025f, 0.0025f, 0.00025f] },
        {
            """{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "rope_theta": 1e6, "truncate": false, "beta_fast": 16, "beta_slow": 2, "mscale": 0.7, "mscale_all_dim": 1.3}""",
            0.9295234923939468, [1f, 0.007905695f, 0.00025f, 7.9056936e-06f]
        },
        {
            """{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32, "rope_theta": 500000.0}""",
            1, [1f, 0.004700754f, 0.00017677668f, 6.6478697e-06f]
        },
    };

    [Theory, MemberData(nameof(Scalings))]
    public void Rotary_scalings_give_the_frequencies_of_transformers_in_both_forms(string section, double attention, float[] expected)
    {
        foreach (var key in (string[])["rope_scaling", "rope_parameters"])
        {
            var config = With(Llama, key, section);
            var frequencies = config.Rotary.Frequencies(config.HeadSize, 100);
            Assert.Equal(attention, config.Rotary.AttentionFactor, 1e-9);
            foreach (var (e, f) in expected.Zip(frequencies)) Assert.Equal(1, f / e, 1e-6);
        }
    }

    [Fact]
    public void Rotary_parameters_nested_by_layer_type_are_read_where_they_agree()
    {
        Assert.Equal(5000, With(Llama, "rope_parameters", """{"full_attention": {"rope_theta": 5000.0}, "sliding_attention": {"rope_theta": 5000.0}}""").Rotary.Theta);
        Refused("rope_parameters", """{"full_attention": {"rope_theta": 5000.0}, "sliding_attention": {"rope_theta": 1.0}}""", "rope_parameters");
    }

    [Theory]
    [InlineData("architectures", "[\"GemmaForCausalLM\"]", "GemmaForCausalLM"), InlineData("model_type", "\"gemma\"", "gemma"), InlineData("hidden_act", "\"gelu_new\"", "gelu_new")]
    [InlineData("rope_scaling", "{\"rope_type\": \"longrope\", \"factor\": 2}", "longrope"), InlineData("rope_scaling", "{\"rope_type\": \"linear\"}", "factor")]
    [InlineData("quantization_config", "{\"bits\": 4}", "quantization_config"), InlineData("partial_rotary_factor", "0.5", "partial_rotary_factor")]
    [InlineData("num_key_value_heads", "4", "num_key_value_heads"), InlineData("hidden_size", "50", "hidden_size"), InlineData("head_dim", "7", "head_dim")]
    [InlineData("vocab_size", "null", "vocab_size"), InlineData("attention_dropout", "0.1", "attention_dropout"), InlineData("attention_bias", "\"yes\"", "attention_bias")]
    [InlineData("num_local_experts", "8", "mixture of experts"), InlineData("sliding_window", "4096", "sliding_window"), InlineData("layer_types", "[\"sliding_attention\"]", "layer_types")]
    [InlineData("final_logit_softcapping", "30.0", "final_logit_softcapping"), InlineData("embedding_multiplier", "12.0", "embedding_multiplier"), InlineData("use_qk_norm", "true", "use_qk_norm")]
    [InlineData("no_rope_layers", "[1, 0]", "no_rope_layers"), InlineData("tie_word_embeddings", "\"yes\"", "tie_word_embeddings"), InlineData("mlp_bias", "1", "mlp_bias")]
    public void What_is_not_known_is_refused_by_name(string key, string value, string named) => Refused(key, value, named);

    [Theory]
    [InlineData("Qwen2ForCausalLM", "qwen2", "mlp_bias", "true"), InlineData("Qwen2ForCausalLM", "qwen2", "attention_bias", "false"), InlineData("Qwen3ForCausalLM", "qwen3", "mlp_bias", "true")]
    [InlineData("MistralForCausalLM", "mistral", "attention_bias", "true"), InlineData("MistralForCausalLM", "mistral", "layer_types", "[\"full_attention\"]")]
    [InlineData("Qwen2ForCausalLM", "qwen2", "layer_types", "[\"full_attention\", \"sliding_attention\", \"full_attention\"]"), InlineData("Qwen3ForCausalLM", "qwen3", "num_experts", "128")]
    public void A_family_refuses_the_options_of_others(string architecture, string type, string key, string value) =>
        Refused(key, value, key, Llama.Replace("LlamaForCausalLM", architecture, StringComparison.Ordinal).Replace("\"llama\"", $"\"{type}\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("sliding_window", "null"), InlineData("layer_types", "[\"full_attention\", \"full_attention\", \"full_attention\"]"), InlineData("num_experts", "0"), InlineData("rope_interleaved", "false")]
    [InlineData("logit_scale", "1.0"), InlineData("no_rope_layers", "[]"), InlineData("is_llama_config", "true"), InlineData("pretraining_tp", "1")]
    public void An_option_that_is_off_is_none(string key, string value) => Assert.Equal(3, With(Llama, key, value).LayerCount);

    [Fact]
    public void Biases_windows_and_heads_are_as_each_family_says()
    {
        var llama = With(With(Llama, "attention_bias", "true").SourceJson!, "mlp_bias", "true");
        Assert.True(llama.QueryKeyValueBias && llama.OutputBias && llama.MlpBias && !llama.QueryKeyNorm);
        Assert.Equal(6, With(Llama, "num_key_value_heads", "null").KeyValueHeadCount);

        var mistral = Llama.Replace("Llama", "Mistral", StringComparison.Ordinal).Replace("\"llama\"", "\"mistral\"", StringComparison.Ordinal);
        Assert.Equal(4096, ConfigFile.Parse(mistral).WindowOf(0));
        Assert.Equal(int.MaxValue, With(mistral, "sliding_window", "null").WindowOf(2));

        var qwen2 = Llama.Replace("Llama", "Qwen2", StringComparison.Ordinal).Replace("\"llama\"", "\"qwen2\"", StringComparison.Ordinal);
        Assert.True(ConfigFile.Parse(qwen2).QueryKeyValueBias && !ConfigFile.Parse(qwen2).OutputBias);
        Assert.Equal(int.MaxValue, With(qwen2, "sliding_window", "8").WindowOf(2));
        var windowed = With(With(With(qwen2, "sliding_window", "8").SourceJson!, "use_sliding_window", "true").SourceJson!, "max_window_layers", "1");
        Assert.Equal([int.MaxValue, 8, 8], Enumerable.Range(0, 3).Select(windowed.WindowOf));
        var typed = With(windowed.SourceJson!, "layer_types", """["sliding_attention", "full_attention", "sliding_attention"]""");
        Assert.Equal([8, int.MaxValue, 8], Enumerable.Range(0, 3).Select(typed.WindowOf));

        var qwen3 = ConfigFile.Parse(Llama.Replace("Llama", "Qwen3", StringComparison.Ordinal).Replace("\"llama\"", "\"qwen3\"", StringComparison.Ordinal));
        Assert.True(qwen3.QueryKeyNorm && !qwen3.QueryKeyValueBias);
        Assert.Equal(128, qwen3.HeadSize);
    }

    [Theory, InlineData("Llama", "llama"), InlineData("Qwen2", "qwen2"), InlineData("Qwen3", "qwen3"), InlineData("Mistral", "mistral")]
    public void A_written_configuration_reads_back_the_same(string family, string type)
    {
        var json = JsonNode.Parse(Llama.Replace("Llama", family, StringComparison.Ordinal).Replace("\"llama\"", $"\"{type}\"", StringComparison.Ordinal))!.AsObject();
        json["rope_scaling"] = JsonNode.Parse("""{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 20, "truncate": false}""");
        if (type != "llama") (json["use_sliding_window"], json["sliding_window"], json["max_window_layers"]) = (true, 9, 1);
        (json["eos_token_id"], json["pad_token_id"], json["bos_token_id"]) = (new JsonArray(3, 4), 5, 6);
        if (type == "llama") (json["attention_bias"], json["mlp_bias"]) = (true, true);
        var config = ConfigFile.Parse(json.ToJsonString());
        var again = ConfigFile.Parse(ConfigFile.Write(config with { SourceJson = null }, "float32"));
        Assert.Equal(config.EndIds, again.EndIds);
        Assert.Equal(Enumerable.Range(0, 3).Select(config.WindowOf), Enumerable.Range(0, 3).Select(again.WindowOf));
        Assert.Equal(config with { SourceJson = null }, again with { SourceJson = null, EndIds = config.EndIds, SlidingLayers = config.SlidingLayers });
    }

    private static ModelConfig With(string json, string key, string value)
    {
        var root = JsonNode.Parse(json)!.AsObject();
        root[key] = JsonNode.Parse(value);
        return ConfigFile.Parse(root.ToJsonString());
    }

    private static void Refused(string key, string value, string named, string json = Llama)
    {
        var error = Assert.Throws<CheckpointException>(() => With(json, key, value));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", error.Message, StringComparison.Ordinal);
    }
}
