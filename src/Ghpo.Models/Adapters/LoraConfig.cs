using System.Text.RegularExpressions;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Adapters;

/// <summary>A low-rank adapter (LoRA, arXiv:2106.09685): each targeted linear layer becomes y = x·Wᵀ + scale·(x·Aᵀ)·Bᵀ with W frozen.</summary>
public sealed record LoraConfig
{
    /// <summary>All linear layers of the decoder, without the head.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Rows of A.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>The numerator of the scale.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>The scale is alpha / √rank instead of alpha / rank (arXiv:2312.03732).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>Probability with which a number of x is left out of the adapter's part while training.</summary>
    public double Dropout { get; init; }

    /// <summary>Which layers: names such as <c>q_proj</c> or <c>layers.3.mlp.up_proj</c>, or <see cref="AllLinear"/>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [AllLinear];

    /// <summary>Whole modules that are trained beside the adapter, such as <c>embed_tokens</c>, <c>lm_head</c> or <c>norm</c>.</summary>
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    /// <summary>On a model whose head is its embedding: training one whole trains both. Without it, as peft reads older adapters, the two part.</summary>
    public bool EnsureWeightTying { get; init; } = true;

    /// <summary>A regular expression for the whole module name, which peft allows in the place of names.</summary>
    internal string? TargetPattern { get; init; }

    /// <summary>Reads the configuration of an adapter in peft's format.</summary>
    /// <param name="folder">The adapter's folder.</param>
    /// <exception cref="Checkpoints.CheckpointException">adapter_config.json is absent or damaged, or has an option that is not supported; the message names it.</exception>
    public static LoraConfig Read(string folder) => AdapterFiles.ReadConfig(folder);

    /// <summary>What the adapter's part is multiplied by.</summary>
    public double Scale => RankStabilized ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>The targeted linear modules of a model, in its order.</summary>
    /// <exception cref="ArgumentException">A number is out of range, or a target names no linear layer.</exception>
    internal IReadOnlyList<string> Modules(ModelConfig model)
    {
        if (Rank < 1) throw new ArgumentException($"the adapter's rank is {Rank}: it must be positive");
        if (!(Alpha > 0) || !double.IsFinite(Alpha)) throw new ArgumentException($"the adapter's alpha is {Alpha}: it must be positive");
        if (!(Dropout >= 0 && Dropout < 1)) throw new ArgumentException($"the adapter's dropout is {Dropout}: it must be from 0 up to 1");
        var all = Enumerable.Range(0, model.LayerCount).SelectMany(layer => DecoderLayout.LinearNames.Select(name => DecoderLayout.Linear(layer, name))).ToList();
        if (TargetPattern is not null)
        {
            var pattern = new Regex($@"\A(?:{TargetPattern})\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            var matched = all.Where(module => pattern.IsMatch(module)).ToList();
            return matched.Count > 0 ? matched : throw new ArgumentException($"target_modules '{TargetPattern}' matches no linear layer of the decoder");
        }
        if (Targets.Count == 0) throw new ArgumentException($"the adapter has no targets: name linear layers, or {AllLinear}");
        foreach (var target in Targets)
        {
            if (target != AllLinear && !all.Exists(module => Matches(module, target)))
            {
                throw new ArgumentException(
                    $"the adapter's target '{target}' is no linear layer of the decoder: those are {string.Join(", ", DecoderLayout.LinearNames)}, or {AllLinear}" +
                    (target is "lm_head" or "embed_tokens" ? "; the head and the embedding can be trained whole by modules_to_save" : ""));
            }
        }
        return [.. all.Where(module => Targets.Any(target => target == AllLinear || Matches(module, target)))];
    }

    /// <summary>The parameters of the modules that are trained whole.</summary>
    /// <exception cref="ArgumentException">A name is no module, or cannot be trained by itself.</exception>
    internal IReadOnlyList<string> WholeParameters(ModelConfig model)
    {
        var all = DecoderLayout.Parameters(model).Select(p => p.Name).ToList();
        List<string> found = [];
        foreach (var module in ModulesToSave)
        {
            var own = model.TiedHead && module == "lm_head" ? [DecoderLayout.Embedding] : all.Where(name => Matches(name[..name.LastIndexOf('.')], module)).ToList();
            if (own.Count == 0) throw new ArgumentException($"modules_to_save names '{module}', which this model does not have");
            found.AddRange(own);
        }
        return [.. found.Distinct()];
    }

    private static bool Matches(string module, string target) => module == target || module.EndsWith("." + target, StringComparison.Ordinal);
}
