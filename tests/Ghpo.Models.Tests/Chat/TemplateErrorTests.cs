using System.Text.Json.Nodes;
using Ghpo.Models.Chat;
using Ghpo.Models.Tests.Tokenization;

namespace Ghpo.Models.Tests.Chat;

/// <summary>Mistakes name their line, and no template goes beyond the limits.</summary>
public class TemplateErrorTests
{
    private static string ErrorOf(string template, string variables = "{}") =>
        Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(template, name: "t.jinja").Render(JsonNode.Parse(variables)!.AsObject())).Message;

    [Theory]
    [InlineData("a\n{{ raise_exception('roles must alternate') }}", "t.jinja, line 2: roles must alternate")]
    [InlineData("a\n\n{{ x.y.z }}", "t.jinja, line 3: 'x' is undefined")]
    [InlineData("{% if true %}\n{{ 'a' + 1 }}{% endif %}", "t.jinja, line 2: unsupported operand type(s) for +: 'str' and 'int'")]
    [InlineData("\n{% for x in none %}{% endfor %}", "t.jinja, line 2: 'NoneType' object is not iterable")]
    [InlineData("{{ 1 | nosuch }}", "t.jinja, line 1: no filter named 'nosuch'")]
    [InlineData("{{ 'a'.nosuch() }}", "t.jinja, line 1: 'str object' has no attribute 'nosuch'")]
    [InlineData("\n{% if x %}", "t.jinja, line 2: the block that begins at line 2 is not closed: expected {% endif %}")]
    [InlineData("{% endfor %}", "t.jinja, line 1: unexpected 'endfor': it closes nothing here")]
    [InlineData("{{ (1 }}", "t.jinja, line 1: '}' does not close anything here")]
    [InlineData("\n{{ 1", "t.jinja, line 2: a tag is not closed: expected }}")]
    [InlineData("{% include 'x' %}", "t.jinja, line 1: the tag 'include' is not known here")]
    [InlineData("{{ [].append(1) }}", "t.jinja, line 1: access to attribute 'append' of 'list' object is unsafe: templates may not change values")]
    [InlineData("{{ ''.__class__.__mro__ }}", "t.jinja, line 1: 'str object' has no attribute '__class__'")]
    public void Mistakes_name_file_and_line(string template, string expected) => Assert.Equal(expected, ErrorOf(template));

    [Theory]
    [InlineData("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set ns = namespace(s='aaaaaaaa') %}{% for a in range(999) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "characters")]
    [InlineData("{% set ns = namespace(l=[1]) %}{% for a in range(999) %}{% set ns.l = ns.l + ns.l %}{% endfor %}", "items")]
    [InlineData("{{ 'a' * 99999999999 }}", "characters")]
    [InlineData("{{ [0] * 99999999999 }}", "items")]
    [InlineData("{{ range(100001) }}", "Range too big")]
    [InlineData("{{ '%99999999d' % 1 }}", "too large")]
    [InlineData("{{ ''.ljust(99999999) }}", "characters")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "200 deep")]
    [InlineData("{% for x in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' * 9 }}{% endfor %}", "characters")]
    [InlineData("{{ 9223372036854775807 + 1 }}", "too large")]
    public void No_template_goes_beyond_a_limit(string template, string expected) => Assert.Contains(expected, ErrorOf(template));

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("{'a':", "}")]
    public void Deep_nesting_is_an_error_and_no_crash(string open, string close)
    {
        var nested = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));
        Assert.Contains("nested", ErrorOf($"{{{{ {nested} }}}}"));
        Assert.Contains("nested", ErrorOf(string.Concat(Enumerable.Repeat("{% if true %}", 10_000))));
    }

    [Fact]
    public void Long_chains_are_an_error_and_no_crash()
    {
        var chain = string.Concat(Enumerable.Repeat(" + 1", 200_000));
        Assert.Contains("nested", ErrorOf($"{{{{ 1{chain} }}}}"));
    }

    [Fact]
    public void A_folder_may_hold_several_templates()
    {
        using var folder = new TemporaryFolder();
        Assert.Null(ChatTemplate.Load(folder.Path));
        folder.Write("tokenizer_config.json", """{"bos_token": {"content": "<s>"}, "chat_template": [{"name": "default", "template": "{{ bos_token }}d"}, {"name": "tool_use", "template": "t{{ tools | length }}"}]}""");
        var several = ChatTemplate.Load(folder.Path)!;
        Assert.Equal("<s>d", several.Render([]));
        Assert.Equal("t1", several.Render([], tools: ["f"]));

        folder.Write("chat_template.jinja", "file\n");
        Assert.Equal("file", ChatTemplate.Load(folder.Path)!.Render([]));
        Directory.CreateDirectory(Path.Combine(folder.Path, "additional_chat_templates"));
        folder.Write("additional_chat_templates/tool_use.jinja", "more {{ tools[0] }}");
        Assert.Equal("more f", ChatTemplate.Load(folder.Path)!.Render([], tools: ["f"]));

        folder.Write("chat_template.jinja", "a\n{% if %}");
        Assert.Contains("chat_template.jinja, line 2", Assert.Throws<ChatTemplateException>(() => ChatTemplate.Load(folder.Path)).Message);
    }
}
