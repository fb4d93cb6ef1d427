namespace Ghpo.Models.Chat.Jinja.Values;

/// <summary>Equality and order as Python has them.</summary>
internal static class PythonCompare
{
    public static bool Equal(object? left, object? right, TemplateDialect dialect = TemplateDialect.Transformers)
    {
        if (ReferenceEquals(left, right))
            return true;
        // To JavaScript a truth value is no number, and what is not there equals none.
        if (dialect == TemplateDialect.HuggingFaceJs && left is bool != right is bool)
            return false;
        if (dialect == TemplateDialect.HuggingFaceJs && left is (null or Undefined) && right is (null or Undefined))
            return true;
        if (Number(left) is { } a && Number(right) is { } b)
            return left is long x && right is long y ? x == y : a == b;
        return (left, right) switch
        {
            (string x, string y) => x == y,
            (Undefined, Undefined) => true,
            (JinjaList x, JinjaList y) => SameItems(x, y),
            (JinjaTuple x, JinjaTuple y) => SameItems(x, y),
            (JinjaView x, JinjaView y) => SameItems(x, y),
            (JinjaDictionary x, JinjaDictionary y) => x.Count == y.Count && x.Entries.All(entry => y.TryGetValue(entry.Key, out var other) && Equal(entry.Value, other)),
            _ => false,
        };
    }

    /// <summary>Negative, zero or positive; an error where Python knows no order.</summary>
    public static int Compare(object? left, object? right, string operation = "<")
    {
        if (left is Undefined missing)
            throw missing.Error();
        if (right is Undefined absent)
            throw absent.Error();
        if (left is long x && right is long y)
            return x.CompareTo(y);
        if (Number(left) is { } a && Number(right) is { } b)
            return a.CompareTo(b);
        if (left is string text && right is string other)
            return string.CompareOrdinal(text, other);
        if ((left, right) is (JinjaList, JinjaList) or (JinjaTuple, JinjaTuple))
            return CompareItems(((JinjaSequence)left!).Items, ((JinjaSequence)right!).Items, operation);
        throw new JinjaException($"'{operation}' not supported between instances of '{PythonType.Name(left)}' and '{PythonType.Name(right)}'");
    }

    public static bool Contains(object? container, object? item, TemplateDialect dialect = TemplateDialect.Transformers) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal) : item is Undefined ? false
            : throw new JinjaException($"'in <string>' requires string as left operand, not {PythonType.Name(item)}"),
        JinjaDictionary dictionary => dictionary.TryGetValue(item, out _),
        JinjaSequence sequence => sequence.Iterate().Any(candidate => Equal(candidate, item, dialect)),
        Undefined => false,
        _ => throw new JinjaException($"argument of type '{PythonType.Name(container)}' is not iterable"),
    };

    /// <summary>A number's value; truth values are the numbers 0 and 1.</summary>
    public static double? Number(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        double number => number,
        _ => null,
    };

    private static bool SameItems(JinjaSequence left, JinjaSequence right) =>
        left.Items.Count == right.Items.Count && left.Items.Zip(right.Items).All(pair => Equal(pair.First, pair.Second));

    private static int CompareItems(List<object?> left, List<object?> right, string operation)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
        {
            if (!Equal(left[i], right[i]))
                return Compare(left[i], right[i], operation);
        }

        return left.Count.CompareTo(right.Count);
    }
}
