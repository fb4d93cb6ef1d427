using System.Text.Json.Nodes;
using Ghpo.Models.Chat.Jinja;
using Ghpo.Models.Chat.Jinja.Values;
using Ghpo.Models.Tokenization;

namespace Ghpo.Models.Chat;

/// <summary>
/// From a conversation to the text that a model reads: a Jinja template, rendered as transformers renders it. Safe for concurrent use.
/// Templates are untrusted: they reach nothing but the values given, and end with an error after 20 million steps, beyond 16 million characters of text,
/// a million items in a list, 100,000 numbers in a range, 200 macro calls inside each other, or where their source nests expressions deeper than 200 or blocks deeper than 100.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Dictionary<string, Template> _templates;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;

    internal ChatTemplate(Dictionary<string, Template> templates, IReadOnlyDictionary<string, string> specialTokens)
    {
        _templates = templates;
        _specialTokens = specialTokens;
    }

    /// <summary>Whose way of printing values to follow.</summary>
    public TemplateDialect Dialect { get; private init; }

    /// <summary>The time that <c>strftime_now</c> shows; null is the time of rendering.</summary>
    public DateTime? Now { get; private init; }

    /// <summary>The names of the templates: <c>default</c>, and others such as <c>tool_use</c> where a model has several.</summary>
    public IReadOnlyCollection<string> Names => _templates.Keys;

    /// <summary>Reads the template of a checkpoint folder: <c>chat_template.jinja</c> and <c>additional_chat_templates/</c>, else <c>chat_template</c> in <c>tokenizer_config.json</c> (one text, or a list with names).</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The template, or null where the folder has none.</returns>
    /// <exception cref="ChatTemplateException">A template cannot be read.</exception>
    public static ChatTemplate? Load(string folder) => ChatTemplateFolder.Read(folder);

    /// <summary>Reads a template from its text.</summary>
    /// <param name="source">Jinja.</param>
    /// <param name="specialTokens">Tokens that the template reads by their names (<c>bos_token</c>, <c>eos_token</c> …).</param>
    /// <param name="name">What error messages call the template.</param>
    /// <param name="dialect">Whose way of printing values to follow.</param>
    /// <exception cref="ChatTemplateException">The template cannot be read; the message names the line.</exception>
    public static ChatTemplate Parse(string source, SpecialTokens? specialTokens = null, string name = "chat template", TemplateDialect dialect = TemplateDialect.Transformers)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(new Dictionary<string, Template> { ["default"] = Template.Parse(source, name) }, TokensByName(specialTokens)) { Dialect = dialect };
    }

    /// <summary>Renders a conversation.</summary>
    /// <param name="messages">The messages in order.</param>
    /// <param name="addGenerationPrompt">Ends with what begins the assistant's next message.</param>
    /// <param name="tools">Tool definitions (JSON schema), for templates that show them.</param>
    /// <param name="variables">Further variables of the template, such as <c>enable_thinking</c>; they win over special tokens of the same name.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, fails, or goes beyond a limit.</exception>
    public string Render(IReadOnlyList<ChatMessage> messages, bool addGenerationPrompt = false, JsonArray? tools = null, JsonObject? variables = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var all = new JsonObject();
        foreach (var (name, value) in variables ?? [])
            all[name] = value?.DeepClone();
        all["messages"] = new JsonArray([.. messages.Select(message => (JsonNode)message.ToJson())]);
        all["add_generation_prompt"] = addGenerationPrompt;
        if (tools is not null)
            all["tools"] = tools.DeepClone();
        return Render(all);
    }

    /// <summary>Renders a conversation given as the template's variables: <c>messages</c>, <c>tools</c>, <c>add_generation_prompt</c> and any other.</summary>
    /// <param name="variables">The variables by name; those that transformers always passes (<c>tools</c>, <c>documents</c>, <c>add_generation_prompt</c>) have its defaults.</param>
    /// <exception cref="ChatTemplateException">As for the other overload.</exception>
    public string Render(JsonObject variables)
    {
        ArgumentNullException.ThrowIfNull(variables);
        var values = new Dictionary<string, object?> { ["tools"] = null, ["documents"] = null, ["add_generation_prompt"] = false };
        foreach (var (name, token) in _specialTokens)
            values[name] = token;
        foreach (var (name, value) in variables)
            values[name] = JsonValues.From(name == "messages" && Dialect != TemplateDialect.HuggingFaceJs ? ReasoningFields.Alias(value) : value);
        var template = Choose(values["tools"]);
        var now = Now;
        return template.Render(values, Dialect, () => now ?? DateTime.Now);
    }

    /// <summary>The same template at a time that stands still: what <c>strftime_now</c> shows.</summary>
    /// <param name="now">The time; null is the time of each rendering.</param>
    public ChatTemplate At(DateTime? now) => new(_templates, _specialTokens) { Dialect = Dialect, Now = now };

    /// <summary>The same template in another dialect.</summary>
    /// <param name="dialect">Whose way of printing values to follow.</param>
    public ChatTemplate With(TemplateDialect dialect) => new(_templates, _specialTokens) { Dialect = dialect, Now = Now };

    internal static IReadOnlyDictionary<string, string> TokensByName(SpecialTokens? tokens)
    {
        var byName = new Dictionary<string, string>(tokens?.ByName ?? new Dictionary<string, string>());
        foreach (var (name, token) in new[] { ("bos_token", tokens?.Bos), ("eos_token", tokens?.Eos), ("pad_token", tokens?.Pad), ("unk_token", tokens?.Unk) })
        {
            if (token is not null)
                byName[name] = token;
        }

        return byName;
    }

    // As transformers chooses: the template for tools where there are tools and a template for them.
    private Template Choose(object? tools)
    {
        if (tools is not null && _templates.TryGetValue("tool_use", out var forTools))
            return forTools;
        return _templates.TryGetValue("default", out var standard) ? standard
            : throw new ChatTemplateException($"The model has several chat templates ({string.Join(", ", _templates.Keys)}) and none named 'default'.");
    }
}
