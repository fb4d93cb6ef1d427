using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>
/// <c>a.b</c> looks for an attribute first and for a key then, <c>a['b']</c> the other way round, as Jinja does.
/// What can be reached is listed here and nothing else: no attribute that begins with an underscore, nothing that changes a value.
/// </summary>
internal static class Members
{
    public static object? Attribute(object? owner, string name, Rendering rendering)
    {
        if (owner is Undefined undefined)
            return rendering.Dialect == TemplateDialect.HuggingFaceJs ? undefined : throw undefined.Error();
        if (TryAttribute(owner, name, rendering, out var value) || TryItem(owner, name, out value))
            return value;
        return Undefined.Member(owner, name);
    }

    public static object? Item(object? owner, object? key, Rendering rendering)
    {
        if (owner is Undefined undefined)
            return rendering.Dialect == TemplateDialect.HuggingFaceJs ? undefined : throw undefined.Error();
        if (TryItem(owner, key, out var value) || (key is string name && TryAttribute(owner, name, rendering, out value)))
            return value;
        return Undefined.Member(owner, key);
    }

    /// <summary>An attribute by a dotted path such as <c>function.name</c> or <c>0.id</c>, as the filters' <c>attribute</c> takes it.</summary>
    public static object? Path(object? owner, object? path, Rendering rendering, object? otherwise = null)
    {
        IEnumerable<object?> keys = path is string text ? text.Split('.').Select(object? (part) => long.TryParse(part, out var index) ? index : part) : [path];
        foreach (var key in keys)
        {
            owner = Item(owner, key, rendering);
            if (owner is Undefined && otherwise is not null)
                return otherwise;
        }

        return owner;
    }

    private static bool TryItem(object? owner, object? key, out object? value)
    {
        value = null;
        switch (owner)
        {
            case JinjaDictionary dictionary:
                return dictionary.TryGetValue(key, out value);
            case JinjaList or JinjaTuple or JinjaView when Index(key) is { } index:
                var items = ((JinjaSequence)owner).Items;
                index = index < 0 ? index + items.Count : index;
                if (index < 0 || index >= items.Count)
                    return false;
                value = items[(int)index];
                return true;
            case string text when Index(key) is { } index:
                var length = PythonString.Length(text);
                index = index < 0 ? index + length : index;
                if (index < 0 || index >= length)
                    return false;
                value = length == text.Length ? text[(int)index].ToString() : PythonString.CharacterArray(text)[(int)index];
                return true;
            default:
                return false;
        }
    }

    private static long? Index(object? key) => key switch
    {
        long index => index,
        bool flag => flag ? 1 : 0,
        _ => null,
    };

    /// <summary>An attribute and no key.</summary>
    public static object? AttributeOnly(object? owner, string name, Rendering rendering) =>
        TryAttribute(owner, name, rendering, out var value) ? value : Undefined.Member(owner, name);

    private static bool TryAttribute(object? owner, string name, Rendering rendering, out object? value)
    {
        value = null;
        if (name.StartsWith('_'))
            return false;
        switch (owner)
        {
            case JinjaNamespace space:
                return space.Attributes.TryGetValue(name, out value);
            case JinjaFunction { Attribute: { } attribute }:
                (var found, value) = attribute(name);
                return found;
            case JinjaTuple tuple when tuple.Names.ToList().IndexOf(name) is >= 0 and var place:
                value = tuple.Items[place];
                return true;
            case string text:
                value = StringMethods.Find(text, name, rendering);
                return value is not null;
            case JinjaDictionary dictionary:
                value = ContainerMethods.Find(dictionary, name);
                return value is not null;
            case JinjaList or JinjaTuple:
                value = ContainerMethods.Find((JinjaSequence)owner, name);
                return value is not null;
            default:
                return false;
        }
    }
}
