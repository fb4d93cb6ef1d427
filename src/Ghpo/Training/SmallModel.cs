using Ghpo.Models.Chat;
using Ghpo.Models.Tokenization;
using Ghpo.Models.Transformer;
using Ghpo.Problems;

namespace Ghpo.Training;

/// <summary>The quickstart's language model: a Qwen2-shaped transformer small enough for a laptop, with one token for each word of the map's problems.</summary>
internal static class SmallModel
{
    private const string End = "<|end|>";

    private const string ChatTemplateText =
        "{% for message in messages %}<|{{ message.role }}|> {{ message.content }} {% endfor %}{% if add_generation_prompt %}<|assistant|> {% endif %}";

    public static Tokenizer Tokenizer(TransitMap map, int longestLevel) => Models.Tokenization.Tokenizer.FromWords(
        [.. map.Words(longestLevel), "hint:"],
        specialTokens: [End, "<|system|>", "<|user|>", "<|assistant|>"],
        markers: ["<think>", "</think>", "<answer>", "</answer>"],
        endToken: End,
        chatTemplate: ChatTemplateText);

    public static ChatTemplate Template() => ChatTemplate.Parse(ChatTemplateText);

    public static ModelConfig Config(SmallModelOptions shape, Tokenizer tokenizer, int contextLength)
    {
        if (shape.HiddenSize % shape.NumAttentionHeads != 0)
            throw new InvalidDataException($"model.small: hidden_size {shape.HiddenSize} is no multiple of num_attention_heads {shape.NumAttentionHeads}");
        return new ModelConfig
        {
            Architecture = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            VocabularySize = tokenizer.VocabularySize,
            HiddenSize = shape.HiddenSize,
            IntermediateSize = shape.IntermediateSize,
            LayerCount = shape.NumHiddenLayers,
            HeadCount = shape.NumAttentionHeads,
            KeyValueHeadCount = shape.NumAttentionHeads,
            HeadSize = shape.HiddenSize / shape.NumAttentionHeads,
            QueryKeyValueBias = true,
            TiedHead = true,
            ContextLength = contextLength,
            EndIds = [tokenizer.EosId!.Value],
            InitializerRange = 1 / Math.Sqrt(shape.HiddenSize), // with 0.02, meant for wide models, the facts take twice as long to learn
        };
    }
}
