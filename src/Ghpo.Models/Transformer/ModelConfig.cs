namespace Ghpo.Models.Transformer;

/// <summary>
/// What sets one decoder apart from another: sizes, and the options in which the model families differ.
/// One decoder runs all of them; a family (see <c>Checkpoints.Families</c>) only says how its config.json becomes this record.
/// </summary>
/// <remarks>
/// Every layer is: x += o_proj(attention(norm(x))); x += down_proj(silu(gate_proj(norm(x))) · up_proj(norm(x))), with RMS norms,
/// rotary positions, causal attention with grouped key and value heads, and a final norm before the head.
/// </remarks>
public sealed record ModelConfig
{
    /// <summary>The architecture's name in config.json, such as <c>Qwen2ForCausalLM</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The family's short name in config.json (<c>model_type</c>), such as <c>qwen2</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Rows of the embedding and of the head; may exceed the tokenizer's tokens.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the MLP between its projections.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Number of decoder layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="HeadCount"/>.</summary>
    public required int KeyValueHeadCount { get; init; }

    /// <summary>Width of one head; not always <see cref="HiddenSize"/> / <see cref="HeadCount"/>.</summary>
    public required int HeadSize { get; init; }

    /// <summary>Added to the mean square under the root of each RMS norm.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Rotary positions: base and scaling.</summary>
    public RotaryOptions Rotary { get; init; } = new();

    /// <summary>The context that the model was made for (<c>max_position_embeddings</c>), in tokens.</summary>
    public int ContextLength { get; init; } = 32768;

    /// <summary>The head is the embedding: one tensor, stored once, under the embedding's name.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Biases on q_proj, k_proj and v_proj.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>A bias on o_proj.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Biases on gate_proj, up_proj and down_proj.</summary>
    public bool MlpBias { get; init; }

    /// <summary>An RMS norm over each query head and each key head before the rotation (Qwen3).</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>How many positions a token of a sliding layer attends to, itself included; null: all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The layers with the sliding window; those before it attend to everything.</summary>
    public IReadOnlySet<int> SlidingLayers { get; init; } = new HashSet<int>();

    /// <summary>An input token whose embedding row gets no gradient from the input side, as transformers does with <c>pad_token_id</c>; null: none.</summary>
    public int? PaddingId { get; init; }

    /// <summary>The ids that end a completion by default (<c>eos_token_id</c>); may be empty.</summary>
    public IReadOnlyList<int> EndIds { get; init; } = [];

    /// <summary>The id that begins a text (<c>bos_token_id</c>), where the family has one.</summary>
    public int? BeginId { get; init; }

    /// <summary>Standard deviation of random initial weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The config.json that this came from, word for word, so that saving keeps what this record does not know; null for a new model.</summary>
    public string? SourceJson { get; init; }

    /// <summary>Width of all query heads together.</summary>
    public int QuerySize => HeadCount * HeadSize;

    /// <summary>Width of all key (or value) heads together.</summary>
    public int KeyValueSize => KeyValueHeadCount * HeadSize;

    /// <summary>How far back a token of a layer sees, itself included; <see cref="int.MaxValue"/> without a window.</summary>
    /// <param name="layer">The layer, from 0.</param>
    public int WindowOf(int layer) => SlidingWindow is { } window && SlidingLayers.Contains(layer) ? window : int.MaxValue;

    /// <summary>Checks that the sizes fit together.</summary>
    /// <exception cref="ArgumentException">A size is not positive, or two do not fit; the message names them.</exception>
    public void Validate()
    {
        foreach (var (name, value) in new[]
        {
            ("vocab_size", VocabularySize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize), ("num_hidden_layers", LayerCount),
            ("num_attention_heads", HeadCount), ("num_key_value_heads", KeyValueHeadCount), ("head_dim", HeadSize), ("max_position_embeddings", ContextLength),
        })
        {
            if (value is < 1 or > 1 << 28) throw new ArgumentException($"{name} is {value}: it must be between 1 and {1 << 28}");
        }
        if (HeadCount % KeyValueHeadCount != 0)
            throw new ArgumentException($"num_attention_heads ({HeadCount}) is no multiple of num_key_value_heads ({KeyValueHeadCount})");
        if (HeadSize % 2 != 0) throw new ArgumentException($"head_dim is {HeadSize}: rotary positions need an even number");
        if ((long)HeadCount * HeadSize > int.MaxValue / 4) throw new ArgumentException($"num_attention_heads ({HeadCount}) × head_dim ({HeadSize}) is too large");
        if (LayerCount > 100_000) throw new ArgumentException($"num_hidden_layers is {LayerCount}: more than any model has");
        if (!(NormEpsilon >= 0)) throw new ArgumentException($"rms_norm_eps is {NormEpsilon}: it must not be negative");
        if (SlidingWindow is < 1) throw new ArgumentException($"sliding_window is {SlidingWindow}: it must be positive");
        Rotary.Validate();
    }
}
