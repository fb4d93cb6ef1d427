using System.Numerics;
using Ghpo.Verification.Algebra;
using Ghpo.Verification.Numerics;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>
/// Equality of two expressions: normal forms first, then the choices about decimals, then values at several points with error bounds.
/// </summary>
internal sealed class Scalars(VerifierOptions options, WorkMeter work)
{
    private const int FirstPrecision = 192;
    private const int SecondPrecision = 448;
    private const int FarthestDecimal = 3_000;

    public NormalForm Form { get; } = new(work);

    public WorkMeter Work => work;

    /// <summary>The rule that the last comparison was decided by.</summary>
    public string Rule { get; private set; } = "number";

    public Match Compare(Node gold, Node answer)
    {
        var a = Form.Of(gold);
        var b = Form.Of(answer);
        if (a is { } x && b is { } y)
        {
            var difference = Form.Difference(x, y);
            var rational = x.IsRational && y.IsRational;
            Rule = rational ? "number" : Shapes.IsConstant(gold) && Shapes.IsConstant(answer) ? "exact value" : "normal form";
            if (difference.IsZero) return Match.Equal;
            // The same atoms on both sides cancel: what is left of the difference is a number, and not zero.
            if (difference.IsConstant && !rational && !IsDecimal(gold) && !IsDecimal(answer)) return Match.Different;
            if (rational) return Decimals(gold, answer, Ball.Of(x.Value, FirstPrecision), Ball.Of(y.Value, FirstPrecision));
        }
        if (IsDecimal(gold) || IsDecimal(answer))
        {
            if (Constant(gold) is not { } left || Constant(answer) is not { } right) return Match.Different;
            return Decimals(gold, answer, left, right);
        }
        if (a is not null && b is not null && Form.IsComplete) return Match.Different;
        return Numeric(gold, answer);
    }

    /// <summary>The value of a real constant, to the first precision.</summary>
    public Ball? Constant(Node node)
    {
        if (!Shapes.IsConstant(node)) return null;
        return new Evaluator(FirstPrecision, NoVariables, work).Of(node) is { IsReal: true } value ? value.Re : null;
    }

    private static readonly Dictionary<string, Rational> NoVariables = [];

    private static bool IsDecimal(Node node) => node.Kind switch
    {
        NodeKind.Number => node.Decimals > 0,
        NodeKind.Percent or NodeKind.Degree or NodeKind.Quantity => IsDecimal(node[0]),
        NodeKind.Multiply => node.Count == 2 && ((node[0].Kind == NodeKind.Number && IsDecimal(node[1])) || (node[0].Kind == NodeKind.Number && node[0].Decimals > 0 && Shapes.IsConstant(node[1]))),
        NodeKind.Divide => node[0].Kind == NodeKind.Number && node[1].Kind == NodeKind.Number && (IsDecimal(node[0]) || IsDecimal(node[1])),
        _ => false,
    };

    /// <summary>Two numbers of which one may be a decimal: equal to so many digits, or (an option) one the other rounded.</summary>
    private Match Decimals(Node gold, Node answer, Ball x, Ball y)
    {
        var difference = x.Minus(y, FirstPrecision).Abs();
        // Beyond these sizes no decimal is written, and exact arithmetic would be long.
        if (Math.Max(Math.Abs(x.Log2), Math.Abs(y.Log2)) > FarthestDecimal && !x.Mantissa.IsZero && !y.Mantissa.IsZero) return Match.Different;
        work.SpendOnBits(4 * (Math.Abs(x.Exponent) + Math.Abs(y.Exponent)));
        if (options.AbsoluteTolerance > 0 && ToRational(difference) <= FromDouble(options.AbsoluteTolerance * (1 + 1e-12))) return Match.Equal;
        if (!IsDecimal(gold) && !IsDecimal(answer)) return Match.Different;
        Rule = "decimal";
        if (difference.Log2 > Math.Max(x.Log2, y.Log2) - 10 && !options.AcceptRounded) return Match.Different;
        var (a, b) = (ToRational(x), ToRational(y));
        var larger = a.Abs() > b.Abs() ? a.Abs() : b.Abs();
        if (options.DecimalDigits > 0 && a.Round(options.DecimalDigits) == b.Round(options.DecimalDigits) && (a - b).Abs() * new Rational(BigInteger.Pow(10, options.DecimalDigits)) <= larger * 5) return Match.Equal;
        if (!options.AcceptRounded) return Match.Different;
        Rule = "rounded decimal";
        if (IsRounding(answer, b, a) || IsRounding(gold, a, b)) return Match.Rounded;
        return Match.Different;
    }

    /// <summary>Whether <paramref name="value"/>, written with its digits, is what rounding <paramref name="exact"/> to those digits gives.</summary>
    private static bool IsRounding(Node written, Rational value, Rational exact)
    {
        var scale = Rational.One;
        while (written.Kind is NodeKind.Quantity or NodeKind.Degree or NodeKind.Percent)
        {
            if (written.Kind == NodeKind.Percent) scale = new(1, 100);
            written = written[0];
        }
        if (written.Kind == NodeKind.Multiply && written[0].Kind == NodeKind.Number && written[0].Value == Rational.MinusOne) written = written[1];
        if (written.Kind != NodeKind.Number || written.Decimals <= 0 || (written.Significant < 3 && written.Decimals < 2)) return false;
        var unit = new Rational(1, BigInteger.Pow(10, written.Decimals)) * scale;
        return (value - exact).Abs() * 2 <= unit;
    }

    private static Rational ToRational(Ball ball)
    {
        if (ball.Exponent >= 0) return new(ball.Mantissa << (int)Math.Min(ball.Exponent, 4_000));
        return ball.Exponent < -4_000 ? Rational.Zero : new(ball.Mantissa, BigInteger.One << (int)-ball.Exponent);
    }

    private static Rational FromDouble(double value) => new((BigInteger)Math.Ceiling(value * 1e15), BigInteger.Pow(10, 15));

    /// <summary>Values at several points: one certain difference decides; agreement to the last bits at every point is equality.</summary>
    private Match Numeric(Node gold, Node answer)
    {
        var variables = new SortedSet<string>(StringComparer.Ordinal);
        if (!Variables.Collect(gold, variables) || !Variables.Collect(answer, variables)) return Match.Different;
        if (variables.Count > 24) return Match.Different;
        Rule = variables.Count == 0 ? "numeric value" : "numeric values";
        int agreed = 0, complexAgreed = 0;
        // Steps (floor, gcd, max, …) agree at many points by chance: they are asked at many more.
        var steps = variables.Count > 0 && (gold.Any(IsStep) || answer.Any(IsStep));
        foreach (var point in steps ? SamplePoints.For([.. variables]).Concat(SamplePoints.Whole([.. variables])) : SamplePoints.For([.. variables]))
        {
            switch (At(gold, answer, point))
            {
                case Verdicts.Different:
                    return Match.Different;
                case Verdicts.Agree:
                    agreed++;
                    break;
                case Verdicts.ComplexAgree:
                    complexAgreed++;
                    break;
                case Verdicts.Undecided:
                    return Match.Different;
            }
            if (variables.Count == 0) break;
            if (agreed >= 5 && !steps) break;
        }
        if (steps) return agreed >= 12 ? Match.Equal : Match.Different;
        if (variables.Count == 0) return agreed + complexAgreed > 0 ? Match.Equal : Match.Different;
        return agreed >= 3 || agreed + complexAgreed >= 4 ? Match.Equal : Match.Different;
    }

    private static bool IsStep(Node node) => node.Kind == NodeKind.Function && node.Name is "floor" or "ceil" or "gcd" or "lcm" or "max" or "min" or "mod" or "sgn";

    private enum Verdicts
    {
        Different,
        Agree,
        ComplexAgree,
        Undefined,
        Undecided,
    }

    private Verdicts At(Node gold, Node answer, SamplePoint point)
    {
        foreach (var precision in (ReadOnlySpan<int>)[FirstPrecision, SecondPrecision])
        {
            var evaluator = new Evaluator(precision, point.Values, work);
            if (evaluator.Of(gold) is not { } x || evaluator.Of(answer) is not { } y) return Verdicts.Undefined;
            // Where a variable is negative, only real values count: √x·√y = √(xy) is meant for numbers that have roots.
            var real = x.IsReal && y.IsReal;
            if (point.HasNegative && !real) return Verdicts.Undefined;
            var difference = x.Minus(y, precision);
            if (!difference.ContainsZero) return Verdicts.Different;
            var scale = Math.Max(Math.Max(x.Re.Log2, y.Re.Log2), Math.Max(x.Im.Log2, y.Im.Log2));
            var error = Math.Max(difference.Re.Radius.Log2, difference.Im.Radius.Log2);
            // Equality: both agree to at least half of the digits that are carried, relative to their size.
            if (error < Math.Max(scale, -precision) - (precision / 2)) return real ? Verdicts.Agree : Verdicts.ComplexAgree;
            // e^{iπ} + 1 is 0: there is no size to be relative to, and 3/4 of the digits carried are zeros.
            if (precision == SecondPrecision && point.Values.Count == 0 && error < -precision * 3 / 4) return Verdicts.Agree;
        }
        return Verdicts.Undecided;
    }
}
