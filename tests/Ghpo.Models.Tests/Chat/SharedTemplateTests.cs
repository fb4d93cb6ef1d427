using System.Globalization;
using System.Text.Json.Nodes;
using Ghpo.Models.Chat;
using Ghpo.Models.Tests.Tokenization;

namespace Ghpo.Models.Tests.Chat;

/// <summary>Every case beside the checkout: the templates of public models, the features of Jinja, and what transformers renders for Qwen.</summary>
public class SharedTemplateTests
{
    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("qwen3")]
    public void Conversations_render_and_encode_as_in_transformers(string name)
    {
        using var folder = new TemporaryFolder();
        File.Copy(Ghpo.Tests.Shared.SharedData.Require($"data/tokenizers/{name}/tokenizer_config.json"), Path.Combine(folder.Path, "tokenizer_config.json"));
        var template = ChatTemplate.Load(folder.Path)!;
        var tokenizer = Vectors.Load(name);
        var cases = Vectors.Lines("golden/chat.jsonl").Where(line => (string?)line["template"] == name).ToList();
        Assert.NotEmpty(cases);
        foreach (var line in cases)
        {
            var variables = line["options"]!.DeepClone().AsObject();
            variables["messages"] = line["messages"]!.DeepClone();
            var rendered = template.Render(variables);
            Assert.Equal((string?)line["rendered"], rendered);
            Assert.Equal(Vectors.Ids(line["ids"]), tokenizer.Encode(rendered));
        }
    }

    [Fact]
    public void Public_templates_render_to_their_targets()
    {
        var failed = new List<string>();
        foreach (var line in Vectors.Lines("data/chat_templates/chat_cases.jsonl"))
            Try(line, (string)line["chat_template"]!, line["data"]!.AsObject(), (string)line["target"]!, TemplateDialect.TransformersWithJson, failed);
        Assert.True(failed.Count == 0, string.Join("\n\n", failed));
    }

    [Fact]
    public void Features_of_the_language_render_as_in_huggingface_js()
    {
        var failed = new List<string>();
        foreach (var line in Vectors.Lines("data/chat_templates/jinja_cases.jsonl").Where(line => !(bool)line["has_function_in_context"]!))
            Try(line, (string)line["template"]!, line["context"]!.AsObject(), (string)line["expected"]!, TemplateDialect.HuggingFaceJs, failed);
        Assert.True(failed.Count == 0, string.Join("\n\n", failed));
    }

    private static void Try(JsonObject line, string source, JsonObject variables, string expected, TemplateDialect dialect, List<string> failed)
    {
        string rendered;
        try
        {
            var now = line["now"] is { } time ? DateTime.Parse((string)time!, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal) : (DateTime?)null;
            rendered = ChatTemplate.Parse(source, dialect: dialect).At(now).Render(variables);
        }
        catch (ChatTemplateException error)
        {
            rendered = $"ERROR {error.Message}";
        }

        if (rendered != expected)
            failed.Add($"{line["name"]}\nexpected: {JsonValue.Create(expected).ToJsonString()}\nrendered: {JsonValue.Create(rendered).ToJsonString()}");
    }
}
