using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Methods of dictionaries and lists that change nothing; those that do are refused, as in transformers' sandbox.</summary>
internal static class ContainerMethods
{
    public static JinjaFunction? Find(JinjaDictionary dictionary, string name) => name switch
    {
        "items" => new(name, _ => Items(dictionary)),
        "keys" => new(name, _ => new JinjaView("dict_keys", [.. dictionary.Keys])),
        "values" => new(name, _ => new JinjaView("dict_values", [.. dictionary.Values])),
        "get" => new(name, arguments => dictionary.TryGetValue(arguments.Required(0, "key"), out var value) ? value : arguments.Get(1, "default")),
        "copy" => new(name, _ => Copy(dictionary)),
        "clear" or "pop" or "popitem" or "setdefault" or "update" => Refused(name, "dict"),
        _ => null,
    };

    public static JinjaFunction? Find(JinjaSequence sequence, string name) => name switch
    {
        "index" => new(name, arguments => Index(sequence, arguments.Required(0, "value"))),
        "count" => new(name, arguments => (long)sequence.Items.Count(item => PythonCompare.Equal(item, arguments.Required(0, "value")))),
        "copy" when sequence is JinjaList => new(name, _ => new JinjaList([.. sequence.Items])),
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

    private static JinjaFunction Refused(string name, string type) => new(name, _ => throw new JinjaException($"access to attribute '{name}' of '{type}' object is unsafe: templates may not change values"));
}
