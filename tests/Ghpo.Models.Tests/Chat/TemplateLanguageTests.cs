using System.Text.Json.Nodes;
using Ghpo.Models.Chat;

namespace Ghpo.Models.Tests.Chat;

/// <summary>What templates of public models rely on, with the values that Jinja2 as transformers sets it up gives.</summary>
public class TemplateLanguageTests
{
    private static string Render(string template, string variables = "{}") => ChatTemplate.Parse(template).Render(JsonNode.Parse(variables)!.AsObject());

    [Theory]
    [InlineData(TemplateDialect.Transformers, "['a', None] ['a', None] {'k': True} {'k': True} x['a', None] ['A', NONE] True None")]
    [InlineData(TemplateDialect.TransformersWithJson, "[\"a\", null] [\"a\", null] {\"k\": true} {'k': True} x['a', None] ['A', NONE] True None")]
    [InlineData(TemplateDialect.HuggingFaceJs, "[\"a\", null] [\"a\", null] {\"k\": true} {\"k\": true} x[\"a\", null] [\"A\", NULL] true ")]
    public void A_dialect_is_a_way_to_print_values(TemplateDialect dialect, string expected)
    {
        const string Source = "{{ l }} {{ l | string }} {{ d }} {{ d | string }} {{ 'x' ~ l }} {{ l | upper }} {{ true }} {{ none }}";
        var variables = JsonNode.Parse("""{"l": ["a", null], "d": {"k": true}}""")!.AsObject();
        Assert.Equal(expected, ChatTemplate.Parse(Source, dialect: dialect).Render(variables));
    }

    [Fact]
    public void What_only_huggingface_js_lets_pass_is_an_error_in_the_other_dialects()
    {
        foreach (var source in new[] { "{{ missing.member }}", "{{ 'a' + 1 }}" })
        {
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source, dialect: TemplateDialect.TransformersWithJson).Render(new JsonObject()));
            _ = ChatTemplate.Parse(source, dialect: TemplateDialect.HuggingFaceJs).Render(new JsonObject());
        }

        Assert.Equal("true False", $"{ChatTemplate.Parse("{{ missing == none }}", dialect: TemplateDialect.HuggingFaceJs).Render(new JsonObject())} {ChatTemplate.Parse("{{ missing == none }}").Render(new JsonObject())}");
    }

    [Theory]
    [InlineData("{{ true }} {{ none }} {{ 1.0 }} {{ 1e16 }} {{ 0.00001 }} {{ 7 / 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 10 }}", "True None 1.0 1e+16 1e-05 3.5 -4 2 1024")]
    [InlineData("{{ none | map('upper') | list }} {{ 0 | selectattr('a') | list }} {{ none | reject | list }}", "[] [] []")]
    [InlineData("{{ ['a', \"it's\", 1, none, {'k': (1,)}] }}", "['a', \"it's\", 1, None, {'k': (1,)}]")]
    [InlineData("{{ {'a': 'é\\n<b>', 'b': [1.5, true]} | tojson }}", "{\"a\": \"é\\n<b>\", \"b\": [1.5, true]}")]
    [InlineData("{{ {'a': [1, {}], 'b': []} | tojson(indent=2) }}", "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")]
    [InlineData("{{ 'x' ~ 1 ~ none ~ missing }}|{{ missing }}|{{ missing is defined }}", "x1None||False")]
    [InlineData("{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 1 == 1.0 == true }} {{ 'b' in 'abc' }} {{ 'k' in {'k': 1} }}", "True False True True True")]
    [InlineData("{{ not missing and 'yes' or 'no' }} {{ '' or 'empty' }} {{ 'a' if false }}|", "yes empty |")]
    [InlineData("{{ -1 | abs }} {{ 2 + [1, 2] | length }} {{ 'a' ~ 'b' | upper }}", "1 4 aB")]
    [InlineData("{{ 'a-b c'.split('-') }} {{ ' a  b '.split() }} {{ 'a,b,c'.rsplit(',', 1) }} {{ 'k=v'.partition('=') }}", "['a', 'b c'] ['a', 'b'] ['a,b', 'c'] ('k', '=', 'v')")]
    [InlineData("{{ 'xxabxx'.strip('x') }} {{ 'ab'.startswith(('b', 'a')) }} {{ 'abc'.replace('b', '') }} {{ '%s-%03d' % ('a', 7) }} {{ '{}:{n:>4}'.format('a', n=1.5) }}", "ab True ac a-007 a: 1.5")]
    [InlineData("{{ 'héllo wORLD'.title() }} {{ 'héllo wORLD' | capitalize }} {{ \"it's\".title() }} {{ \"it's a-b\" | title }}", "Héllo World Héllo world It'S It's A-B")]
    [InlineData("{{ 'abcdef'[1:-1:2] }} {{ 'a😀b'[1] }} {{ 'a😀b' | length }} {{ [1, 2, 3][::-1] }} {{ [1, 2][5] is defined }}", "bd 😀 3 [3, 2, 1] False")]
    [InlineData("{{ [3, 1, 2] | sort }} {{ ['b', 'A'] | sort | join(',') }} {{ [1, 1, 2] | unique | list }} {{ [1, 2, 3] | batch(2) | list }}", "[1, 2, 3] A,b [1, 2] [[1, 2], [3]]")]
    [InlineData("{{ [{'a': 1}, {'a': 2}] | map(attribute='a') | sum }} {{ ['a'] | map('upper') | first }} {{ [1, 2, 3, 4] | select('even') | list }} {{ [0, 1] | reject | list }}", "3 A [2, 4] [0]")]
    [InlineData("{{ [{'r': 'u', 'n': 1}, {'r': 's', 'n': 2}, {'r': 'u', 'n': 3}] | groupby('r') | map(attribute='grouper') | join('-') }}", "s-u")]
    [InlineData("{{ 'a\nb\n\nc' | indent(2) }}|{{ 'a\nb' | indent(2, true) }}", "a\n  b\n\n  c|  a\n  b")]
    [InlineData("{{ '<a&\"b\">' | e }} {{ 'a b/ü' | urlencode }} {{ 'x y z' | wordcount }} {{ 2.5 | round }} {{ 2.567 | round(1) }} {{ '12' | int + 1 }} {{ 'x' | int(-1) }}", "&lt;a&amp;&#34;b&#34;&gt; a%20b/%C3%BC 3 2.0 2.6 13 -1")]
    [InlineData("{{ {'b': 1, 'a': 2} | dictsort }} {{ {'b': 1}.items() | list }} {{ {'a': 1}.get('z', 5) }} {{ {'items': 1}.items is callable }} {{ {'items': 1}['items'] }}", "[('a', 2), ('b', 1)] [('b', 1)] 5 True 1")]
    [InlineData("{{ 'Tool' if [] | selectattr('x') else 'none' }}", "Tool")]
    [InlineData("{% set x = [1, 2] | map('string') %}{{ x | list }}{{ x | list }}", "['1', '2'][]")]
    [InlineData("{{ 5 is divisibleby 5 }} {{ 'a' is in ['a'] }} {{ {} is mapping }} {{ 'a' is sequence }} {{ none is none }} {{ 1 is sameas true }} {{ 2 is not number }}", "True True True True True False False")]
    [InlineData("{{ range(3) | list }} {{ dict(a=1) }} {{ namespace(a=1).a }}", "[0, 1, 2] {'a': 1} 1")]
    public void Expressions_have_python_s_values(string template, string expected) => Assert.Equal(expected, Render(template));

    [Theory]
    [InlineData("{% for x in [1, 2, 3] %}{{ loop.index }}/{{ loop.revindex0 }}{{ ',' if not loop.last }}{% endfor %}", "1/2,2/1,3/0")]
    [InlineData("{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% else %}none{% endfor %}{% for x in [] %}{% else %}none{% endfor %}", "a=1none")]
    [InlineData("{% for x in range(9) if x is odd %}{% if x == 5 %}{% break %}{% endif %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}:{{ loop.index }}{% endfor %}", "3:2")]
    [InlineData("{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}", "1@1(2@2(3@3))")]
    [InlineData("{% for x in 'ab' %}{{ loop.previtem }}{{ x }}{{ loop.nextitem }}{{ loop.cycle('-', '+') }}{% endfor %}", "ab-ab+")]
    [InlineData("{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{% endfor %}{{ x }}{% set ns = namespace(x=1) %}{% for i in [1] %}{% set ns.x = 2 %}{% endfor %}{{ ns.x }}", "12")]
    [InlineData("{% set a, b = 1, (2, 3) %}{{ a }}{{ b }}{% set t | upper %}x{{ a }}{% endset %}{{ t }}{% with y = 5 %}{{ y }}{% endwith %}{{ y }}", "1(2, 3)X15")]
    [InlineData("{% macro m(a, b=a ~ '!') %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m('x') }} {{ m('x', 'y', 1, z=2) }}", "xx!(){} xy(1,){'z': 2}")]
    [InlineData("{% macro m() %}<{{ caller('c') }}>{% endmacro %}{% call(v) m() %}{{ v }}{% endcall %}{% filter upper %}a{% endfilter %}", "<c>A")]
    [InlineData("{% raw %}{{ x }}{% endraw %}{# gone #}{% generation %}kept{% endgeneration %}", "{{ x }}kept")]
    [InlineData("  {% if true %}\n  a\n  {% endif %}\nb\n", "  a\nb")]
    [InlineData("a  {%- if true %}  b  {%- endif -%}  c\n\n", "a  bc\n")]
    [InlineData("x\n  {#- c -#}  \n y {%+ if true +%}\nz{% endif %}", "xy \nz")]
    [InlineData("{{ {'a': {'b': 1}}}}|{{ '}}' }}|{{ \"%}\" }}", "{'a': {'b': 1}}|}}|%}")]
    public void Statements_and_white_space_follow_jinja(string template, string expected) => Assert.Equal(expected, Render(template));

    [Fact]
    public void The_time_can_be_fixed() =>
        Assert.Equal("05 Mar 2025, 2025-03-05, Wednesday 5", ChatTemplate.Parse("{{ strftime_now('%d %b %Y, %Y-%m-%d, %A %-d') }}").At(new DateTime(2025, 3, 5)).Render([]));

    [Fact]
    public void Tools_and_documents_are_none_where_they_are_not_given() =>
        Assert.Equal("True True False", Render("{{ tools is none }} {{ documents is none }} {{ add_generation_prompt }}"));

    [Fact]
    public void Messages_carry_their_further_fields()
    {
        var message = new ChatMessage("assistant", "hi") { Fields = JsonNode.Parse("""{"tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}]}""")!.AsObject() };
        var template = ChatTemplate.Parse("{% for m in messages %}{{ m.role }}:{{ m.content }}:{{ m.tool_calls[0].function.arguments | tojson }}{{ mode }}{% endfor %}{{ add_generation_prompt }}");
        Assert.Equal("assistant:hi:{\"x\": 1}fastTrue", template.Render([message], addGenerationPrompt: true, variables: new JsonObject { ["mode"] = "fast" }));
    }
}
