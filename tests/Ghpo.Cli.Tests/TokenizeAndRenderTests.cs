using System.Text.Json.Nodes;
using Ghpo.Models.Tokenization;

namespace Ghpo.Cli.Tests;

public sealed class TokenizeAndRenderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-").FullName;

    public TokenizeAndRenderTests() => Tokenizer.FromWords(["a", "b", "user"], specialTokens: ["<eos>"], endToken: "<eos>",
        chatTemplate: "{% for m in messages %}{{ m.role }} {{ m.content }} {{ eos_token }}{% endfor %}{{ ' b' if add_generation_prompt }}{{ mode }}").Save(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Texts_become_ids_and_ids_become_text()
    {
        var ids = Path.Combine(_folder, "ids.jsonl");
        Assert.Equal(0, await Run("tokenize", "--model", _folder, "--input", Write("""{"text": "a b<eos>"}"""), "--output", ids));
        Assert.Equal("""{"ids":[2,3,1]}""", File.ReadAllText(ids).Trim());

        var texts = Path.Combine(_folder, "texts.jsonl");
        Assert.Equal(0, await Run("tokenize", "--model", _folder, "--input", ids, "--output", texts, "--decode", "--skip-special-tokens"));
        Assert.Equal("""{"text":"a b"}""", File.ReadAllText(texts).Trim());
    }

    [Fact]
    public async Task Conversations_become_text_and_ids()
    {
        var output = Path.Combine(_folder, "rendered.jsonl");
        var input = Write("""{"messages": [{"role": "user", "content": "a"}], "add_generation_prompt": true}""", """{"messages": [], "mode": true}""");
        Assert.Equal(0, await Run("render", "--model", _folder, "--input", input, "--output", output));
        var lines = File.ReadAllLines(output).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal("user a <eos> b", (string?)lines[0]["text"]);
        Assert.Equal([4, 2, 1, 3], lines[0]["ids"]!.AsArray().Select(id => (int)id!));
        Assert.Equal("True", (string?)lines[1]["text"]);

        var template = Path.Combine(_folder, "t.jinja");
        File.WriteAllText(template, "{{ mode }}{{ strftime_now('%Y') }}");
        Assert.Equal(0, await Run("render", "--template", template, "--input", input, "--output", output, "--dialect", "huggingface.js", "--now", "2024-05-06"));
        Assert.Equal("""{"text":"true2024"}""", File.ReadAllLines(output)[1]);

        File.Delete(Path.Combine(_folder, "tokenizer.json"));
        Assert.Equal(0, await Run("render", "--model", _folder, "--input", input, "--output", output));
        Assert.Equal("""{"text":"user a <eos> b"}""", File.ReadAllLines(output)[0]);

    }

    [Theory]
    [InlineData("--template", "auto", "true,[\"a\", null]", "True,[\"a\", null]")]
    [InlineData("--template", "transformers", "True,['a', None]", "True,['a', None]")]
    [InlineData("--template", "huggingface.js", "true,[\"a\", null]", "true,[\"a\", null]")]
    [InlineData("--model", "auto", "True,['a', None]", "True,['a', None]")]
    [InlineData("--model", "huggingface.js", "true,[\"a\", null]", "true,[\"a\", null]")]
    public async Task A_models_template_prints_as_transformers_does_and_a_template_alone_prints_lists_as_json(string source, string dialect, string context, string conversation)
    {
        var template = Path.Combine(_folder, "chat_template.jinja");
        File.WriteAllText(template, "{{ mode }},{{ values }}");
        var output = Path.Combine(_folder, "rendered.jsonl");
        var input = Write("""{"mode": true, "values": ["a", null]}""", """{"messages": [], "mode": true, "values": ["a", null]}""");
        Assert.Equal(0, await Run("render", source, source == "--model" ? _folder : template, "--input", input, "--output", output, "--dialect", dialect));
        Assert.Equal([context, conversation], File.ReadAllLines(output).Select(line => (string?)JsonNode.Parse(line)!["text"]));
    }

    [Fact]
    public async Task A_bad_line_is_named_and_nothing_half_written_stays()
    {
        var output = Path.Combine(_folder, "out.jsonl");
        foreach (var bad in new[] { "{", "[]", """{"txt": "a"}""", """{"text": 1}""" })
        {
            var input = Write("""{"text": "a"}""", bad);
            var error = await Assert.ThrowsAsync<InvalidDataException>(() => Run("tokenize", "--model", _folder, "--input", input, "--output", output));
            Assert.StartsWith($"{input}, line 2: ", error.Message, StringComparison.Ordinal);
            Assert.False(File.Exists(output));
        }

        Assert.Empty(Directory.EnumerateFiles(_folder, "*.tmp"));
    }

    [Fact]
    public void Wrong_usage_is_refused()
    {
        Assert.NotEmpty(Program.CreateRoot().Parse(["render", "--input", "x"]).Errors);
        Assert.NotEmpty(Program.CreateRoot().Parse(["render", "--input", "x", "--template", "t", "--model", "m"]).Errors);
        Assert.NotEmpty(Program.CreateRoot().Parse(["render", "--input", "x", "--template", "t", "--now", "never"]).Errors);
        Assert.NotEmpty(Program.CreateRoot().Parse(["tokenize", "--input", "x"]).Errors);
    }

    private static Task<int> Run(params string[] arguments) =>
        Program.CreateRoot().Parse(arguments).InvokeAsync(new System.CommandLine.InvocationConfiguration { EnableDefaultExceptionHandler = false });

    private string Write(params string[] lines)
    {
        var path = Path.Combine(_folder, "input.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
