using System.Text.Json;

namespace Ghpo.Problems.Sources;

/// <summary>Question and solution out of a conversation: <c>[{role, content}, …]</c>, or <c>[{from, value}, …]</c>.</summary>
internal static class ChatRow
{
    public static readonly string[] Names = ["messages", "prompt", "conversations"];

    /// <summary>The last thing that the user says, and what the assistant answers to it.</summary>
    /// <returns>Null where the value is no conversation, or nobody asks anything in it.</returns>
    public static (string Question, string? Reply)? Read(JsonElement? conversation, RowFields fields)
    {
        if (conversation is not { ValueKind: JsonValueKind.Array } turns)
            return null;
        string? question = null, reply = null;
        foreach (var turn in turns.EnumerateArray())
        {
            if (turn.ValueKind != JsonValueKind.Object || (Member(turn, "role") ?? Member(turn, "from")) is not { } role || (Member(turn, "content") ?? Member(turn, "value")) is not { } content)
                return null;
            switch (fields.TextOf(role, "the role of a message"))
            {
                case "user" or "human":
                    (question, reply) = (fields.TextOf(content, "a message"), null);
                    break;
                case "assistant" or "gpt" when question is not null:
                    reply = fields.TextOf(content, "a message");
                    break;
            }
        }

        return question is null ? null : (question, reply);
    }

    private static JsonElement? Member(JsonElement turn, string name) => turn.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
