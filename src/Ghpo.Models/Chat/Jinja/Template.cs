using Ghpo.Models.Chat.Jinja.Library;
using Ghpo.Models.Chat.Jinja.Syntax;

namespace Ghpo.Models.Chat.Jinja;

/// <summary>A template, read once, rendered as often as wanted; safe for concurrent use.</summary>
internal sealed class Template
{
    private readonly Block _body;
    private readonly string _name;

    private Template(Block body, string name)
    {
        _body = body;
        _name = name;
    }

    /// <summary>Reads a template; <paramref name="name"/> (a file, say) begins every error message.</summary>
    public static Template Parse(string source, string name)
    {
        try
        {
            return new Template(TemplateParser.Parse(source), name);
        }
        catch (JinjaException error)
        {
            throw Error(error, name);
        }
    }

    public string Render(IEnumerable<KeyValuePair<string, object?>> variables, TemplateDialect dialect, Func<DateTime> now)
    {
        var rendering = new Rendering(dialect, now);
        var globals = new Scope(null);
        Globals.AddTo(globals, rendering);
        var scope = new Scope(globals);
        foreach (var (name, value) in variables)
            scope.Set(name, value);
        try
        {
            _body.Execute(scope, rendering);
            return rendering.Output.ToString();
        }
        catch (JinjaException error)
        {
            throw Error(error, _name);
        }
    }

    private static ChatTemplateException Error(JinjaException error, string name) =>
        new(error.Line > 0 ? $"{name}, line {error.Line}: {error.Message}" : $"{name}: {error.Message}", error);
}
