using System.Text.Json.Nodes;
using Ghpo.Models.Chat;

namespace Ghpo.Models.Tests.Chat;

/// <summary>
/// Constructs that public templates use, and templates in their manner, with what transformers 5.23 (jinja2 3.1.6, at 2025-03-05 09:07:03) renders for them: text, or an error.
/// The first line of template_cases.jsonl holds the variables that the cases share.
/// </summary>
public sealed class ReferenceTemplateTests
{
    [Fact]
    public void Every_case_renders_as_in_transformers()
    {
        var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "template_cases.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var shared = lines[0];
        Assert.True(lines.Count > 700);
        var failed = new List<string>();
        foreach (var line in lines.Skip(1))
        {
            var variables = (line["variables"] is JsonValue name ? shared[(string)name!]! : line["variables"]!).DeepClone().AsObject();
            var rendered = Render((string)line["template"]!, variables);
            var expected = (string?)line["expected"];
            if (expected is null ? !rendered.StartsWith("ERROR", StringComparison.Ordinal) : rendered != expected)
                failed.Add($"{line["name"]}\n  expected: {JsonValue.Create(expected ?? (string)line["error"]!).ToJsonString()}\n  rendered: {JsonValue.Create(rendered).ToJsonString()}");
        }

        Assert.True(failed.Count == 0, $"{failed.Count} of {lines.Count - 1} cases:\n{string.Join('\n', failed)}");
    }

    private static string Render(string template, JsonObject variables)
    {
        try
        {
            return ChatTemplate.Parse(template).At(new DateTime(2025, 3, 5, 9, 7, 3, DateTimeKind.Local)).Render(variables);
        }
        catch (ChatTemplateException error)
        {
            return $"ERROR {error.Message}";
        }
    }
}
