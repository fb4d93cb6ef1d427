using System.Numerics;
using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Numerics;

/// <summary>The functions of mathematics at a point.</summary>
internal sealed partial class Evaluator
{
    private const int LongestSum = 200;
    private const int LargestFactorial = 400;

    private ComplexBall? Function(Node node)
    {
        if (node.Name is "sum" or "prod" && node.Count == 4) return BigOperator(node);
        if (node.Name.StartsWith('$') || node.Count == 0) return null;
        var degrees = node[0].Kind == NodeKind.Degree;
        if (Of(node[0]) is not { } z) return null;
        switch (node.Name)
        {
            case "root":
                return Rational(node[1]) is { IsZero: false } index ? Power(z, index.Inverse()) : Of(node[1]) is { } n && ComplexBall.Of(1).Over(n, precision) is { } inverse ? Power(z, inverse) : null;
            case "log":
                if (Log(z) is not { } log) return null;
                if (node.Count < 2 || node[1].Is(NodeKind.Symbol, "e")) return log;
                return Of(node[1]) is { } b && Log(b) is { } under && !under.ContainsZero ? log.Over(under, precision) : null;
            case "sin" or "cos" or "tan" or "cot" or "sec" or "csc":
                return Trigonometric(node.Name, degrees ? z.Times(ComplexBall.Real(_functions.Pi), precision).Over(ComplexBall.Of(180), precision) ?? z : z);
            case "sinh" or "cosh" or "tanh" or "coth" or "sech" or "csch":
                return Hyperbolic(node.Name, z);
            case "abs":
                return z.IsReal ? ComplexBall.Real(z.Re.Abs()) : _functions.Sqrt(z.Norm(precision)) is { } size ? ComplexBall.Real(size) : null;
            case "Re":
                return ComplexBall.Real(z.Re);
            case "Im":
                return ComplexBall.Real(z.Im);
            case "arg":
                return Argument(z) is { } angle ? ComplexBall.Real(angle) : null;
        }
        return z.IsReal ? RealFunction(node, z.Re) : null;
    }

    private ComplexBall? Trigonometric(string name, ComplexBall z)
    {
        if (SinCos(z) is not var (sin, cos)) return null;
        return name switch
        {
            "sin" => sin,
            "cos" => cos,
            "tan" => sin.Over(cos, precision),
            "cot" => cos.Over(sin, precision),
            "sec" => ComplexBall.Of(1).Over(cos, precision),
            _ => ComplexBall.Of(1).Over(sin, precision),
        };
    }

    private (ComplexBall Sin, ComplexBall Cos)? SinCos(ComplexBall z)
    {
        if (_functions.SinCos(z.Re) is not { } turn) return null;
        if (z.IsReal) return (ComplexBall.Real(turn.Sin), ComplexBall.Real(turn.Cos));
        if (_functions.Exp(z.Im) is not { } up || _functions.Exp(z.Im.Negated()) is not { } down) return null;
        var cosh = up.Plus(down, precision).Scaled(-1);
        var sinh = up.Minus(down, precision).Scaled(-1);
        return (new(turn.Sin.Times(cosh, precision), turn.Cos.Times(sinh, precision)), new(turn.Cos.Times(cosh, precision), turn.Sin.Times(sinh, precision).Negated()));
    }

    private ComplexBall? Hyperbolic(string name, ComplexBall z)
    {
        if (Exp(z) is not { } up || Exp(z.Negated()) is not { } down) return null;
        ComplexBall two = ComplexBall.Of(2), sinh = up.Minus(down, precision), cosh = up.Plus(down, precision);
        return name switch
        {
            "sinh" => sinh.Over(two, precision),
            "cosh" => cosh.Over(two, precision),
            "tanh" => sinh.Over(cosh, precision),
            "coth" => cosh.Over(sinh, precision),
            "sech" => two.Over(cosh, precision),
            _ => two.Over(sinh, precision),
        };
    }

    private ComplexBall? RealFunction(Node node, Ball x)
    {
        var one = Ball.Of(BigInteger.One);
        switch (node.Name)
        {
            case "arctan":
                return Wrap(_functions.Atan(x));
            case "arccot":
                return Wrap(_functions.Atan(x)) is { } a ? ComplexBall.Real(_functions.Pi.Scaled(-1)).Minus(a, precision) : null;
            case "arcsin":
                return Wrap(Arcsine(x));
            case "arccos":
                return Arcsine(x) is { } sine ? ComplexBall.Real(_functions.Pi.Scaled(-1).Minus(sine, precision)) : null;
            case "arcsec":
                return one.Over(x, precision) is { } inverse && Arcsine(inverse) is { } s ? ComplexBall.Real(_functions.Pi.Scaled(-1).Minus(s, precision)) : null;
            case "arccsc":
                return one.Over(x, precision) is { } reciprocal ? Wrap(Arcsine(reciprocal)) : null;
            case "arsinh":
                return _functions.Sqrt(x.Times(x, precision).Plus(one, precision)) is { } r ? Wrap(_functions.Log(x.Plus(r, precision))) : null;
            case "arcosh":
                return _functions.Sqrt(x.Times(x, precision).Minus(one, precision)) is { } q ? Wrap(_functions.Log(x.Plus(q, precision))) : null;
            case "artanh":
                return one.Plus(x, precision).Over(one.Minus(x, precision), precision) is { } ratio && _functions.Log(ratio) is { } l ? ComplexBall.Real(l.Scaled(-1)) : null;
            case "floor":
                return x.Floor() is { } floor ? ComplexBall.Of(floor) : null;
            case "ceil":
                return x.Negated().Floor() is { } ceil ? ComplexBall.Of(-ceil) : null;
            case "sgn":
                return x.IsExactZero ? ComplexBall.Of(0) : x.ContainsZero ? null : ComplexBall.Of(x.Sign);
            case "factorial":
                return Whole(x) is { } n && n <= LargestFactorial ? ComplexBall.Of(Factorial(n)) : null;
            case "binom":
                return Of(node[1]) is { IsReal: true } under && Whole(x) is { } top && Whole(under.Re) is { } k && top <= LargestFactorial
                    ? ComplexBall.Of(k > top ? BigInteger.Zero : Factorial(top) / Factorial(k) / Factorial(top - k)) : null;
            case "max" or "min":
                return Extreme(node, x);
            case "mod" or "gcd" or "lcm":
                return WholeFunction(node, x);
            default:
                return null;
        }
    }

    private static ComplexBall? Wrap(Ball? value) => value is { } v ? ComplexBall.Real(v) : null;

    private Ball? Arcsine(Ball x)
    {
        var one = Ball.Of(BigInteger.One);
        if (x.IsExact && x.Minus(one, precision).IsExactZero) return _functions.Pi.Scaled(-1);
        if (x.IsExact && x.Plus(one, precision).IsExactZero) return _functions.Pi.Scaled(-1).Negated();
        return _functions.Sqrt(one.Minus(x.Times(x, precision), precision)) is { } cosine && x.Over(cosine, precision) is { } t ? _functions.Atan(t) : null;
    }

    private ComplexBall? Extreme(Node node, Ball best)
    {
        for (var i = 1; i < node.Count; i++)
        {
            if (Of(node[i]) is not { IsReal: true } other) return null;
            var difference = other.Re.Minus(best, precision);
            if (difference.ContainsZero) continue;
            if (difference.Sign > 0 == (node.Name == "max")) best = other.Re;
        }
        return ComplexBall.Real(best);
    }

    private ComplexBall? WholeFunction(Node node, Ball x)
    {
        if (node.Count < 2 || !x.IsExact || x.Floor() is not { } whole || !x.Minus(Ball.Of(whole), precision).IsExactZero) return null;
        var result = whole;
        for (var i = 1; i < node.Count; i++)
        {
            if (Of(node[i]) is not { IsReal: true } other || !other.Re.IsExact || other.Re.Floor() is not { } next || next.IsZero || !other.Re.Minus(Ball.Of(next), precision).IsExactZero) return null;
            work.SpendOnBits((long)(result.GetBitLength() + next.GetBitLength()));
            result = node.Name switch
            {
                "mod" => ((result % next) + next) % next,
                "gcd" => BigInteger.GreatestCommonDivisor(result, next),
                _ => result / BigInteger.GreatestCommonDivisor(result, next) * next,
            };
        }
        return ComplexBall.Of(result);
    }

    /// <summary>The value as a small natural number, if it is exactly one.</summary>
    private int? Whole(Ball x) => x.IsExact && x.Log2 < 20 && x.Floor() is { } floor && floor.Sign >= 0 && x.Minus(Ball.Of(floor), precision).IsExactZero ? (int)floor : null;

    private BigInteger Factorial(int n)
    {
        work.Spend(n * 4);
        BigInteger product = 1;
        for (var k = 2; k <= n; k++) product *= k;
        return product;
    }

    private ComplexBall? BigOperator(Node node)
    {
        if (Of(node[2]) is not { IsReal: true } low || Of(node[3]) is not { IsReal: true } high || !low.Re.IsExact || !high.Re.IsExact) return null;
        if (low.Re.Floor() is not { } from || high.Re.Floor() is not { } to || to - from > LongestSum) return null;
        if (!low.Re.Minus(Ball.Of(from), precision).IsExactZero || !high.Re.Minus(Ball.Of(to), precision).IsExactZero) return null;
        var total = ComplexBall.Of(node.Name == "sum" ? 0 : 1);
        for (var k = from; k <= to; k++)
        {
            if (Of(Substitution.Apply(node[0], node[1].Name, Node.Integer(k), work)) is not { } term) return null;
            total = node.Name == "sum" ? total.Plus(term, precision) : total.Times(term, precision);
        }
        return total;
    }
}
