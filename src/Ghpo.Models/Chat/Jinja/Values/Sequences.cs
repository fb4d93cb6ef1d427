namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>A Python sequence: its items, which kind of sequence it is only matters for printing and truth.</summary>
internal abstract class JinjaSequence(List<object?> items)
{
    public List<object?> Items { get; } = items;

    /// <summary>The items, to go through once.</summary>
    public virtual List<object?> Iterate() => Items;

    public virtual bool IsTrue => Items.Count > 0;
}

internal sealed class JinjaList(List<object?> items) : JinjaSequence(items)
{
    public JinjaList(IEnumerable<object?> items)
        : this([.. items])
    {
    }
}

internal sealed class JinjaTuple(List<object?> items, params string[] names) : JinjaSequence(items)
{
    /// <summary>Names of the items of a named tuple, such as <c>grouper</c> and <c>list</c>.</summary>
    public IReadOnlyList<string> Names => names;
}

/// <summary>A view of a dictionary, or a range: a sequence that prints with its name.</summary>
internal sealed class JinjaView(string name, List<object?> items, string? text = null) : JinjaSequence(items)
{
    public string Name => name;

    /// <summary>How it prints; null: its name and items.</summary>
    public string? Text => text;
}

/// <summary>What lazy filters (map, select …) give: always true in a condition, even when it holds nothing, and gone through only once. Templates depend on both.</summary>
internal sealed class JinjaGenerator(IEnumerable<object?> items) : JinjaSequence([.. items])
{
    public override bool IsTrue => true;

    public override List<object?> Iterate()
    {
        var rest = Items.ToList();
        Items.Clear();
        return rest;
    }

    /// <summary>Takes the next item only.</summary>
    public bool TryTake(out object? item)
    {
        item = Items.Count > 0 ? Items[0] : null;
        if (Items.Count == 0)
            return false;
        Items.RemoveAt(0);
        return true;
    }
}
