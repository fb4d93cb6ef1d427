using System.Numerics;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Algebra;

/// <summary>Functions: exact values of rational arguments, logarithms by prime factors, everything else an atom of its own.</summary>
internal sealed partial class NormalForm
{
    private const int LargestFactorial = 1_000;
    private const int LongestSum = 200;

    private Fraction? FunctionForm(Node node)
    {
        if (node.Name is "sum" or "prod" && node.Count == 4) return BigOperator(node);
        if (node.Name.StartsWith('$') || node.Name is "transpose" or "det" or "builder" or "cases" or "pmod" or "tr")
        {
            if (node.Name == "det" && node[0].Kind == NodeKind.Matrix) return Determinant(node[0]);
            return node.Name is "builder" or "cases" or "pmod" ? null : Opaque(Key(node));
        }
        var arguments = new Fraction[node.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            if (Of(Angle(node, node[i])) is not { } argument) return null;
            arguments[i] = argument;
        }
        if (node.Name == "root") return Root(arguments);
        if (Array.TrueForAll(arguments, a => a.IsRational) && Exact(node.Name, Array.ConvertAll(arguments, a => a.Value)) is { } exact) return Fraction.Of(exact);
        if (node.Name == "log" && arguments[0].IsRational) return Logarithm(arguments);
        return Opaque(node.Name + "(" + string.Join(',', arguments.Select(Text)) + ")");
    }

    /// <summary>Degrees count as radians inside of a trigonometric function.</summary>
    private static Node Angle(Node function, Node argument) =>
        argument.Kind == NodeKind.Degree && function.Name is "sin" or "cos" or "tan" or "cot" or "sec" or "csc"
            ? Node.Make(NodeKind.Multiply, argument[0], Node.Make(NodeKind.Divide, Node.Symbol("pi"), Node.Integer(180)))
            : argument;

    private Fraction? Root(Fraction[] arguments)
    {
        if (!arguments[1].IsRational || arguments[1].Value.IsZero)
            return Inverse(arguments[1]) is { } inverse ? Power(arguments[0], inverse) : null;
        return Power(arguments[0], arguments[1].Value.Inverse());
    }

    private Rational? Exact(string name, Rational[] a)
    {
        work.Spend(10);
        work.SpendOnBits(a.Sum(x => x.Bits));
        switch (name)
        {
            case "abs":
                return a[0].Abs();
            case "floor":
                return new(a[0].Floor());
            case "ceil":
                return new(-(-a[0]).Floor());
            case "sgn":
                return a[0].Sign;
            case "max":
                return a.Max();
            case "min":
                return a.Min();
            case "Re":
                return a[0];
            case "Im":
                return Rational.Zero;
            case "factorial" when a[0].IsInteger && a[0].Sign >= 0 && a[0] <= LargestFactorial:
                return Factorial((int)a[0].Numerator, 1);
            case "doublefactorial" when a[0].IsInteger && a[0].Sign >= 0 && a[0] <= LargestFactorial:
                return Factorial((int)a[0].Numerator, 2);
            case "binom" when a.Length == 2 && a[0].IsInteger && a[1].IsInteger && a[0].Sign >= 0 && a[0] <= LargestFactorial:
                return Binomial((int)a[0].Numerator, a[1]);
            case "gcd":
                return a.Aggregate(Divisor);
            case "lcm":
                return a.Aggregate((l, x) => l.IsZero || x.IsZero ? Rational.Zero : (l / Divisor(l, x) * x).Abs());
            case "mod" when a.Length == 2 && !a[1].IsZero:
                return a[0] - (a[1] * new Rational((a[0] / a[1]).Floor()));
            default:
                return null;
        }
    }

    /// <summary>The greatest common divisor, of fractions too: a/b and c/d have gcd(ad, cb)/(bd).</summary>
    private static Rational Divisor(Rational x, Rational y) =>
        new(BigInteger.GreatestCommonDivisor(x.Numerator * y.Denominator, y.Numerator * x.Denominator), x.Denominator * y.Denominator);

    private Rational Factorial(int n, int step)
    {
        BigInteger product = 1;
        for (var k = n; k > 1; k -= step)
        {
            product *= k;
            work.Spend(2 + (product.GetBitLength() / 64));
        }
        return new(product);
    }

    private Rational Binomial(int n, Rational k)
    {
        if (k.Sign < 0 || k > n) return 0;
        var small = (int)BigInteger.Min(k.Numerator, n - k.Numerator);
        BigInteger product = 1;
        for (var j = 1; j <= small; j++)
        {
            product = product * (n - small + j) / j;
            work.Spend(4 + (product.GetBitLength() / 32));
        }
        return new(product);
    }

    /// <summary>ln of a rational number is a sum over its primes, and these logarithms are independent.</summary>
    private Fraction? Logarithm(Fraction[] arguments)
    {
        var value = arguments[0].Value;
        if (value.Sign <= 0) return null;
        var over = NaturalLogarithm(value);
        if (Text(arguments[1]) == "e") return Fraction.Of(over);
        if (!arguments[1].IsRational)
        {
            var logarithm = Opaque("log(" + Text(arguments[1]) + ")");
            return Inverse(logarithm) is { } i ? Times(Fraction.Of(over), i) : null;
        }
        if (arguments[1].Value.Sign <= 0 || arguments[1].Value.IsOne) return null;
        return Inverse(Fraction.Of(NaturalLogarithm(arguments[1].Value))) is { } inverse ? Times(Fraction.Of(over), inverse) : null;
    }

    private Polynomial NaturalLogarithm(Rational value)
    {
        var sum = Polynomial.Zero;
        foreach (var (number, sign) in ((BigInteger, int)[])[(value.Numerator, 1), (value.Denominator, -1)])
        {
            foreach (var (prime, count) in Factoring.Of(number, work))
            {
                if (!Factoring.IsSurelyPrime(prime)) IsComplete = false;
                sum = sum.Plus(Polynomial.Term(sign * count, Monomial.Of(_atoms.Of(AtomKind.Symbol, "ln" + prime), Rational.One)), work);
            }
        }
        return sum;
    }

    private Fraction? BigOperator(Node node)
    {
        if (Of(node[2]) is not { IsRational: true } low || Of(node[3]) is not { IsRational: true } high || !low.Value.IsInteger || !high.Value.IsInteger) return Opaque(Key(node));
        var length = high.Value.Numerator - low.Value.Numerator;
        if (length > LongestSum || length < -1) return Opaque(Key(node));
        Fraction? total = Fraction.Of(node.Name == "sum" ? Rational.Zero : Rational.One);
        for (var k = low.Value.Numerator; k <= high.Value.Numerator; k++)
        {
            if (Of(Substitution.Apply(node[0], node[1].Name, Node.Integer(k), work)) is not { } term || total is not { } t) return null;
            total = node.Name == "sum" ? Plus(t, term) : Times(t, term);
        }
        return total;
    }

    private Fraction? Determinant(Node matrix)
    {
        var n = matrix.Columns;
        if (matrix.Count != n * n || n > 5) return null;
        var entries = new Fraction[n * n];
        for (var i = 0; i < entries.Length; i++)
        {
            if (Of(matrix[i]) is not { } entry) return null;
            entries[i] = entry;
        }
        return Minor(entries, n, 0, 0);
    }

    /// <summary>Laplace expansion along the rows; <paramref name="used"/> is the set of columns that are taken.</summary>
    private Fraction Minor(Fraction[] entries, int n, int row, int used)
    {
        if (row == n) return Fraction.Of(Rational.One);
        var sum = Fraction.Of(Rational.Zero);
        var sign = 1;
        for (var column = 0; column < n; column++)
        {
            if ((used & (1 << column)) != 0) continue;
            var term = Times(entries[(row * n) + column], Minor(entries, n, row + 1, used | (1 << column)));
            sum = Plus(sum, sign > 0 ? term : new(term.Over.Negated(work), term.Under));
            sign = -sign;
        }
        return sum;
    }
}
