using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>How a statement ends: it runs through, or leaves the loop around it.</summary>
internal enum Flow
{
    Through,
    Break,
    Continue,
}

/// <summary>A statement of a template, at its line.</summary>
internal abstract record Statement(int Line)
{
    public Flow Execute(Scope scope, Rendering rendering)
    {
        try
        {
            rendering.Budget.Step();
            Budget.EnsureStack();
            return Run(scope, rendering);
        }
        catch (JinjaException error) when (error.Line == 0)
        {
            error.Line = Line;
            throw;
        }
    }

    protected abstract Flow Run(Scope scope, Rendering rendering);
}

internal sealed record Block(IReadOnlyList<Statement> Statements, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        foreach (var statement in Statements)
        {
            var flow = statement.Execute(scope, rendering);
            if (flow != Flow.Through)
                return flow;
        }

        return Flow.Through;
    }
}

internal sealed record TextOutput(string Text, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        rendering.Write(Text);
        return Flow.Through;
    }
}

internal sealed record Print(Expression Value, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        rendering.Write(rendering.Print(Value.Evaluate(scope, rendering)));
        return Flow.Through;
    }
}

internal sealed record If(IReadOnlyList<(Expression Test, Block Body)> Branches, Block? Else, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        foreach (var (test, body) in Branches)
        {
            if (PythonType.IsTrue(test.Evaluate(scope, rendering)))
                return body.Execute(scope, rendering);
        }

        return Else?.Execute(scope, rendering) ?? Flow.Through;
    }
}

internal sealed record Leave(Flow How, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering) => How;
}

/// <summary>Where a value goes: a name, an attribute of a namespace, or a tuple of targets.</summary>
internal static class Target
{
    public static void Assign(Expression target, object? value, Scope scope, Rendering rendering)
    {
        switch (target)
        {
            case Name name:
                scope.Set(name.Text, value);
                break;
            case Attribute { Owner: Name owner } attribute:
                if (owner.Evaluate(scope, rendering) is not JinjaNamespace space)
                    throw new JinjaException($"cannot assign to an attribute of '{owner.Text}', which is no namespace");
                space.Set(attribute.Member, value);
                break;
            case TupleLiteral tuple:
                var items = PythonType.Iterate(value);
                if (items.Count != tuple.Items.Count)
                    throw new JinjaException(items.Count > tuple.Items.Count ? $"too many values to unpack (expected {tuple.Items.Count})" : $"not enough values to unpack (expected {tuple.Items.Count}, got {items.Count})");
                for (var i = 0; i < items.Count; i++)
                    Assign(tuple.Items[i], items[i], scope, rendering);
                break;
            default:
                throw new JinjaException("cannot assign to this");
        }
    }
}

internal sealed record Set(Expression Target, Expression Value, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        Syntax.Target.Assign(Target, Value.Evaluate(scope, rendering), scope, rendering);
        return Flow.Through;
    }
}

/// <summary><c>{% set x %}…{% endset %}</c>, perhaps through filters.</summary>
internal sealed record SetBlock(Expression Target, IReadOnlyList<FilterCall> Filters, Block Body, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        object? value = rendering.Capture(() => Body.Execute(new Scope(scope), rendering));
        foreach (var filter in Filters)
            value = filter.Apply(value, scope, rendering);
        Syntax.Target.Assign(Target, value, scope, rendering);
        return Flow.Through;
    }
}

internal sealed record With(IReadOnlyList<(Expression Target, Expression Value)> Assignments, Block Body, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in Assignments)
            Target.Assign(target, value.Evaluate(scope, rendering), inner, rendering);
        return Body.Execute(inner, rendering);
    }
}

internal sealed record FilterBlock(IReadOnlyList<FilterCall> Filters, Block Body, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        object? value = rendering.Capture(() => Body.Execute(new Scope(scope), rendering));
        foreach (var filter in Filters)
            value = filter.Apply(value, scope, rendering);
        rendering.Write(rendering.Str(value));
        return Flow.Through;
    }
}

/// <summary>transformers' <c>{% generation %}</c>, which marks what the assistant wrote: here its text alone.</summary>
internal sealed record Generation(Block Body, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering) => Body.Execute(new Scope(scope), rendering);
}
