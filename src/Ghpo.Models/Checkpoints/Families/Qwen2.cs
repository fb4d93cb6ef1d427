using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>Qwen2, Qwen2.5 and models distilled into them: biases on q, k and v.</summary>
internal sealed class Qwen2 : Family
{
    public override string Architecture => "Qwen2ForCausalLM";

    public override string ModelType => "qwen2";

    protected override int DefaultKeyValueHeads(int heads) => 32;

    protected override IReadOnlyList<string> OwnOptions => ["attention_bias", "sliding_window", "layer_types"];

    protected override ModelConfig Specialize(ModelConfig common, ConfigReader json)
    {
        // Later tools write the key; the model itself always has these biases and no other.
        if (!json.Flag("attention_bias", true)) throw json.Bad("attention_bias is false: Qwen2ForCausalLM always has biases on q, k and v");
        if (json.Flag("use_mrope", false)) throw json.Bad("use_mrope is on: multimodal rotary positions are not supported");
        return QwenWindow(common with { QueryKeyValueBias = true }, json);
    }

    protected override void WriteMore(ModelConfig config, JsonObject json) => WriteQwenWindow(config, json);
}
