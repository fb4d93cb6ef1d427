using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ghpo.Rollouts;

/// <summary>How completions are sampled.</summary>
public sealed record RolloutOptions
{
    /// <summary>B: problems drawn each step.</summary>
    [Description("problems drawn each step (B)"), Range(1, 1_000_000)]
    public int PromptsPerStep { get; init; } = 16;

    /// <summary>G: completions sampled of each prompt.</summary>
    [Description("completions of each prompt (G); a group needs two to compare"), Range(2, 4096)]
    public int NumGenerations { get; init; } = 8;

    /// <summary>Longest completion, in tokens, its end token included.</summary>
    [Description("longest completion, in tokens"), Range(1, 1_000_000)]
    public int MaxCompletionLength { get; init; } = 256;

    /// <summary>Longest prompt, in tokens; null: whatever the model's context leaves room for.</summary>
    [Description("longest prompt, in tokens (default: what the context leaves); longer ones are dropped and counted, never truncated"), Range(1, 10_000_000)]
    public int? MaxPromptLength { get; init; }

    /// <summary>Softmax temperature T.</summary>
    [Description("softmax temperature"), Range(0.01, 100)]
    public double Temperature { get; init; } = 1.0;

    /// <summary>Keep only the k likeliest tokens; 0 keeps all.</summary>
    [Description("sample among the k likeliest tokens only (0: all); training with truncated sampling warns"), Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Nucleus sampling: keep the likeliest tokens up to this mass.</summary>
    [Description("sample among the likeliest tokens of this total probability only (1: all)"), Range(1e-6, 1)]
    public double TopP { get; init; } = 1.0;

    /// <summary>Keep tokens at least this fraction as likely as the likeliest.</summary>
    [Description("sample among tokens at least this fraction as likely as the likeliest only (0: all)"), Range(0, 1)]
    public double MinP { get; init; }

    /// <summary>Whether sampling is truncated, so that sampled frequencies differ from the trained log-probs.</summary>
    internal bool IsTruncated => TopK > 0 || TopP < 1 || MinP > 0;
}
