using System.Numerics;
using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Numerics;

/// <summary>Evaluates an expression at a point, with error bounds; null where it is not defined there or not evaluated at all.</summary>
internal sealed partial class Evaluator(int precision, IReadOnlyDictionary<string, Rational> point, WorkMeter work)
{
    private readonly Elementary _functions = new(precision, work);
    private int _depth;

    public ComplexBall? Of(Node node)
    {
        work.Spend(precision / 4);
        if (_depth > 2 * WorkMeter.MostDepth) throw new WorkLimitException();
        _depth++;
        var value = Evaluate(node);
        _depth--;
        return value;
    }

    private ComplexBall? Evaluate(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Number:
                work.Spend(node.Value.Bits / 8);
                return ComplexBall.Real(Ball.Of(node.Value, precision));
            case NodeKind.Symbol:
                return Symbol(node.Name);
            case NodeKind.Add:
                {
                    var sum = ComplexBall.Of(0);
                    foreach (var argument in node.Arguments)
                    {
                        if (Of(argument) is not { } term) return null;
                        sum = sum.Plus(term, precision);
                    }
                    return sum;
                }
            case NodeKind.Multiply:
                return Of(node[0]) is { } a && Of(node[1]) is { } b ? a.Times(b, precision) : null;
            case NodeKind.Divide:
                return Of(node[0]) is { } over && Of(node[1]) is { } under ? over.Over(under, precision) : null;
            case NodeKind.Power:
                return Power(node[0], node[1]);
            case NodeKind.Percent:
                return Of(node[0]) is { } hundred ? hundred.Over(ComplexBall.Of(100), precision) : null;
            case NodeKind.Degree or NodeKind.Quantity:
                return Of(node[0]);
            case NodeKind.Function:
                return Function(node);
            default:
                return null;
        }
    }

    private ComplexBall? Symbol(string name) => name switch
    {
        "pi" => ComplexBall.Real(_functions.Pi),
        "e" when !point.ContainsKey("e") => _functions.Exp(Ball.Of(BigInteger.One)) is { } e ? ComplexBall.Real(e) : null,
        "i" when !point.ContainsKey("i") => new ComplexBall(Ball.Zero, Ball.Of(BigInteger.One)),
        _ => point.TryGetValue(name, out var value) ? ComplexBall.Real(Ball.Of(value, precision)) : null,
    };

    private ComplexBall? Power(Node @base, Node exponent)
    {
        if (Of(@base) is not { } b) return null;
        if (Rational(exponent) is { } q) return Power(b, q);
        return Of(exponent) is { } x ? Power(b, x) : null;
    }

    /// <summary>The value of an exponent that is plainly rational.</summary>
    private Rational? Rational(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Number:
                return node.Value;
            case NodeKind.Multiply or NodeKind.Divide or NodeKind.Add:
                {
                    var value = Rational(node[0]);
                    for (var i = 1; value is { } a && i < node.Count; i++)
                    {
                        if (Rational(node[i]) is not { } b) return null;
                        work.SpendOnBits(a.Bits + b.Bits);
                        value = node.Kind == NodeKind.Add ? a + b : node.Kind == NodeKind.Multiply ? a * b : b.IsZero ? null : a / b;
                    }
                    return value;
                }
            default:
                return null;
        }
    }

    private ComplexBall? Power(ComplexBall b, Rational q)
    {
        if (q.IsInteger && BigInteger.Abs(q.Numerator) <= 100_000) return IntegerPower(b, (int)q.Numerator);
        if (b.IsReal && b.Re.IsExactZero) return q.Sign > 0 ? b : null;
        if (b.IsReal && b.Re.Sign > 0 && q == Algebra.Rational.Half) return _functions.Sqrt(b.Re) is { } root ? ComplexBall.Real(root) : null;
        // The real root of a negative number, as in school; even roots are complex.
        if (b.IsReal && b.Re.Sign < 0 && !b.Re.ContainsZero && !q.Denominator.IsEven)
        {
            var positive = Power(b.Negated(), ComplexBall.Real(Ball.Of(q, precision)));
            return q.Numerator.IsEven ? positive : positive?.Negated();
        }
        return Power(b, ComplexBall.Real(Ball.Of(q, precision)));
    }

    private ComplexBall? IntegerPower(ComplexBall b, int n)
    {
        if (n < 0) return IntegerPower(b, -n) is { } inverse ? ComplexBall.Of(1).Over(inverse, precision) : null;
        var result = ComplexBall.Of(1);
        for (; n > 0; n >>= 1)
        {
            work.Spend(precision / 4);
            if ((n & 1) != 0) result = result.Times(b, precision);
            if (n > 1) b = b.Times(b, precision);
            if (Math.Abs(b.Re.Log2) > 1_000_000 && !b.Re.Mantissa.IsZero) return null;
        }
        return result;
    }

    private ComplexBall? Power(ComplexBall b, ComplexBall x)
    {
        if (b.IsReal && b.Re.IsExactZero) return null;
        return Log(b) is { } log ? Exp(log.Times(x, precision)) : null;
    }

    private ComplexBall? Exp(ComplexBall z)
    {
        if (_functions.Exp(z.Re) is not { } size) return null;
        if (z.IsReal) return ComplexBall.Real(size);
        return _functions.SinCos(z.Im) is { } turn ? new ComplexBall(size.Times(turn.Cos, precision), size.Times(turn.Sin, precision)) : null;
    }

    /// <summary>The principal logarithm.</summary>
    private ComplexBall? Log(ComplexBall z)
    {
        if (z.IsReal && z.Re.Sign > 0) return _functions.Log(z.Re) is { } log ? ComplexBall.Real(log) : null;
        if (z.IsReal && z.Re.Sign < 0) return _functions.Log(z.Re.Negated()) is { } l ? new ComplexBall(l, _functions.Pi) : null;
        if (_functions.Log(z.Norm(precision)) is not { } norm || Argument(z) is not { } argument) return null;
        return new ComplexBall(norm.Scaled(-1), argument);
    }

    private Ball? Argument(ComplexBall z)
    {
        if (z.Re.ContainsZero)
        {
            if (z.Im.ContainsZero) return null;
            if (z.Im.Over(z.Im, precision) is null || z.Re.Over(z.Im, precision) is not { } t || _functions.Atan(t) is not { } a) return null;
            var right = _functions.Pi.Scaled(-1);
            return (z.Im.Sign > 0 ? right : right.Negated()).Minus(a, precision);
        }
        if (z.Im.Over(z.Re, precision) is not { } slope || _functions.Atan(slope) is not { } angle) return null;
        if (z.Re.Sign > 0) return angle;
        if (z.Im.ContainsZero && !z.Im.IsExactZero) return null;
        return z.Im.Sign >= 0 ? angle.Plus(_functions.Pi, precision) : angle.Minus(_functions.Pi, precision);
    }
}
