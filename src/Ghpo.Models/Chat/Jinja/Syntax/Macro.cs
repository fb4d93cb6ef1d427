using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>The parameters and body of a macro, or of the block that a call hands to one.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Parameters">Names and defaults.</param>
/// <param name="Body">What it writes.</param>
/// <param name="Reads">Which of <c>varargs</c>, <c>kwargs</c> and <c>caller</c> the body reads: a macro takes more than its parameters only where it does.</param>
internal sealed record MacroBody(string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, Block Body, IReadOnlySet<string> Reads)
{
    public JinjaFunction Bind(Scope scope, Rendering rendering) => new(Name, arguments => rendering.Budget.Nested<object?>(() => Invoke(arguments, scope, rendering)))
    {
        Attribute = member => member switch
        {
            "name" => (true, Name),
            "arguments" => (true, new JinjaTuple([.. Parameters.Select(parameter => parameter.Name)])),
            _ => (false, null),
        },
    };

    private string Invoke(Arguments arguments, Scope scope, Rendering rendering)
    {
        var inner = new Scope(scope);
        var named = new Dictionary<string, object?>(arguments.Named);
        inner.Set("caller", named.Remove("caller", out var caller) ? caller : new Undefined("No caller defined"));
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, standard) = Parameters[i];
            if (i < arguments.Positional.Count)
                inner.Set(name, arguments.Positional[i]);
            else if (named.Remove(name, out var value))
                inner.Set(name, value);
            else
                inner.Set(name, standard is null ? new Undefined($"parameter '{name}' was not provided") : standard.Evaluate(inner, rendering));
        }

        if (rendering.Dialect != TemplateDialect.HuggingFaceJs)
            Refuse(arguments.Positional.Count, named.Keys.FirstOrDefault(), caller is not null);
        var rest = new JinjaDictionary();
        foreach (var (name, value) in named)
            rest[name] = value;
        inner.Set("kwargs", rest);
        inner.Set("varargs", new JinjaTuple([.. arguments.Positional.Skip(Parameters.Count)]));
        return rendering.Capture(() => Body.Execute(inner, rendering));
    }

    private void Refuse(int positional, string? unknown, bool hasCaller)
    {
        if (positional > Parameters.Count && !Reads.Contains("varargs"))
            throw new JinjaException($"macro '{Name}' takes not more than {Parameters.Count} argument(s)");
        if (unknown is not null && !Reads.Contains("kwargs"))
            throw new JinjaException($"macro '{Name}' takes no keyword argument '{unknown}'");
        if (hasCaller && !Reads.Contains("caller"))
            throw new JinjaException($"macro '{Name}' takes no block: it does not read 'caller'");
    }
}

internal sealed record Macro(MacroBody Definition, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        scope.Set(Definition.Name, Definition.Bind(scope, rendering));
        return Flow.Through;
    }
}

/// <summary><c>{% call(x) macro(…) %}…{% endcall %}</c>: the macro gets the block as <c>caller</c>.</summary>
internal sealed record CallBlock(Call Call, MacroBody Caller, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        var callee = Call.Callee.Evaluate(scope, rendering);
        if (callee is Undefined undefined)
            throw undefined.Error();
        if (callee is not JinjaFunction function)
            throw new JinjaException($"'{PythonType.Name(callee)}' object is not callable");
        var arguments = Call.Arguments.Evaluate(scope, rendering);
        arguments.Named["caller"] = Caller.Bind(scope, rendering);
        rendering.Write(rendering.Str(function.Call(arguments)));
        return Flow.Through;
    }
}
