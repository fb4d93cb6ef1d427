using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Library;

/// <summary>Python's arithmetic on numbers, strings and lists.</summary>
internal static class Arithmetic
{
    public static object Sign(bool isMinus, object? operand) => operand switch
    {
        bool flag => isMinus ? (flag ? -1L : 0L) : (flag ? 1L : 0L),
        long number => isMinus ? Checked(() => checked(-number)) : number,
        double number => isMinus ? -number : number,
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException($"bad operand type for unary {(isMinus ? '-' : '+')}: '{PythonType.Name(operand)}'"),
    };

    public static object? Apply(string operation, object? left, object? right, Rendering rendering)
    {
        if (left is Undefined missing)
            throw missing.Error();
        if (right is Undefined absent)
            throw absent.Error();
        if (PythonCompare.Number(left) is { } x && PythonCompare.Number(right) is { } y)
            return left is double || right is double ? Floats(operation, x, y) : Integers(operation, (long)x, (long)y, left, right);
        return (operation, left, right) switch
        {
            ("+", string a, string b) => rendering.Budget.Text(a + b),
            ("+", JinjaList a, JinjaList b) => new JinjaList(Join(a, b, rendering)),
            ("+", JinjaTuple a, JinjaTuple b) => new JinjaTuple(Join(a, b, rendering)),
            ("+", _, _) when rendering.Dialect == TemplateDialect.HuggingFaceJs && (left is string || right is string) => rendering.Budget.Text(rendering.Str(left) + rendering.Str(right)),
            ("*", string text, long or bool) => Repeat(text, right, rendering),
            ("*", long or bool, string text) => Repeat(text, left, rendering),
            ("*", JinjaList list, long or bool) => Repeat(list, right, rendering),
            ("*", long or bool, JinjaList list) => Repeat(list, left, rendering),
            ("%", string format, _) => rendering.Budget.Text(PercentFormat.Format(format, right, rendering)),
            _ => throw new JinjaException($"unsupported operand type(s) for {operation}: '{PythonType.Name(left)}' and '{PythonType.Name(right)}'"),
        };
    }

    private static object Integers(string operation, long a, long b, object? left, object? right)
    {
        // Through double the large ones would lose digits.
        (a, b) = (left is long x ? x : a, right is long y ? y : b);
        return operation switch
        {
            "+" => Checked(() => checked(a + b)),
            "-" => Checked(() => checked(a - b)),
            "*" => Checked(() => checked(a * b)),
            "/" => b == 0 ? throw new JinjaException("division by zero") : (double)a / b,
            "//" => b == 0 ? throw new JinjaException("integer division or modulo by zero") : Checked(() => checked(a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0)),
            "%" => b == 0 ? throw new JinjaException("integer modulo by zero") : b == -1 ? 0L : ((a % b) + b) % b,
            _ => b < 0 ? Math.Pow(a, b) : IntegerPower(a, b),
        };
    }

    private static object Floats(string operation, double a, double b) => operation switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => b == 0 ? throw new JinjaException("float division by zero") : a / b,
        "//" => b == 0 ? throw new JinjaException("float floor division by zero") : Math.Floor(a / b),
        "%" => b == 0 ? throw new JinjaException("float modulo") : a - (b * Math.Floor(a / b)),
        _ => Math.Pow(a, b),
    };

    private static object IntegerPower(long value, long exponent) => Checked(() =>
    {
        if (value is 0 or 1 or -1)
            return exponent == 0 || (value == -1 && exponent % 2 == 0) ? 1 : value;
        if (exponent > 63)
            throw new OverflowException();
        var power = 1L;
        for (var i = 0L; i < exponent; i++)
            power = checked(power * value);
        return power;
    });

    private static object Checked(Func<long> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            throw new JinjaException("a whole number is too large");
        }
    }

    private static List<object?> Join(JinjaSequence left, JinjaSequence right, Rendering rendering)
    {
        rendering.Budget.ListLength((long)left.Items.Count + right.Items.Count);
        return [.. left.Items, .. right.Items];
    }

    private static string Repeat(string text, object? times, Rendering rendering)
    {
        var count = Math.Max(0, (long)PythonCompare.Number(times)!);
        rendering.Budget.TextLength(text.Length == 0 ? 0 : count > Budget.LargestText ? long.MaxValue / 2 : count * text.Length);
        return text.Length == 0 ? "" : string.Concat(Enumerable.Repeat(text, (int)count));
    }

    private static JinjaList Repeat(JinjaList list, object? times, Rendering rendering)
    {
        var count = Math.Max(0, (long)PythonCompare.Number(times)!);
        rendering.Budget.ListLength(list.Items.Count == 0 ? 0 : count > Budget.LargestList ? long.MaxValue / 2 : count * list.Items.Count);
        return new JinjaList(list.Items.Count == 0 ? [] : Enumerable.Repeat(list.Items, (int)count).SelectMany(items => items));
    }
}
