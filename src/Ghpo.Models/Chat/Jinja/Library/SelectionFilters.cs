using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Filters that choose, change or order the items of a list.</summary>
internal static class SelectionFilters
{
    public static IReadOnlyDictionary<string, Filter> All { get; } = new Dictionary<string, Filter>
    {
        ["map"] = Map,
        ["select"] = (value, arguments, rendering) => Select(value, arguments, rendering, wanted: true),
        ["reject"] = (value, arguments, rendering) => Select(value, arguments, rendering, wanted: false),
        ["selectattr"] = (value, arguments, rendering) => SelectAttribute(value, arguments, rendering, wanted: true),
        ["rejectattr"] = (value, arguments, rendering) => SelectAttribute(value, arguments, rendering, wanted: false),
        ["sort"] = (value, arguments, rendering) => new JinjaList(Sorting.Sort(PythonType.Iterate(value), Sorting.KeyBy(arguments.Get(2, "attribute"), arguments.Flag(1, "case_sensitive"), rendering), arguments.Flag(0, "reverse"), rendering)),
        ["unique"] = Unique,
        ["groupby"] = GroupBy,
        ["min"] = (value, arguments, rendering) => Extreme(value, arguments, rendering, -1),
        ["max"] = (value, arguments, rendering) => Extreme(value, arguments, rendering, 1),
    };

    private static JinjaGenerator Map(object? value, Arguments arguments, Rendering rendering)
    {
        var items = ItemsIfTrue(value);
        if (arguments.Positional.Count == 0 && arguments.Named.TryGetValue("attribute", out var attribute))
            return new JinjaGenerator(items.Select(item => Members.Path(item, attribute, rendering, arguments.Named.GetValueOrDefault("default"))));
        var filter = arguments.Text(0, "filter");
        return new JinjaGenerator(items.Select(item => Filters.Apply(filter, item, arguments.Skip(1), rendering)));
    }

    private static JinjaGenerator Select(object? value, Arguments arguments, Rendering rendering, bool wanted) =>
        new(ItemsIfTrue(value).Where(item => Holds(item, arguments, rendering) == wanted));

    private static JinjaGenerator SelectAttribute(object? value, Arguments arguments, Rendering rendering, bool wanted)
    {
        var attribute = arguments.Required(0, "attribute");
        return new JinjaGenerator(ItemsIfTrue(value).Where(item => Holds(Members.Path(item, attribute, rendering), arguments.Skip(1), rendering) == wanted));
    }

    // Jinja looks whether there is anything before it looks at what it is: none and 0 have no items here, and are no error.
    private static IReadOnlyList<object?> ItemsIfTrue(object? value) => PythonType.IsTrue(value) ? PythonType.Iterate(value) : [];

    // The test that is named, or truth itself.
    private static bool Holds(object? item, Arguments arguments, Rendering rendering) =>
        arguments.Positional.Count == 0 ? PythonType.IsTrue(item) : Tests.Holds(arguments.Text(0, "test"), item, arguments.Skip(1), rendering);

    private static JinjaGenerator Unique(object? value, Arguments arguments, Rendering rendering)
    {
        var key = Sorting.KeyBy(arguments.Get(1, "attribute"), arguments.Flag(0, "case_sensitive"), rendering);
        var seen = new JinjaDictionary();
        var unique = new List<object?>();
        foreach (var item in PythonType.Iterate(value))
        {
            var identity = key(item);
            if (seen.TryGetValue(identity, out _))
                continue;
            seen[identity] = null;
            unique.Add(item);
        }

        return new JinjaGenerator(unique);
    }

    private static JinjaList GroupBy(object? value, Arguments arguments, Rendering rendering)
    {
        var attribute = arguments.Required(0, "attribute");
        var key = Sorting.KeyBy(attribute, arguments.Flag(2, "case_sensitive"), rendering, arguments.Get(1, "default"));
        var groups = new List<object?>();
        object? last = null;
        List<object?>? members = null;
        foreach (var item in Sorting.Sort(PythonType.Iterate(value), key, reverse: false, rendering))
        {
            var identity = key(item);
            if (members is null || !PythonCompare.Equal(identity, last))
            {
                members = [];
                groups.Add(new JinjaTuple([Members.Path(item, attribute, rendering, arguments.Get(1, "default")), new JinjaList(members)], "grouper", "list"));
            }

            last = identity;
            members.Add(item);
        }

        return new JinjaList(groups);
    }

    private static object? Extreme(object? value, Arguments arguments, Rendering rendering, int sign)
    {
        var key = Sorting.KeyBy(arguments.Get(1, "attribute"), arguments.Flag(0, "case_sensitive"), rendering);
        var items = PythonType.Iterate(value);
        if (items.Count == 0)
            return new Undefined("No aggregated item, sequence was empty.");
        return items.Aggregate((best, item) => sign * Sorting.Compare(key(item), key(best), rendering) > 0 ? item : best);
    }
}
