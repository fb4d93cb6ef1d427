using System.Collections.Frozen;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>A filter: the value in front of the bar, the arguments in its parentheses, the rendering that it is part of.</summary>
internal delegate object? Filter(object? value, Arguments arguments, Rendering rendering);

/// <summary>All filters by name. Jinja's own, and <c>tojson</c> as transformers has it.</summary>
internal static class Filters
{
    private static readonly FrozenDictionary<string, Filter> Known =
        TextFilters.All.Concat(NumberFilters.All).Concat(SequenceFilters.All).Concat(SelectionFilters.All).ToFrozenDictionary();

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    public static object? Apply(string name, object? value, Arguments arguments, Rendering rendering)
    {
        rendering.Budget.Step();
        if (!Known.TryGetValue(name, out var filter))
            throw new JinjaException($"no filter named '{name}'");
        var result = filter(value, arguments, rendering);
        if (result is string text)
            rendering.Budget.Text(text);
        else if (result is JinjaSequence sequence)
            rendering.Budget.ListLength(sequence.Items.Count);
        return result;
    }
}
