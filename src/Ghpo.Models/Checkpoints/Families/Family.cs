using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>
/// A model family: which architecture names it answers to, and how its config.json says what <see cref="ModelConfig"/> holds.
/// A new family is one file with one of these, and a line in <see cref="FamilyList"/>.
/// </summary>
internal abstract class Family
{
    /// <summary>The architecture's name, such as <c>Qwen2ForCausalLM</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>The value of <c>model_type</c>.</summary>
    public abstract string ModelType { get; }

    /// <summary>What transformers takes where config.json says nothing.</summary>
    protected virtual int DefaultContextLength => 32768;

    /// <summary>Keys of other families that this one has, too: they are not refused.</summary>
    protected virtual IReadOnlyList<string> OwnOptions => [];

    /// <summary>What sets this family apart, on top of what all share.</summary>
    protected abstract ModelConfig Specialize(ModelConfig common, ConfigReader json);

    /// <summary>Keys of this family to be written beside the common ones.</summary>
    protected virtual void WriteMore(ModelConfig config, JsonObject json) { }

    /// <summary>Reads the whole configuration.</summary>
    public ModelConfig Read(ConfigReader json)
    {
        if ((json.Text("hidden_act") ?? "silu") is var activation && activation is not ("silu" or "swish"))
            throw json.Bad($"hidden_act '{activation}' is not supported: silu is");
        if (json.Find("quantization_config") is not null) throw json.Bad("the checkpoint is quantized (quantization_config), which is not supported: load the unquantized one");
        if (json.Number("attention_dropout") is > 0) throw json.Bad("attention_dropout is not supported: set it to 0");
        ForeignOptions.Refuse(json, Architecture, OwnOptions);
        var heads = json.RequiredInteger("num_attention_heads");
        var hidden = json.RequiredInteger("hidden_size");
        if (heads < 1) throw json.Bad($"num_attention_heads is {heads}: it must be positive");
        var context = json.Integer("max_position_embeddings", DefaultContextLength);
        var headSize = json.Integer("head_dim") ?? DefaultHeadSize(hidden, heads, json);
        var common = new ModelConfig
        {
            Architecture = Architecture,
            ModelType = ModelType,
            VocabularySize = json.RequiredInteger("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = json.RequiredInteger("intermediate_size"),
            LayerCount = json.RequiredInteger("num_hidden_layers"),
            HeadCount = heads,
            KeyValueHeadCount = json.Integer("num_key_value_heads") ?? DefaultKeyValueHeads(heads),
            HeadSize = headSize,
            NormEpsilon = json.Number("rms_norm_eps") ?? 1e-6,
            ContextLength = context,
            Rotary = RotaryConfig.Read(json, 10_000, context),
            TiedHead = json.Flag("tie_word_embeddings", false),
            PaddingId = json.Integer("pad_token_id"),
            BeginId = json.Integer("bos_token_id"),
            EndIds = json.Integers("eos_token_id"),
            InitializerRange = json.Number("initializer_range") ?? 0.02,
        };
        return Specialize(common, json);
    }

    /// <summary>A head's width where config.json has no <c>head_dim</c>.</summary>
    protected virtual int DefaultHeadSize(int hidden, int heads, ConfigReader json) =>
        hidden % heads == 0 ? hidden / heads : throw json.Bad($"hidden_size ({hidden}) is no multiple of num_attention_heads ({heads}), and there is no head_dim");

    /// <summary>Key and value heads where config.json has no <c>num_key_value_heads</c>.</summary>
    protected virtual int DefaultKeyValueHeads(int heads) => heads;

    /// <summary>config.json of a new model of this family, in the hub's classic form.</summary>
    public JsonObject Write(ModelConfig config)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(Architecture),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = config.BeginId,
            ["eos_token_id"] = config.EndIds.Count switch
            {
                0 => null,
                1 => config.EndIds[0],
                _ => new JsonArray([.. config.EndIds.Select(id => (JsonNode)id)]),
            },
            ["head_dim"] = config.HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = config.HiddenSize,
            ["initializer_range"] = config.InitializerRange,
            ["intermediate_size"] = config.IntermediateSize,
            ["max_position_embeddings"] = config.ContextLength,
            ["model_type"] = ModelType,
            ["num_attention_heads"] = config.HeadCount,
            ["num_hidden_layers"] = config.LayerCount,
            ["num_key_value_heads"] = config.KeyValueHeadCount,
            ["pad_token_id"] = config.PaddingId,
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_scaling"] = RotaryScalingJson(config.Rotary),
            ["rope_theta"] = config.Rotary.Theta,
            ["tie_word_embeddings"] = config.TiedHead,
            ["use_cache"] = true,
            ["vocab_size"] = config.VocabularySize,
        };
        WriteMore(config, json);
        return json;
    }

    private static JsonObject? RotaryScalingJson(RotaryOptions rotary)
    {
        if (rotary.Scaling == RotaryScaling.Default) return null;
        var json = new JsonObject { ["rope_type"] = Enum.GetName(rotary.Scaling)!.ToLowerInvariant(), ["factor"] = rotary.Factor };
        if (rotary.Scaling is RotaryScaling.Llama3 or RotaryScaling.Yarn) json["original_max_position_embeddings"] = rotary.OriginalContextLength;
        if (rotary.Scaling == RotaryScaling.Llama3)
        {
            json["low_freq_factor"] = rotary.LowFrequencyFactor;
            json["high_freq_factor"] = rotary.HighFrequencyFactor;
        }
        if (rotary.Scaling == RotaryScaling.Yarn)
        {
            json["attention_factor"] = rotary.AttentionFactor;
            json["beta_fast"] = rotary.BetaFast;
            json["beta_slow"] = rotary.BetaSlow;
            json["truncate"] = rotary.Truncate;
        }
        return json;
    }

    /// <summary>The sliding layers of the Qwen families: those from <c>max_window_layers</c> on, or by <c>layer_types</c>, where <c>use_sliding_window</c> is on.</summary>
    protected static ModelConfig QwenWindow(ModelConfig config, ConfigReader json)
    {
        if (!json.Flag("use_sliding_window", false))
        {
            return json.Texts("layer_types").FirstOrDefault(t => t != "full_attention") is not { } other ? config
                : throw json.Bad($"layer_types holds '{other}', but use_sliding_window is off");
        }
        var window = json.Find("sliding_window") is null && json.Keys.Contains("sliding_window") ? (int?)null : json.Integer("sliding_window", 4096);
        if (window is null) return config;
        var types = json.Texts("layer_types");
        if (types.Count > 0 && types.Count != config.LayerCount) throw json.Bad($"layer_types has {types.Count} entries for {config.LayerCount} layers");
        if (types.FirstOrDefault(t => t is not ("full_attention" or "sliding_attention")) is { } unknown) throw json.Bad($"layer type '{unknown}' is not supported");
        var first = json.Integer("max_window_layers", 28);
        return config with
        {
            SlidingWindow = window,
            SlidingLayers = Enumerable.Range(0, config.LayerCount).Where(i => types.Count > 0 ? types[i] == "sliding_attention" : i >= first).ToHashSet(),
        };
    }

    /// <summary>Writes the Qwen families' window.</summary>
    protected static void WriteQwenWindow(ModelConfig config, JsonObject json)
    {
        json["use_sliding_window"] = config.SlidingWindow is not null;
        json["sliding_window"] = config.SlidingWindow;
        json["max_window_layers"] = config.SlidingLayers.Count > 0 ? config.SlidingLayers.Min() : config.LayerCount;
    }
}
