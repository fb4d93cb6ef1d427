namespace Ghpo.Models.Chat.Jinja;

/// <summary>Names and their values; a name that is not here is looked for in the scope around.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> _values = [];

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope._values.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }

    public void Set(string name, object? value) => _values[name] = value;

    private Scope? Outer => outer;
}
