using System.Text.Json.Nodes;

namespace Ghpo.Models.Chat;

/// <summary>
/// A message's reasoning goes by several names: <c>reasoning_content</c>, <c>thinking</c>, <c>reasoning</c>. As in transformers, the first that is there is given to the template under
/// <c>reasoning_content</c>, which most read, and under <c>thinking</c>, which some do.
/// </summary>
internal static class ReasoningFields
{
    private const string Standard = "reasoning_content";
    private const string Older = "thinking";

    public static JsonNode? Alias(JsonNode? messages) =>
        messages is JsonArray list && list.Any(message => Reasoning(message) is not null) ? new JsonArray([.. list.Select(AliasOne)]) : messages;

    private static JsonNode? Reasoning(JsonNode? message) => message is JsonObject fields ? fields[Standard] ?? fields[Older] ?? fields["reasoning"] : null;

    private static JsonNode? AliasOne(JsonNode? message)
    {
        if (Reasoning(message) is not { } reasoning) return message?.DeepClone();
        var aliased = new JsonObject { [Older] = reasoning.DeepClone() };
        foreach (var (name, value) in message!.AsObject()) aliased[name] = value?.DeepClone();
        aliased[Standard] = reasoning.DeepClone();
        return aliased;
    }
}
