using Ghpo.Models.Chat;
using Ghpo.Models.Tokenization;
using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>Formats problems with a checkpoint's own chat template and tokenizer: system message, user message (with the hint at its end), generation prompt.</summary>
public sealed class ChatPromptFormatter : IPromptFormatter
{
    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate _template;
    private readonly PromptOptions _options;
    private readonly int _maxPromptLength;

    /// <summary>Formats for one model.</summary>
    /// <param name="tokenizer">The checkpoint's tokenizer.</param>
    /// <param name="template">The checkpoint's chat template.</param>
    /// <param name="options">Messages and the hint's place.</param>
    /// <param name="maxPromptLength">In tokens; a longer prompt is refused (null), never truncated.</param>
    public ChatPromptFormatter(Tokenizer tokenizer, ChatTemplate template, PromptOptions options, int maxPromptLength) =>
        (_tokenizer, _template, _options, _maxPromptLength) = (tokenizer, template, options, maxPromptLength);

    /// <inheritdoc/>
    public Prompt? Format(Problem problem, Hint? hint)
    {
        var user = _options.UserPrompt.Replace("{problem}", problem.Text, StringComparison.Ordinal);
        var prefix = "";
        if (hint is not null && _options.HintPlacement == HintPlacement.User)
            user += _options.HintSentence + hint.Text;
        else if (hint is not null)
            prefix = _options.AssistantStart + hint.Text;

        List<ChatMessage> messages = _options.SystemPrompt is { } system ? [new("system", system)] : [];
        messages.Add(new("user", user));
        var text = _template.Render(messages, addGenerationPrompt: true) + prefix;
        var ids = _tokenizer.Encode(text);
        return ids.Length <= _maxPromptLength ? new Prompt(problem, hint, text, ids, prefix) : null;
    }
}
