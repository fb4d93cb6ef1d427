using Ghpo.Models.Chat.Jinja.Library;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>An expression of a template, which knows how to give its value.</summary>
internal abstract record Expression
{
    public object? Evaluate(Scope scope, Rendering rendering)
    {
        rendering.Budget.Step();
        Budget.EnsureStack();
        return Value(scope, rendering);
    }

    protected abstract object? Value(Scope scope, Rendering rendering);
}

internal sealed record Constant(object? Content) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Content;
}

internal sealed record Name(string Text) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => scope.TryGet(Text, out var value) ? value : Undefined.Name(Text);
}

internal sealed record ListLiteral(IReadOnlyList<Expression> Items) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => new JinjaList(Items.Select(item => item.Evaluate(scope, rendering)));
}

internal sealed record TupleLiteral(IReadOnlyList<Expression> Items) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => new JinjaTuple([.. Items.Select(item => item.Evaluate(scope, rendering))]);
}

internal sealed record DictionaryLiteral(IReadOnlyList<(Expression Key, Expression Value)> Entries) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering)
    {
        var dictionary = new JinjaDictionary();
        foreach (var (key, value) in Entries)
            dictionary[key.Evaluate(scope, rendering)] = value.Evaluate(scope, rendering);
        return dictionary;
    }
}

/// <summary><c>a if test else b</c>; without an else what is missing is undefined.</summary>
internal sealed record Conditional(Expression Test, Expression Then, Expression? Else) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) =>
        PythonType.IsTrue(Test.Evaluate(scope, rendering)) ? Then.Evaluate(scope, rendering)
        : Else is null ? new Undefined("the inline if-expression evaluated to false and no else section was defined") : Else.Evaluate(scope, rendering);
}

internal sealed record Attribute(Expression Owner, string Member) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Members.Attribute(Owner.Evaluate(scope, rendering), Member, rendering);
}

internal sealed record Subscript(Expression Owner, Expression Key) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering)
    {
        var owner = Owner.Evaluate(scope, rendering);
        return Key is SliceKey slice ? slice.Of(owner, scope, rendering) : Members.Item(owner, Key.Evaluate(scope, rendering), rendering);
    }
}

/// <summary><c>start:stop:step</c> inside brackets.</summary>
internal sealed record SliceKey(Expression? Start, Expression? Stop, Expression? Step) : Expression
{
    public object? Of(object? owner, Scope scope, Rendering rendering) =>
        Slicing.Slice(owner, Bound(Start, scope, rendering), Bound(Stop, scope, rendering), Bound(Step, scope, rendering), rendering);

    protected override object? Value(Scope scope, Rendering rendering) => throw new JinjaException("a slice stands only inside brackets");

    private static long? Bound(Expression? bound, Scope scope, Rendering rendering) => bound?.Evaluate(scope, rendering) switch
    {
        null => null,
        long number => number,
        bool flag => flag ? 1 : 0,
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException("slice indices must be integers or None"),
    };
}

/// <summary>The arguments of a call as written.</summary>
internal sealed record CallArguments(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named, Expression? Spread, Expression? NamedSpread)
{
    public static CallArguments None { get; } = new([], [], null, null);

    public Arguments Evaluate(Scope scope, Rendering rendering)
    {
        var arguments = new Arguments { Positional = [.. Positional.Select(argument => argument.Evaluate(scope, rendering))] };
        if (Spread is not null)
            arguments.Positional.AddRange(PythonType.Iterate(Spread.Evaluate(scope, rendering)));
        foreach (var (name, value) in Named)
            arguments.Named[name] = value.Evaluate(scope, rendering);
        if (NamedSpread?.Evaluate(scope, rendering) is not { } spread)
            return arguments;
        if (spread is not JinjaDictionary dictionary)
            throw new JinjaException("the argument behind ** must be a mapping");
        foreach (var (name, value) in dictionary.Entries)
            arguments.Named[name as string ?? throw new JinjaException("keywords must be strings")] = value;
        return arguments;
    }
}

internal sealed record Call(Expression Callee, CallArguments Arguments) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Callee.Evaluate(scope, rendering) switch
    {
        JinjaFunction function => function.Call(Arguments.Evaluate(scope, rendering)),
        Undefined undefined => throw undefined.Error(),
        var other => throw new JinjaException($"'{PythonType.Name(other)}' object is not callable"),
    };
}

internal sealed record FilterCall(Expression? Input, string Filter, CallArguments Arguments) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Apply(Input!.Evaluate(scope, rendering), scope, rendering);

    public object? Apply(object? input, Scope scope, Rendering rendering) => Filters.Apply(Filter, input, Arguments.Evaluate(scope, rendering), rendering);
}

internal sealed record TestCall(Expression Input, string Test, CallArguments Arguments, bool Negated) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Tests.Holds(Test, Input.Evaluate(scope, rendering), Arguments.Evaluate(scope, rendering), rendering) != Negated;
}
