using System.Text.Json;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Checkpoints;

/// <summary>
/// Rotary positions from config.json: the classic form (<c>rope_theta</c> beside <c>rope_scaling</c>) and that of transformers 5
/// (everything in <c>rope_parameters</c>, possibly nested by layer type).
/// </summary>
internal static class RotaryConfig
{
    private static readonly string[] LayerTypes = ["full_attention", "sliding_attention"];

    public static RotaryOptions Read(ConfigReader config, double defaultTheta, int contextLength)
    {
        var section = config.Section("rope_scaling") ?? config.Section("rope_parameters");
        if (section?.Keys.FirstOrDefault(k => LayerTypes.Contains(k)) is { } nested)
        {
            var kinds = section.Keys.Where(k => LayerTypes.Contains(k)).Select(k => JsonSerializer.Serialize(section.Find(k))).Distinct();
            if (kinds.Count() > 1) throw config.Bad("rope_parameters differ between layer types, which is not supported");
            section = section.Section(nested);
        }
        var partial = section?.Number("partial_rotary_factor") ?? config.Number("partial_rotary_factor");
        if (partial is not null and not 1) throw config.Bad($"partial_rotary_factor is {partial}: rotating part of a head is not supported");
        var options = new RotaryOptions { Theta = section?.Number("rope_theta") ?? config.Number("rope_theta") ?? defaultTheta };
        var type = section?.Text("rope_type") ?? section?.Text("type") ?? "default";
        var original = config.Integer("original_max_position_embeddings") ?? section?.Integer("original_max_position_embeddings") ?? contextLength;
        return type switch
        {
            "default" => options,
            "linear" => options with { Scaling = RotaryScaling.Linear, Factor = Factor(section!), OriginalContextLength = contextLength },
            "dynamic" => options with { Scaling = RotaryScaling.Dynamic, Factor = Factor(section!), OriginalContextLength = contextLength },
            "yarn" => Yarn(options, section!, contextLength, original),
            "llama3" => options with
            {
                Scaling = RotaryScaling.Llama3,
                Factor = Factor(section!),
                OriginalContextLength = original,
                LowFrequencyFactor = section!.Number("low_freq_factor") ?? throw section.Bad("rope type llama3 needs low_freq_factor"),
                HighFrequencyFactor = section.Number("high_freq_factor") ?? throw section.Bad("rope type llama3 needs high_freq_factor"),
            },
            _ => throw config.Bad($"rope type '{type}' is not supported: default, linear, dynamic, yarn and llama3 are"),
        };
    }

    private static double Factor(ConfigReader section) => section.Number("factor") ?? throw section.Bad("the rope scaling has no factor");

    private static RotaryOptions Yarn(RotaryOptions options, ConfigReader section, int contextLength, int original)
    {
        var factor = section.Number("factor") ?? (double)contextLength / original;
        // arXiv:2309.00071, section 3.4: the logits' temperature, as a factor on cosine and sine.
        static double Scale(double factor, double by) => factor <= 1 ? 1 : (0.1 * by * Math.Log(factor)) + 1;
        double mscale = section.Number("mscale") ?? 0, mscaleAll = section.Number("mscale_all_dim") ?? 0;
        var attention = section.Number("attention_factor") ?? (mscale != 0 && mscaleAll != 0 ? Scale(factor, mscale) / Scale(factor, mscaleAll) : Scale(factor, 1));
        return options with
        {
            Scaling = RotaryScaling.Yarn,
            Factor = factor,
            OriginalContextLength = original,
            AttentionFactor = attention,
            BetaFast = section.Number("beta_fast") is { } fast and not 0 ? fast : 32,
            BetaSlow = section.Number("beta_slow") is { } slow and not 0 ? slow : 1,
            Truncate = section.Flag("truncate", true),
        };
    }
}
