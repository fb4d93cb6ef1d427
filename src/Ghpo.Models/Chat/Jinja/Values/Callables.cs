namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>A namespace: the one thing whose attributes a template may set.</summary>
internal sealed class JinjaNamespace
{
    public Dictionary<string, object?> Attributes { get; } = [];

    /// <summary>Sets an attribute; transformers refuses those that Python keeps for itself.</summary>
    public void Set(string name, object? value) => Attributes[name] = name.StartsWith('_')
        ? throw new JinjaException($"Chat templates cannot store underscore-prefixed attributes on a namespace, but got '{name}'. Please rename the attribute.")
        : value;
}

/// <summary>Something that can be called: a macro, a method, a global function. Templates reach nothing of .NET but these.</summary>
/// <param name="Name">For error messages.</param>
/// <param name="Call">What it does.</param>
internal sealed record JinjaFunction(string Name, Func<Arguments, object?> Call)
{
    /// <summary>Attributes that a template can read, such as those of <c>loop</c>.</summary>
    public Func<string, (bool Found, object? Value)>? Attribute { get; init; }
}

/// <summary>The arguments of a call.</summary>
internal sealed class Arguments
{
    public List<object?> Positional { get; init; } = [];

    public Dictionary<string, object?> Named { get; init; } = [];

    public static Arguments None => new();

    public int Count => Positional.Count + Named.Count;

    public bool TryGet(int index, string name, out object? value)
    {
        if (Named.TryGetValue(name, out value))
            return true;
        value = index < Positional.Count ? Positional[index] : null;
        return index >= 0 && index < Positional.Count;
    }

    public object? Get(int index, string name, object? otherwise = null) => TryGet(index, name, out var value) ? value : otherwise;

    public object? Required(int index, string name) => TryGet(index, name, out var value) ? value : throw new JinjaException($"missing the argument '{name}'");

    public string Text(int index, string name) => Required(index, name) switch
    {
        string text => text,
        Undefined undefined => throw undefined.Error(),
        var other => throw new JinjaException($"the argument '{name}' must be a string, not {PythonType.Name(other)}"),
    };

    public string? OptionalText(int index, string name) => Get(index, name) is null ? null : Text(index, name);

    public bool Flag(int index, string name, bool otherwise = false) => TryGet(index, name, out var value) ? PythonType.IsTrue(value) : otherwise;

    public int Number(int index, string name, int otherwise) => Get(index, name, (long)otherwise) switch
    {
        long number => (int)Math.Clamp(number, int.MinValue, int.MaxValue),
        bool flag => flag ? 1 : 0,
        null => otherwise,
        Undefined undefined => throw undefined.Error(),
        var other => throw new JinjaException($"the argument '{name}' must be a number, not {PythonType.Name(other)}"),
    };

    /// <summary>Without the first positional arguments.</summary>
    public Arguments Skip(int count) => new() { Positional = [.. Positional.Skip(count)], Named = Named };
}
