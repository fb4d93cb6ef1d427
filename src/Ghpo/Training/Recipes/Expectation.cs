using System.ComponentModel.DataAnnotations;
using System.Globalization;

namespace Ghpo.Training.Recipes;

/// <summary>The rules of DataAnnotations on a key, in words and as checks. On a list or dictionary, ranges and allowed values are for the elements.</summary>
internal static class Expectation
{
    /// <summary>What a value of this shape under these rules looks like: "a whole number from 2 to 64".</summary>
    public static string Describe(Shape shape, IReadOnlyList<ValidationAttribute> rules) => shape.Kind switch
    {
        ShapeKind.Whole or ShapeKind.Number or ShapeKind.Text when rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed =>
            "one of " + string.Join(", ", allowed.Values.Select(YamlWriter.Scalar)),
        ShapeKind.Flag => "true or false",
        ShapeKind.Whole => "a whole number" + Limits(rules),
        ShapeKind.Number => "a number" + Limits(rules),
        ShapeKind.Choice => "one of " + string.Join(", ", shape.Choices.Select(choice => choice.Key)),
        ShapeKind.List when rules.OfType<OneOrMoreAttribute>().Any() => $"{Describe(shape.Element, ElementRules(rules))}, or a list of such",
        ShapeKind.List => $"a list{Lengths(rules, "element")}, each {Describe(shape.Element, ElementRules(rules))}",
        ShapeKind.Dictionary => $"a mapping from names to values, each {Describe(shape.Element, ElementRules(rules))}",
        ShapeKind.Record => "a mapping of keys",
        _ => "text" + Limits(rules) + Lengths(rules, "character"),
    };

    /// <summary>The rules that an element of a list or dictionary must obey.</summary>
    public static IReadOnlyList<ValidationAttribute> ElementRules(IReadOnlyList<ValidationAttribute> rules) =>
        [.. rules.Where(rule => rule is RangeAttribute or AllowedValuesAttribute or DeniedValuesAttribute or RegularExpressionAttribute)];

    /// <summary>Whether a bound value obeys a rule.</summary>
    public static bool Obeys(object value, ValidationAttribute rule) => rule switch
    {
        RangeAttribute range => InRange(value, range),
        AllowedValuesAttribute allowed => allowed.Values.Any(other => Same(value, other)),
        DeniedValuesAttribute denied => !denied.Values.Any(other => Same(value, other)),
        _ => rule.IsValid(value),
    };

    /// <summary>Lower and upper limit; null where there is none (the extreme of a type means none).</summary>
    public static (double? Minimum, double? Maximum) LimitsOf(RangeAttribute range)
    {
        double minimum = ToDouble(range.Minimum), maximum = ToDouble(range.Maximum);
        return (minimum is double.NegativeInfinity or double.MinValue or int.MinValue or long.MinValue ? null : minimum,
            maximum is double.PositiveInfinity or double.MaxValue or int.MaxValue or long.MaxValue or ulong.MaxValue ? null : maximum);
    }

    // RangeAttribute's own test turns a double into an int where its limits are ints: 0.5 would be 0.
    private static bool InRange(object value, RangeAttribute range)
    {
        var number = ToDouble(value);
        var (minimum, maximum) = LimitsOf(range);
        return (minimum is null || (range.MinimumIsExclusive ? number > minimum : number >= minimum))
            && (maximum is null || (range.MaximumIsExclusive ? number < maximum : number <= maximum));
    }

    private static bool Same(object value, object? other) => value is string || other is string || other is null
        ? Equals(value, other)
        : ToDouble(value) == ToDouble(other);

    private static double ToDouble(object value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static string Limits(IReadOnlyList<ValidationAttribute> rules)
    {
        var words = "";
        foreach (var rule in rules)
        {
            words += rule switch
            {
                RangeAttribute range => Words(range),
                DeniedValuesAttribute denied => ", not " + string.Join(", ", denied.Values.Select(YamlWriter.Scalar)),
                RegularExpressionAttribute pattern => $" of the form {pattern.Pattern}",
                _ => "",
            };
        }

        return words;
    }

    private static string Words(RangeAttribute range)
    {
        var (minimum, maximum) = LimitsOf(range);
        var low = YamlWriter.Scalar(minimum);
        var high = YamlWriter.Scalar(maximum);
        return (minimum, maximum) switch
        {
            (null, null) => "",
            (null, _) => range.MaximumIsExclusive ? $" below {high}" : $" of at most {high}",
            (_, null) => range.MinimumIsExclusive ? $" above {low}" : $" of at least {low}",
            _ when range.MinimumIsExclusive || range.MaximumIsExclusive =>
                $" {(range.MinimumIsExclusive ? "above" : "of at least")} {low} and {(range.MaximumIsExclusive ? "below" : "at most")} {high}",
            _ => $" from {low} to {high}",
        };
    }

    private static string Lengths(IReadOnlyList<ValidationAttribute> rules, string unit)
    {
        int? least = null, most = null;
        foreach (var rule in rules)
        {
            (least, most) = rule switch
            {
                MinLengthAttribute minimum => (minimum.Length, most),
                MaxLengthAttribute maximum => (least, maximum.Length),
                LengthAttribute both => (both.MinimumLength, both.MaximumLength),
                StringLengthAttribute both => (both.MinimumLength, both.MaximumLength),
                _ => (least, most),
            };
        }

        return (least, most) switch
        {
            (null, null) => "",
            (_, null) => $" of at least {least} {unit}{(least == 1 ? "" : "s")}",
            (null, _) => $" of at most {most} {unit}{(most == 1 ? "" : "s")}",
            _ => least == most ? $" of {least} {unit}{(least == 1 ? "" : "s")}" : $" of {least} to {most} {unit}s",
        };
    }
}
