using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Methods of dictionaries and lists that change nothing; those that do are refused, as in transformers' sandbox.</summary>
internal static class ContainerMethods
{
    public static object? Find(JinjaDictionary dictionary, string name) => name switch
    {
        "items" => new JinjaFunction(name, _ => Items(dictionary)),
        "keys" => new JinjaFunction(name, _ => new JinjaView("dict_keys", [.. dictionary.Keys])),
        "values" => new JinjaFunction(name, _ => new JinjaView("dict_values", [.. dictionary.Values])),
        "get" => new JinjaFunction(name, arguments => dictionary.TryGetValue(arguments.Required(0, "key"), out var value) ? value : arguments.Get(1, "default")),
        "copy" => new JinjaFunction(name, _ => Copy(dictionary)),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Refused(name, "dict"),
        _ => null,
    };

    public static object? Find(JinjaSequence sequence, string name) => name switch
    {
        "index" => new JinjaFunction(name, arguments => Index(sequence, arguments.Required(0, "value"))),
        "count" => new JinjaFunction(name, arguments => (long)sequence.Items.Count(item => PythonCompare.Equal(item, arguments.Required(0, "value")))),
        "copy" when sequence is JinjaList => new JinjaFunction(name, _ => new JinjaList([.. sequence.Items])),
        "append" or "clear" or "extend" or "insert" or "pop" or "remove" or "reverse" or "sort" when sequence is JinjaList => Refused(name, "list"),
        _ => null,
    };

    /// <summary>Pairs of key and value.</summary>
    public static JinjaView Items(JinjaDictionary dictionary) => new("dict_items", [.. dictionary.Entries.Select(entry => new JinjaTuple([entry.Key, entry.Value]))]);

    private static JinjaDictionary Copy(JinjaDictionary dictionary)
    {
        var copy = new JinjaDictionary();
        foreach (var (key, value) in dictionary.Entries)
            copy[key] = value;
        return copy;
    }

    private static object Index(JinjaSequence sequence, object? value)
    {
        var index = sequence.Items.FindIndex(item => PythonCompare.Equal(item, value));
        return index >= 0 ? (long)index : throw new JinjaException($"{PythonText.Repr(value)} is not in list");
    }

    // As in the sandbox: it is as if it were not there, and to call it is the error.
    private static Undefined Refused(string name, string type) => new($"access to attribute '{name}' of '{type}' object is unsafe: templates may not change values");
}
