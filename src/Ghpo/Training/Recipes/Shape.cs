using System.Collections.Concurrent;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Ghpo.Training.Recipes;

/// <summary>What a C# type is in YAML.</summary>
internal enum ShapeKind
{
    Flag,
    Whole,
    Number,
    Text,
    Choice,
    List,
    Dictionary,
    Record,
}

/// <summary>A type as the reader, the printer and the schema see it.</summary>
internal sealed class Shape
{
    private static readonly ConcurrentDictionary<Type, Shape> Known = [];
    private readonly Lazy<IReadOnlyList<KeyShape>> _keys;

    private Shape(Type type)
    {
        Type = type;
        (Kind, var element) = Classify(type);
        if (element is not null)
            Element = Of(element);
        _keys = new(() => KeysOf(type));
    }

    public Type Type { get; }

    public ShapeKind Kind { get; }

    /// <summary>What a list or dictionary holds.</summary>
    public Shape Element => field ?? throw new InvalidOperationException($"{Type} has no elements");

    /// <summary>The keys of a record: its own, then those of its base, each in the order of their declaration.</summary>
    public IReadOnlyList<KeyShape> Keys => _keys.Value;

    /// <summary>The shape of a type; a nullable number or enum has the shape of what it holds.</summary>
    public static Shape Of(Type type) => Known.GetOrAdd(Nullable.GetUnderlyingType(type) ?? type, plain => new Shape(plain));

    /// <summary>The values of an enum: YAML name → member, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, FieldInfo>> Choices =>
        [.. Type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(member => KeyValuePair.Create(ChoiceName(member), member))];

    /// <summary>How a member of an enum is written: its <see cref="JsonStringEnumMemberNameAttribute"/>, else its name in kebab-case.</summary>
    public static string ChoiceName(FieldInfo member) =>
        member.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? Names.Kebab(member.Name);

    /// <summary>A new record with the defaults of its initialisers.</summary>
    public object Create() => Activator.CreateInstance(Type)
        ?? throw new InvalidOperationException($"{Type} cannot be created without arguments");

    /// <summary>A copy of a record that can be filled without touching the original.</summary>
    public object Copy(object value) => Type.IsValueType
        ? RuntimeHelpers.GetObjectValue(value)
        : Type.GetMethod("<Clone>$")?.Invoke(value, null) ?? throw new InvalidOperationException($"{Type} must be a record");

    private static (ShapeKind, Type?) Classify(Type type)
    {
        if (type == typeof(bool))
            return (ShapeKind.Flag, null);
        if (type == typeof(int) || type == typeof(long) || type == typeof(ulong) || type == typeof(uint))
            return (ShapeKind.Whole, null);
        if (type == typeof(double) || type == typeof(float))
            return (ShapeKind.Number, null);
        if (type == typeof(string))
            return (ShapeKind.Text, null);
        if (type.IsEnum)
            return (ShapeKind.Choice, null);
        if (type.IsArray)
            return (ShapeKind.List, type.GetElementType());
        var arguments = type.IsGenericType ? type.GetGenericArguments() : [];
        if (arguments.Length == 1 && type.IsAssignableFrom(arguments[0].MakeArrayType()))
            return (ShapeKind.List, arguments[0]);
        if (arguments.Length == 2 && arguments[0] == typeof(string) && type.IsAssignableFrom(typeof(OrderedDictionary<,>).MakeGenericType(arguments)))
            return (ShapeKind.Dictionary, arguments[1]);
        if (type.GetConstructor(Type.EmptyTypes) is null && !type.IsValueType)
            throw new InvalidOperationException($"{type} cannot be a part of a recipe: a record needs a constructor without parameters, a list is an IReadOnlyList, a dictionary an IReadOnlyDictionary with text as key");
        return (ShapeKind.Record, null);
    }

    private static List<KeyShape> KeysOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return [.. type
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(property => new KeyShape(property, nullability.Create(property).ReadState == NullabilityState.Nullable))
            .OrderBy(key => key.InheritsSections)]; // what inherits sections stands after them
    }
}

/// <summary>A key of a record: a property that can be set, with what its attributes say.</summary>
internal sealed class KeyShape(PropertyInfo property, bool nullable)
{
    public string Name { get; } = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Names.Snake(property.Name);

    public Shape Shape => Shape.Of(property.PropertyType);

    public bool Nullable => nullable;

    public bool Required { get; } = property.IsDefined(typeof(RequiredMemberAttribute)) || property.IsDefined(typeof(RequiredAttribute));

    public bool InheritsSections { get; } = property.IsDefined(typeof(InheritsSectionsAttribute));

    /// <summary>Its elements, if there are any, inherit the sections and stand for the top level.</summary>
    public bool ReplacesSections { get; } = property.GetCustomAttribute<InheritsSectionsAttribute>() is { Beside: false };

    public string Description { get; } = property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? "";

    public IReadOnlyList<ValidationAttribute> Rules { get; } = [.. property.GetCustomAttributes<ValidationAttribute>().Where(rule => rule is not RequiredAttribute)];

    /// <summary>A nested record, which phases inherit.</summary>
    public bool IsSection => Shape.Kind == ShapeKind.Record;

    public object? Get(object record) => property.GetValue(record);

    public void Set(object record, object? value) => property.SetValue(record, value);
}
