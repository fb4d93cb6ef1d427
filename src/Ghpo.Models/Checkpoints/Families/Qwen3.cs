using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>Qwen3: RMS norms over each query and key head, a head width of its own, biases only where <c>attention_bias</c> says so.</summary>
internal sealed class Qwen3 : Family
{
    public override string Architecture => "Qwen3ForCausalLM";

    public override string ModelType => "qwen3";

    protected override int DefaultHeadSize(int hidden, int heads, ConfigReader json) => 128;

    protected override int DefaultKeyValueHeads(int heads) => 32;

    protected override IReadOnlyList<string> OwnOptions => ["attention_bias", "sliding_window", "layer_types"];

    protected override ModelConfig Specialize(ModelConfig common, ConfigReader json)
    {
        var bias = json.Flag("attention_bias", false);
        return QwenWindow(common with { QueryKeyNorm = true, QueryKeyValueBias = bias, OutputBias = bias }, json);
    }

    protected override void WriteMore(ModelConfig config, JsonObject json)
    {
        json["attention_bias"] = config.QueryKeyValueBias;
        WriteQwenWindow(config, json);
    }
}
