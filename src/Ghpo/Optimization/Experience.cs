using Ghpo.Rollouts;

namespace Ghpo.Optimization;

/// <summary>Why completions may be trained under another prompt than the one they were sampled from.</summary>
public enum PromptSubstitution
{
    /// <summary>They may not: ratio and log-probs are conditioned on the very prompt that was sampled from.</summary>
    None,

    /// <summary>The hint-dropped objective: trained under q, with importance weights (spec section 9).</summary>
    HintDropped,

    /// <summary>The reference implementation's prompt reset, without weights: wrong, reproduced to be measured.</summary>
    ReferenceCompat,
}

/// <summary>Completions with advantages, ready for an update: it names the prompt that they are <b>trained</b> under.</summary>
public sealed record Experience
{
    /// <summary>Checks that the prompt is the one sampled from, unless a named objective says otherwise.</summary>
    /// <param name="prompt">What the completions are trained under.</param>
    /// <param name="completions">One group's completions.</param>
    /// <param name="advantages">An advantage for each.</param>
    /// <param name="substitution">The objective under which the prompts may differ.</param>
    /// <exception cref="InvalidOperationException">The prompts differ and no objective is named.</exception>
    public Experience(Prompt prompt, IReadOnlyList<Completion> completions, IReadOnlyList<double> advantages, PromptSubstitution substitution = PromptSubstitution.None)
    {
        if (completions.Count != advantages.Count)
            throw new ArgumentException($"{completions.Count} completions but {advantages.Count} advantages", nameof(advantages));
        if (substitution == PromptSubstitution.None && completions.FirstOrDefault(c => !ReferenceEquals(c.Prompt, prompt) && !c.Prompt.Ids.AsSpan().SequenceEqual(prompt.Ids)) is { } stranger)
            throw new InvalidOperationException(
                $"problem {prompt.Problem.Id}: completion {stranger.Index} was sampled under hint ratio {stranger.Prompt.HintRatio} and would be trained under {prompt.HintRatio}; only the hint-dropped objective and reference_compat may do that");
        (Prompt, Completions, Advantages, Substitution) = (prompt, completions, advantages, substitution);
    }

    /// <summary>What the completions are trained under.</summary>
    public Prompt Prompt { get; }

    /// <summary>One group's completions.</summary>
    public IReadOnlyList<Completion> Completions { get; }

    /// <summary>An advantage for each completion.</summary>
    public IReadOnlyList<double> Advantages { get; }

    /// <summary>The objective under which prompts may differ.</summary>
    public PromptSubstitution Substitution { get; }

    /// <summary>Completions of the group that were never sampled, because the first ones decided (probing): denominators count them, each as one of the mean length.</summary>
    public int Missing { get; init; }

    /// <summary>What each completion counts for in the denominators: 1, or more where some are missing.</summary>
    internal double CountOfEach => (double)(Completions.Count + Missing) / Completions.Count;

    /// <summary>Whether any advantage is not 0: whether the group teaches anything.</summary>
    public bool IsEffective => Advantages.Any(a => a != 0);

    /// <summary>Its part of the loss's denominators; constant groups count too.</summary>
    public Denominator Denominator => new(Completions.Count + Missing, (long)Math.Round(Completions.Sum(c => c.Ids.Length) * CountOfEach));
}
