using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>A for loop: its items may be filtered, it may call itself on other items (<c>recursive</c>), and <c>else</c> is for no items at all.</summary>
internal sealed record For(Expression Target, Expression Items, Expression? Filter, Block Body, Block? Else, bool IsRecursive, int Line) : Statement(Line)
{
    protected override Flow Run(Scope scope, Rendering rendering)
    {
        Loop(Items.Evaluate(scope, rendering), scope, rendering, 1);
        return Flow.Through;
    }

    private void Loop(object? value, Scope scope, Rendering rendering, int depth)
    {
        var items = PythonType.Iterate(value);
        if (Filter is not null)
            items = [.. items.Where(item => Passes(item, scope, rendering))];
        if (items.Count == 0)
        {
            Else?.Execute(new Scope(scope), rendering);
            return;
        }

        var state = new LoopState(items, depth);
        for (state.Index = 0; state.Index < items.Count; state.Index++)
        {
            var inner = new Scope(scope);
            inner.Set("loop", state.AsValue(IsRecursive ? deeper => Recurse(deeper, scope, rendering, depth + 1) : null));
            Syntax.Target.Assign(Target, items[state.Index], inner, rendering);
            rendering.Budget.Step();
            if (Body.Execute(inner, rendering) == Flow.Break)
                break;
        }
    }

    private bool Passes(object? item, Scope scope, Rendering rendering)
    {
        var inner = new Scope(scope);
        Syntax.Target.Assign(Target, item, inner, rendering);
        return PythonType.IsTrue(Filter!.Evaluate(inner, rendering));
    }

    private string Recurse(object? items, Scope scope, Rendering rendering, int depth) =>
        rendering.Budget.Nested(() => rendering.Capture(() => Loop(items, scope, rendering, depth)));
}

/// <summary>What a template sees as <c>loop</c>.</summary>
internal sealed class LoopState(List<object?> items, int depth)
{
    private List<object?>? _lastChanged;

    public int Index { get; set; }

    public JinjaFunction AsValue(Func<object?, string>? recurse)
    {
        var index = Index;
        return new JinjaFunction("loop", arguments => recurse is null
            ? throw new JinjaException("the loop must have the 'recursive' marker to be called")
            : recurse(arguments.Required(0, "iterable")))
        {
            Attribute = name => Member(name, index),
        };
    }

    private (bool, object?) Member(string name, int index) => name switch
    {
        "index" => (true, index + 1L),
        "index0" => (true, (long)index),
        "revindex" => (true, (long)(items.Count - index)),
        "revindex0" => (true, items.Count - index - 1L),
        "first" => (true, index == 0),
        "last" => (true, index == items.Count - 1),
        "length" => (true, (long)items.Count),
        "depth" => (true, (long)depth),
        "depth0" => (true, depth - 1L),
        "previtem" => (true, index > 0 ? items[index - 1] : new Undefined("there is no previous item")),
        "nextitem" => (true, index + 1 < items.Count ? items[index + 1] : new Undefined("there is no next item")),
        "cycle" => (true, new JinjaFunction("cycle", arguments => arguments.Positional.Count == 0 ? throw new JinjaException("no items for cycling given") : arguments.Positional[index % arguments.Positional.Count])),
        "changed" => (true, new JinjaFunction("changed", arguments => Changed(arguments.Positional))),
        _ => (false, null),
    };

    private object Changed(List<object?> values)
    {
        var same = _lastChanged is not null && _lastChanged.Count == values.Count && _lastChanged.Zip(values).All(pair => PythonCompare.Equal(pair.First, pair.Second));
        _lastChanged = values;
        return !same;
    }
}
