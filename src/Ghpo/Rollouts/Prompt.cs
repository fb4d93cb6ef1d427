using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>The beginning of a problem's trace, shown to the policy as part of its prompt.</summary>
/// <param name="Ratio">Nominal ω in (0, 1]: the stage that asked for it.</param>
/// <param name="EffectiveRatio">The share of the trace's characters that is really shown, after the cut unit and the leak guard.</param>
/// <param name="Text">What is shown.</param>
public sealed record Hint(double Ratio, double EffectiveRatio, string Text);

/// <summary>q or q* = q ⊕ hint: what the policy reads before it answers.</summary>
/// <param name="Problem">The problem that is asked.</param>
/// <param name="Hint">The part of its trace that is shown; null for the plain prompt q.</param>
/// <param name="Text">The rendered prompt, template and all.</param>
/// <param name="Ids">The token ids of <paramref name="Text"/>.</param>
/// <param name="AnswerPrefix">The part of the prompt that belongs to the assistant's own answer (a hint placed as assistant prefix): scored as the beginning of the completion. Empty otherwise.</param>
public sealed record Prompt(Problem Problem, Hint? Hint, string Text, int[] Ids, string AnswerPrefix = "")
{
    /// <summary>Nominal ω; 0 without a hint.</summary>
    public double HintRatio => Hint?.Ratio ?? 0;
}

/// <summary>Turns a problem, and the hint it needs, into a prompt.</summary>
public interface IPromptFormatter
{
    /// <summary>The prompt for q ⊕ hint, or null when it is longer than allowed: a prompt is never truncated.</summary>
    Prompt? Format(Problem problem, Hint? hint);
}
