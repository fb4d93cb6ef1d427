using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Order as the filters use it: stable, by Python's comparison, strings without regard to case unless asked.</summary>
internal static class Sorting
{
    public static object? Key(object? value, bool caseSensitive) => !caseSensitive && value is string text ? PythonString.Lower(text) : value;

    public static List<T> Sort<T>(IEnumerable<T> items, Func<T, object?> key, bool reverse, Rendering rendering)
    {
        var comparer = Comparer<object?>.Create((x, y) => Compare(x, y, rendering));
        try
        {
            return (reverse ? items.OrderByDescending(key, comparer) : items.OrderBy(key, comparer)).ToList();
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaException inner)
        {
            // What a comparison throws comes wrapped.
            throw inner;
        }
    }

    /// <summary>The key of an item: itself, an attribute, or several attributes with commas between.</summary>
    public static Func<object?, object?> KeyBy(object? attribute, bool caseSensitive, Rendering rendering, object? otherwise = null) => attribute switch
    {
        null => item => Key(item, caseSensitive),
        string paths when paths.Contains(',') => item => new JinjaTuple([.. paths.Split(',').Select(path => Key(Members.Path(item, path, rendering, otherwise), caseSensitive))]),
        _ => item => Key(Members.Path(item, attribute, rendering, otherwise), caseSensitive),
    };

    public static int Compare(object? left, object? right, Rendering rendering)
    {
        rendering.Budget.Step();
        // huggingface.js lets what is missing be sorted.
        if (rendering.Dialect == TemplateDialect.HuggingFaceJs && (left is Undefined or null || right is Undefined or null))
            return (left is Undefined or null ? 0 : 1) - (right is Undefined or null ? 0 : 1);
        return PythonCompare.Compare(left, right);
    }
}
