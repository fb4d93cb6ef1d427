using System.Text.Json.Nodes;

namespace Ghpo.Models.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, <c>tool</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content)
{
    /// <summary>Further fields that templates read, such as <c>tool_calls</c>, <c>name</c> or <c>reasoning_content</c>.</summary>
    public JsonObject? Fields { get; init; }

    internal JsonObject ToJson()
    {
        var message = new JsonObject { ["role"] = Role, ["content"] = Content };
        foreach (var (name, value) in Fields ?? [])
            message[name] = value?.DeepClone();
        return message;
    }
}
