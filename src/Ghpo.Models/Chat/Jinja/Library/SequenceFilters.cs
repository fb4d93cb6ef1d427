using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Filters on lists and dictionaries as a whole.</summary>
internal static class SequenceFilters
{
    public static IReadOnlyDictionary<string, Filter> All { get; } = new Dictionary<string, Filter>
    {
        ["length"] = (value, _, _) => (long)PythonType.Length(value),
        ["count"] = (value, _, _) => (long)PythonType.Length(value),
        ["default"] = Default,
        ["d"] = Default,
        ["first"] = (value, _, _) => value is JinjaGenerator generator ? generator.TryTake(out var next) ? next : NoItem("first") : Ends(value, "first", items => items[0]),
        ["last"] = (value, _, _) => Ends(value, "last", items => items[^1]),
        ["list"] = (value, _, _) => new JinjaList([.. PythonType.Iterate(value)]),
        ["join"] = Join,
        ["reverse"] = (value, _, _) => value is string text ? string.Concat(PythonString.CharacterArray(text).Reverse()) : new JinjaGenerator(PythonType.Iterate(value).AsEnumerable().Reverse()),
        ["items"] = Items,
        ["dictsort"] = DictionarySort,
        ["batch"] = (value, arguments, _) => Batch(PythonType.Iterate(value), arguments),
        ["slice"] = (value, arguments, _) => Slice(PythonType.Iterate(value), arguments),
        ["attr"] = (value, arguments, rendering) => Members.AttributeOnly(value, arguments.Text(0, "name"), rendering),
        ["sum"] = Sum,
    };

    private static object? Default(object? value, Arguments arguments, Rendering rendering) =>
        value is Undefined || (arguments.Flag(1, "boolean") && !PythonType.IsTrue(value)) ? arguments.Get(0, "default_value", "") : value;

    private static Undefined NoItem(string which) => new($"No {which} item, sequence was empty.");

    private static object? Ends(object? value, string which, Func<List<object?>, object?> choose)
    {
        var items = PythonType.Iterate(value);
        return items.Count == 0 ? NoItem(which) : choose(items);
    }

    private static string Join(object? value, Arguments arguments, Rendering rendering)
    {
        var separator = rendering.Str(arguments.Get(0, "d", ""));
        var items = PythonType.Iterate(value);
        if (arguments.Get(1, "attribute") is { } attribute)
            items = [.. items.Select(item => Members.Path(item, attribute, rendering))];
        rendering.Budget.TextLength((long)items.Count * separator.Length);
        return string.Join(separator, items.Select(rendering.Str));
    }

    private static JinjaGenerator Items(object? value, Arguments arguments, Rendering rendering) => value switch
    {
        Undefined => new JinjaGenerator([]),
        JinjaDictionary dictionary => new JinjaGenerator(ContainerMethods.Items(dictionary).Items),
        _ => throw new JinjaException("Can only get item pairs from a mapping."),
    };

    private static JinjaList DictionarySort(object? value, Arguments arguments, Rendering rendering)
    {
        if (value is not JinjaDictionary dictionary)
            throw value is Undefined undefined ? undefined.Error() : new JinjaException($"dictsort needs a mapping, not {PythonType.Name(value)}");
        var caseSensitive = arguments.Flag(0, "case_sensitive");
        var by = arguments.OptionalText(1, "by") ?? "key";
        if (by is not ("key" or "value"))
            throw new JinjaException("You can only sort by either \"key\" or \"value\"");
        var pairs = ContainerMethods.Items(dictionary).Items.Cast<JinjaTuple>();
        return new JinjaList(Sorting.Sort(pairs, pair => Sorting.Key(pair.Items[by == "key" ? 0 : 1], caseSensitive), arguments.Flag(2, "reverse"), rendering));
    }

    private static JinjaGenerator Batch(List<object?> items, Arguments arguments)
    {
        var size = Math.Max(1, arguments.Number(0, "linecount", 1));
        var rows = items.Chunk(size).Select(row => row.ToList()).ToList();
        if (arguments.Get(1, "fill_with") is { } fill && rows.Count > 0 && size <= Budget.LargestList)
            rows[^1].AddRange(Enumerable.Repeat<object?>(fill, size - rows[^1].Count));
        return new JinjaGenerator(rows.Select(row => new JinjaList(row)));
    }

    private static JinjaGenerator Slice(List<object?> items, Arguments arguments)
    {
        var slices = Math.Clamp(arguments.Number(0, "slices", 1), 1, Budget.LargestRange);
        var (each, more) = (items.Count / slices, items.Count % slices);
        var columns = new List<object?>();
        var start = 0;
        for (var i = 0; i < slices; i++)
        {
            var count = each + (i < more ? 1 : 0);
            var column = items.GetRange(start, count);
            if (i >= more && arguments.Get(1, "fill_with") is { } fill)
                column.Add(fill);
            columns.Add(new JinjaList(column));
            start += count;
        }

        return new JinjaGenerator(columns);
    }

    private static object? Sum(object? value, Arguments arguments, Rendering rendering)
    {
        var total = arguments.Get(1, "start", 0L);
        foreach (var item in PythonType.Iterate(value))
            total = Arithmetic.Apply("+", total, arguments.Get(0, "attribute") is { } attribute ? Members.Path(item, attribute, rendering) : item, rendering);
        return total;
    }
}
