using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>The functions that every template can call.</summary>
internal static class Globals
{
    public static void AddTo(Scope scope, Rendering rendering)
    {
        Add("range", arguments => Range(arguments, rendering));
        Add("namespace", Namespace);
        Add("dict", Dictionary);
        Add("raise_exception", arguments => throw new JinjaException(rendering.Str(arguments.Get(0, "message", ""))));
        Add("strftime_now", arguments => TimeFormat.Format(rendering.Now, arguments.Text(0, "format")));
        Add("joiner", arguments => Joiner(arguments.Get(0, "sep", ", ")));
        Add("cycler", Cycler);

        void Add(string name, Func<Arguments, object?> call) => scope.Set(name, new JinjaFunction(name, call));
    }

    private static JinjaView Range(Arguments arguments, Rendering rendering)
    {
        var bounds = arguments.Positional.Select(bound => bound switch
        {
            long number => number,
            bool flag => flag ? 1 : 0,
            Undefined undefined => throw undefined.Error(),
            _ => throw new JinjaException($"'{PythonType.Name(bound)}' object cannot be interpreted as an integer"),
        }).ToList();
        if (bounds.Count is < 1 or > 3)
            throw new JinjaException("range takes one to three numbers");
        var (start, stop, step) = bounds.Count == 1 ? (0, bounds[0], 1) : (bounds[0], bounds[1], bounds.Count == 3 ? bounds[2] : 1);
        if (step == 0)
            throw new JinjaException("range() arg 3 must not be zero");
        var distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        var count = distance <= 0 ? 0 : (distance + Int128.Abs(step) - 1) / Int128.Abs(step);
        if (count > Budget.LargestRange)
            throw new JinjaException($"Range too big. The sandbox blocks ranges larger than {Budget.LargestRange}");
        rendering.Budget.ListLength((long)count);
        return new JinjaView("range", [.. Enumerable.Range(0, (int)count).Select(object? (i) => start + (i * step))], step == 1 ? $"range({start}, {stop})" : $"range({start}, {stop}, {step})");
    }

    private static JinjaNamespace Namespace(Arguments arguments)
    {
        var space = new JinjaNamespace();
        if (arguments.Get(0, "") is JinjaDictionary initial)
        {
            foreach (var (name, value) in initial.Entries)
                space.Set(PythonText.Str(name), value);
        }

        foreach (var (name, value) in arguments.Named)
            space.Set(name, value);
        return space;
    }

    private static JinjaDictionary Dictionary(Arguments arguments)
    {
        var dictionary = new JinjaDictionary();
        if (arguments.Positional.Count > 0)
        {
            if (arguments.Positional[0] is JinjaDictionary other)
            {
                foreach (var (key, value) in other.Entries)
                    dictionary[key] = value;
            }
            else
            {
                foreach (var pair in PythonType.Iterate(arguments.Positional[0]).Select(PythonType.Iterate))
                    dictionary[pair.Count == 2 ? pair[0] : throw new JinjaException("dict() needs pairs of key and value")] = pair[1];
            }
        }

        foreach (var (name, value) in arguments.Named)
            dictionary[name] = value;
        return dictionary;
    }

    private static JinjaFunction Joiner(object? separator)
    {
        var used = false;
        return new JinjaFunction("joiner", _ =>
        {
            var text = used ? separator : "";
            used = true;
            return text;
        });
    }

    private static JinjaFunction Cycler(Arguments arguments)
    {
        var items = arguments.Positional;
        if (items.Count == 0)
            throw new JinjaException("at least one item has to be provided");
        var at = 0;
        return new JinjaFunction("cycler", _ => throw new JinjaException("'Cycler' object is not callable"))
        {
            Attribute = name => name switch
            {
                "next" => (true, new JinjaFunction("next", _ => items[at++ % items.Count])),
                "reset" => (true, new JinjaFunction("reset", _ => Reset())),
                "current" => (true, items[at % items.Count]),
                _ => (false, null),
            },
        };

        object? Reset()
        {
            at = 0;
            return null;
        }
    }
}
