using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>Llama 2, 3 and 3.x, SmolLM2 and what shares their architecture: biases as <c>attention_bias</c> and <c>mlp_bias</c> say.</summary>
internal sealed class Llama : Family
{
    public override string Architecture => "LlamaForCausalLM";

    public override string ModelType => "llama";

    protected override int DefaultContextLength => 2048;

    protected override IReadOnlyList<string> OwnOptions => ["attention_bias", "mlp_bias"];

    protected override ModelConfig Specialize(ModelConfig common, ConfigReader json)
    {
        var bias = json.Flag("attention_bias", false);
        return common with { QueryKeyValueBias = bias, OutputBias = bias, MlpBias = json.Flag("mlp_bias", false) };
    }

    protected override void WriteMore(ModelConfig config, JsonObject json)
    {
        json["attention_bias"] = config.QueryKeyValueBias;
        json["mlp_bias"] = config.MlpBias;
    }
}
