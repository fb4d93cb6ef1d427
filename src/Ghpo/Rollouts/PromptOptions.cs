using System.ComponentModel;

namespace Ghpo.Rollouts;

/// <summary>Where the hint stands in the prompt.</summary>
public enum HintPlacement
{
    /// <summary>At the end of the user message, behind a fixed sentence (paper).</summary>
    User,

    /// <summary>As the beginning of the assistant's answer: the completion continues the trace.</summary>
    AssistantPrefix,
}

/// <summary>How a problem becomes a prompt.</summary>
public sealed record PromptOptions
{
    /// <summary>The system message; null: none.</summary>
    [Description("system message (none if absent)")]
    public string? SystemPrompt { get; init; }

    /// <summary>The user message; <c>{problem}</c> stands for the problem's text.</summary>
    [Description("user message; {problem} stands for the text of the problem")]
    public string UserPrompt { get; init; } = "{problem}";

    /// <summary>Stands between the problem and the hint in the user message.</summary>
    [Description("what stands between the problem and its hint in the user message")]
    public string HintSentence { get; init; } = "\n\nThe following text is the beginning of the correct solution, which you may use for reference:\n";

    /// <summary>Where the hint stands.</summary>
    [Description("where the hint stands")]
    public HintPlacement HintPlacement { get; init; } = HintPlacement.User;

    /// <summary>What the assistant's answer begins with before an assistant-prefix hint.</summary>
    [Description("what the assistant's answer begins with when the hint is placed there")]
    public string AssistantStart { get; init; } = "<think>\n";
}
