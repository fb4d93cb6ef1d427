using System.Text.Json.Nodes;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints.Families;

/// <summary>Mistral: no biases; where <c>sliding_window</c> is a number, every layer has that window.</summary>
internal sealed class Mistral : Family
{
    public override string Architecture => "MistralForCausalLM";

    public override string ModelType => "mistral";

    protected override int DefaultContextLength => 131072;

    protected override int DefaultKeyValueHeads(int heads) => 8;

    protected override IReadOnlyList<string> OwnOptions => ["sliding_window", "layer_types"];

    protected override ModelConfig Specialize(ModelConfig common, ConfigReader json)
    {
        if (json.Find("layer_types") is not null) throw json.Bad("layer_types is not supported for MistralForCausalLM");
        var window = json.Keys.Contains("sliding_window") ? json.Integer("sliding_window") : 4096;
        return window is null ? common : common with { SlidingWindow = window, SlidingLayers = Enumerable.Range(0, common.LayerCount).ToHashSet() };
    }

    protected override void WriteMore(ModelConfig config, JsonObject json) => json["sliding_window"] = config.SlidingWindow;
}
