using System.Diagnostics.CodeAnalysis;

namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>A Python dictionary: ordered, with Python's equality of keys (1, 1.0 and True are one key).</summary>
internal sealed class JinjaDictionary
{
    private static readonly object None = new();

    private readonly OrderedDictionary<object, object?> _entries = new(new KeyComparer());

    public int Count => _entries.Count;

    public IEnumerable<object?> Keys => _entries.Keys.Select(Unwrap);

    public IEnumerable<object?> Values => _entries.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Entries => _entries.Select(entry => KeyValuePair.Create(Unwrap(entry.Key), entry.Value));

    public object? this[object? key]
    {
        set => _entries[Key(key)] = value;
    }

    public bool TryGetValue(object? key, out object? value)
    {
        if (!IsHashable(key))
        {
            value = null;
            return false;
        }

        return _entries.TryGetValue(key ?? None, out value);
    }

    public static bool IsHashable(object? key) => key is null or string or bool or long or double or JinjaTuple or Undefined;

    private static object Key(object? key) => IsHashable(key) ? key ?? None : throw new JinjaException($"unhashable type: '{PythonType.Name(key)}'");

    private static object? Unwrap(object key) => ReferenceEquals(key, None) ? null : key;

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public new bool Equals(object? x, object? y) => ReferenceEquals(x, y) || PythonCompare.Equal(x, y);

        public int GetHashCode([DisallowNull] object obj) => obj switch
        {
            bool b => (b ? 1d : 0d).GetHashCode(),
            long number => ((double)number).GetHashCode(),
            JinjaTuple tuple => tuple.Items.Aggregate(17, (hash, item) => (hash * 31) + (item is null ? 0 : GetHashCode(item))),
            Undefined => 1,
            _ => obj.GetHashCode(),
        };
    }
}
