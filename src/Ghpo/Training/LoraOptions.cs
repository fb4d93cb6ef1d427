using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ghpo.Models.Adapters;
using Ghpo.Training.Recipes;

namespace Ghpo.Training;

/// <summary>A low-rank adapter (LoRA, arXiv:2106.09685), by peft's names.</summary>
public sealed record LoraOptions
{
    /// <summary>The rank.</summary>
    [Description("rank of the adapter's matrices"), Range(1, 65536)]
    public int R { get; init; } = 16;

    /// <summary>The numerator of the scale.</summary>
    [Description("the adapter's part is scaled by lora_alpha / r"), Range(0, 1e6, MinimumIsExclusive = true)]
    public double LoraAlpha { get; init; } = 32;

    /// <summary>Scale by alpha / √r.</summary>
    [Description("scale by lora_alpha / sqrt(r) instead (rsLoRA)")]
    public bool UseRslora { get; init; }

    /// <summary>The layers that get an adapter.</summary>
    [Description("linear layers that get one: names such as [q_proj, v_proj], or all-linear (all of the decoder's, without the head)"), MinLength(1), OneOrMore]
    public IReadOnlyList<string> TargetModules { get; init; } = [LoraConfig.AllLinear];

    /// <summary>Dropout on the adapter's input.</summary>
    [Description("share of the adapter's input that is left out at random while training"), Range(0, 1, MaximumIsExclusive = true)]
    public double LoraDropout { get; init; }

    /// <summary>Modules that are trained whole.</summary>
    [Description("modules that are trained whole and saved with the adapter, such as [embed_tokens, lm_head]"), OneOrMore]
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>The same in the library's terms.</summary>
    internal LoraConfig ToConfig() => new()
    {
        Rank = R,
        Alpha = LoraAlpha,
        RankStabilized = UseRslora,
        Targets = TargetModules,
        Dropout = LoraDropout,
        ModulesToSave = ModulesToSave,
    };
}
