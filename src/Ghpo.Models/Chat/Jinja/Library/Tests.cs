using System.Collections.Frozen;
using Ghpo.Models.Chat.Jinja.Syntax;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Jinja's tests: what stands behind <c>is</c>.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, Func<object?, Arguments, TemplateDialect, bool>> Known = new Dictionary<string, Func<object?, Arguments, TemplateDialect, bool>>
    {
        ["defined"] = (value, _, _) => value is not Undefined,
        ["undefined"] = (value, _, _) => value is Undefined,
        ["none"] = (value, _, _) => value is null,
        ["boolean"] = (value, _, _) => value is bool,
        ["true"] = (value, _, _) => value is true,
        ["false"] = (value, _, _) => value is false,
        ["integer"] = (value, _, _) => value is long,
        ["float"] = (value, _, _) => value is double,
        ["number"] = (value, _, _) => value is long or double or bool,
        ["string"] = (value, _, _) => value is string,
        ["mapping"] = (value, _, _) => value is JinjaDictionary,
        ["sequence"] = (value, _, _) => value is string or JinjaList or JinjaTuple or JinjaDictionary or Undefined or JinjaView { Name: "range" },
        ["iterable"] = (value, _, _) => value is string or JinjaSequence or JinjaDictionary or Undefined,
        ["callable"] = (value, _, _) => value is JinjaFunction or Undefined, // Python's undefined has a __call__, which fails
        ["escaped"] = (_, _, _) => false,
        ["sameas"] = (value, arguments, _) => Same(value, arguments.Required(0, "other")),
        ["odd"] = (value, _, _) => Remainder(value, 2) == 1,
        ["even"] = (value, _, _) => Remainder(value, 2) == 0,
        ["divisibleby"] = (value, arguments, _) => arguments.Number(0, "num", 0) is not 0 and var divisor ? Remainder(value, divisor) == 0 : throw new JinjaException("integer modulo by zero"),
        ["lower"] = (value, _, _) => value is string text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (value, _, _) => value is string text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["in"] = (value, arguments, dialect) => PythonCompare.Contains(arguments.Required(0, "seq"), value, dialect),
        ["filter"] = (value, _, _) => value is string name && Filters.IsKnown(name),
        ["test"] = (value, _, _) => value is string name && IsKnown(name),
        ["eq"] = Compared("=="),
        ["equalto"] = Compared("=="),
        ["=="] = Compared("=="),
        ["ne"] = Compared("!="),
        ["!="] = Compared("!="),
        ["lt"] = Compared("<"),
        ["lessthan"] = Compared("<"),
        ["<"] = Compared("<"),
        ["le"] = Compared("<="),
        ["<="] = Compared("<="),
        ["gt"] = Compared(">"),
        ["greaterthan"] = Compared(">"),
        [">"] = Compared(">"),
        ["ge"] = Compared(">="),
        [">="] = Compared(">="),
    }.ToFrozenDictionary();

    public static bool IsKnown(string name) => Known.ContainsKey(name);

    public static bool Holds(string name, object? value, Arguments arguments, Rendering rendering)
    {
        rendering.Budget.Step();
        return Known.TryGetValue(name, out var test) ? test(value, arguments, rendering.Dialect) : throw new JinjaException($"no test named '{name}'");
    }

    private static Func<object?, Arguments, TemplateDialect, bool> Compared(string operation) => (value, arguments, dialect) => Comparison.Holds(operation, value, arguments.Required(0, "other"), dialect);

    private static bool Same(object? left, object? right) => ReferenceEquals(left, right) || (left is bool or long or string && left.GetType() == right?.GetType() && left.Equals(right));

    private static long Remainder(object? value, long divisor) => value switch
    {
        long number => ((number % divisor) + divisor) % divisor,
        bool flag => (flag ? 1 : 0) % divisor,
        double number => number % divisor == Math.Floor(number % divisor) ? (long)(((number % divisor) + divisor) % divisor) : -1,
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException($"unsupported operand type(s) for %: '{PythonType.Name(value)}' and 'int'"),
    };
}
