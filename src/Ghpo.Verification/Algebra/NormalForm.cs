using System.Numerics;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Algebra;

/// <summary>
/// Expressions in normal form: quotients of polynomials over independent atoms. Where <see cref="IsComplete"/> holds, two expressions are equal if and only if
/// the difference of their normal forms is zero: square roots of different square-free numbers, and powers of variables, are linearly independent over ℚ.
/// </summary>
internal sealed partial class NormalForm(WorkMeter work)
{
    private readonly AtomTable _atoms = new();
    private int _depth;

    /// <summary>False once an atom was made that may depend on others; then a difference that is not zero proves nothing.</summary>
    public bool IsComplete { get; private set; } = true;

    public AtomTable Atoms => _atoms;

    /// <summary>The normal form; null for what is no expression (a set, a relation), and for what has no value (a division by zero).</summary>
    public Fraction? Of(Node node)
    {
        work.Spend(20);
        if (_depth > 2 * WorkMeter.MostDepth) throw new WorkLimitException();
        _depth++;
        // An exhausted meter leaves the depth as it is: nothing is computed after it.
        var form = Convert(node);
        _depth--;
        return form;
    }

    public bool AreEqual(Fraction a, Fraction b) => Difference(a, b).IsZero;

    /// <summary>The numerator of a − b over a common denominator.</summary>
    public Polynomial Difference(Fraction a, Fraction b)
    {
        if (a.Under.IsOne && b.Under.IsOne) return a.Over.Plus(b.Over.Negated(work), work);
        return a.Over.Times(b.Under, _atoms, work).Plus(b.Over.Times(a.Under, _atoms, work).Negated(work), work);
    }

    private Fraction? Convert(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Number:
                return Fraction.Of(node.Value);
            case NodeKind.Symbol:
                return Fraction.Of(SymbolTerm(node.Name));
            case NodeKind.Add:
                {
                    Fraction? sum = null;
                    foreach (var argument in node.Arguments)
                    {
                        if (Of(argument) is not { } term) return null;
                        sum = sum is { } s ? Plus(s, term) : term;
                    }
                    return sum;
                }
            case NodeKind.Multiply:
                return Of(node[0]) is { } a && Of(node[1]) is { } b ? Times(a, b) : null;
            case NodeKind.Divide:
                return Of(node[0]) is { } over && Of(node[1]) is { } under && Inverse(under) is { } inverse ? Times(over, inverse) : null;
            case NodeKind.Power:
                return Of(node[0]) is { } @base && Of(node[1]) is { } exponent ? Power(@base, exponent) : null;
            case NodeKind.Percent:
                return Of(node[0]) is { } hundred ? Times(hundred, Fraction.Of(new Rational(1, 100))) : null;
            case NodeKind.Degree or NodeKind.Quantity:
                return Of(node[0]);
            case NodeKind.Function:
                return FunctionForm(node);
            case NodeKind.Words when node.Name.Length > 0:
                return Fraction.Of(SymbolTerm("“" + node.Name + "”"));
            default:
                return null;
        }
    }

    private Polynomial SymbolTerm(string name) => name == "i"
        ? Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Imaginary, "i"), Rational.One))
        : Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Symbol, name), Rational.One));

    public Fraction Plus(Fraction a, Fraction b)
    {
        if (a.Under.IsOne && b.Under.IsOne) return Fraction.Of(a.Over.Plus(b.Over, work));
        var over = a.Over.Times(b.Under, _atoms, work).Plus(b.Over.Times(a.Under, _atoms, work), work);
        return Simplified(over, a.Under.Times(b.Under, _atoms, work));
    }

    public Fraction Times(Fraction a, Fraction b) =>
        Simplified(a.Over.Times(b.Over, _atoms, work), a.Under.IsOne ? b.Under : a.Under.Times(b.Under, _atoms, work));

    /// <summary>A denominator of one term goes up as a negative power.</summary>
    private Fraction Simplified(Polynomial over, Polynomial under)
    {
        if (under.Count != 1) return new(over, under);
        var (monomial, coefficient) = under.Terms.First();
        if (monomial.IsOne) return Fraction.Of(over.Scaled(coefficient.Inverse(), work));
        var inverse = coefficient.Inverse();
        var reduced = Polynomial.Reduce(monomial.Inverse(), ref inverse, _atoms, work, out var factor);
        if (factor is not null) return new(over, under);
        return Fraction.Of(over.Times(Polynomial.Term(inverse, reduced), _atoms, work));
    }

    private Fraction? Inverse(Fraction a) => a.Over.IsZero ? null : Simplified(a.Under, a.Over);

    private Fraction? Power(Fraction @base, Fraction exponent)
    {
        if (exponent.IsRational) return Power(@base, exponent.Value);
        IsComplete = false;
        if (!exponent.Under.IsOne || @base.Over.Count != 1 || !@base.Under.IsOne) return Opaque("(" + Text(@base) + ")^(" + Text(exponent) + ")");
        var (monomial, coefficient) = @base.Over.Terms.First();
        if (coefficient.Sign < 0 || monomial.Factors.Any(f => _atoms[f.Atom].Kind is AtomKind.Imaginary or AtomKind.Root)) return Opaque("(" + Text(@base) + ")^(" + Text(exponent) + ")");
        // b^(Σ cᵢ mᵢ) = Π (b^mᵢ)^cᵢ, factor by factor of b.
        Fraction? result = Fraction.Of(Rational.One);
        foreach (var (term, factor) in exponent.Over.Terms)
        {
            var part = term.IsOne ? Power(@base, factor) : SymbolicPower(monomial, coefficient, term, factor);
            if (part is not { } value || result is not { } r) return null;
            result = Times(r, value);
        }
        return result;
    }

    private Fraction? SymbolicPower(Monomial @base, Rational coefficient, Monomial term, Rational factor)
    {
        var exponent = Text(Fraction.Of(Polynomial.Term(Rational.One, term)));
        var result = Polynomial.One;
        foreach (var (atom, power) in @base.Factors) result = result.Times(Raised(_atoms[atom].Key, power * factor, exponent), _atoms, work);
        foreach (var (number, sign) in ((BigInteger, int)[])[(coefficient.Numerator, 1), (coefficient.Denominator, -1)])
        {
            foreach (var (prime, count) in Factoring.Of(number, work)) result = result.Times(Raised(prime.ToString(), factor * (count * sign), exponent), _atoms, work);
        }
        return Fraction.Of(result);
    }

    private Polynomial Raised(string key, Rational power, string exponent) =>
        Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Opaque, key + "^(" + exponent + ")"), power));

    private Fraction? Power(Fraction @base, Rational exponent)
    {
        // It may be written into a name, too.
        work.SpendOnBits(2 * exponent.Bits);
        if (exponent.IsZero) return @base.Over.IsZero ? null : Fraction.Of(Rational.One);
        if (@base.Over.IsZero) return exponent.Sign > 0 ? @base : null;
        if (!exponent.IsInteger && exponent.Bits > Monomial.MostExponentBits / 2) return Opaque("(" + Text(@base) + ")^(" + exponent + ")");
        if (exponent.Sign < 0) return Inverse(@base) is { } inverse ? Power(inverse, -exponent) : null;
        if (exponent.IsInteger)
        {
            if (@base.Over.Count == 1 && @base.Under.IsOne) return MonomialPower(@base, exponent);
            if (exponent.Numerator > 64) return Opaque("(" + Text(@base) + ")^" + exponent);
            var n = (int)exponent.Numerator;
            return Simplified(@base.Over.Power(n, _atoms, work), @base.Under.Power(n, _atoms, work));
        }
        if (@base.Over.Count == 1 && @base.Under.IsOne) return MonomialPower(@base, exponent);
        if (!@base.Under.IsOne) return Opaque("(" + Text(@base) + ")^(" + exponent + ")");

        // A root of a sum: its rational content comes out, the rest is an atom.
        IsComplete = false;
        var content = Content(@base.Over);
        var inner = @base.Over.Scaled(content.Inverse(), work);
        var key = "(" + Text(Fraction.Of(inner)) + ")";
        var root = Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Root, key, default, inner), exponent));
        var outer = Power(Fraction.Of(content), exponent);
        return outer is { } o ? Times(o, Fraction.Of(root.Times(Polynomial.One, _atoms, work))) : null;
    }

    private Rational Content(Polynomial polynomial)
    {
        BigInteger over = 0, under = 1;
        foreach (var coefficient in polynomial.Terms.Values)
        {
            work.SpendOnBits(over.GetBitLength() + under.GetBitLength() + coefficient.Bits);
            over = BigInteger.GreatestCommonDivisor(over, coefficient.Numerator);
            under = under / BigInteger.GreatestCommonDivisor(under, coefficient.Denominator) * coefficient.Denominator;
        }
        return new(over, under);
    }

    private Fraction? MonomialPower(Fraction @base, Rational exponent)
    {
        var (monomial, coefficient) = @base.Over.Terms.First();
        var even = exponent.Denominator.IsEven;
        Polynomial? result = NumberPower(coefficient, exponent);
        if (result is null) return Opaque("(" + Text(@base) + ")^(" + exponent + ")");
        foreach (var (index, power) in monomial.Factors)
        {
            work.SpendOnBits(power.Bits + exponent.Bits);
            var atom = _atoms[index];
            if (exponent.IsInteger || atom.Kind == AtomKind.Prime || (atom.Kind == AtomKind.Symbol && atom.Key is "pi" or "e"))
            {
                result = result.Times(Reduced(Monomial.Of(index, power * exponent)), _atoms, work);
                continue;
            }
            if (atom.Kind == AtomKind.Imaginary) return Opaque("(" + Text(@base) + ")^(" + exponent + ")");
            // √(x²) is |x| and not x.
            if (even && power.IsInteger && power.Numerator.IsEven)
            {
                IsComplete = false;
                result = result.Times(Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Opaque, "|" + atom.Key + "|"), power * exponent)), _atoms, work);
                continue;
            }
            result = result.Times(Reduced(Monomial.Of(index, power * exponent)), _atoms, work);
        }
        return Fraction.Of(result);
    }

    private Polynomial Reduced(Monomial monomial)
    {
        var coefficient = Rational.One;
        var reduced = Polynomial.Reduce(monomial, ref coefficient, _atoms, work, out var factor);
        var term = Polynomial.Term(coefficient, reduced);
        return factor is null ? term : term.Times(factor, _atoms, work);
    }

    /// <summary>A rational number to a rational power, with the real root of a negative number where the index is odd; null where it is not computed.</summary>
    private Polynomial? NumberPower(Rational value, Rational exponent)
    {
        if (exponent.IsInteger)
        {
            if (value.IsOne) return Polynomial.One;
            if (value == Rational.MinusOne) return Polynomial.Constant(exponent.Numerator.IsEven ? Rational.One : Rational.MinusOne);
            if (BigInteger.Abs(exponent.Numerator) * value.Bits > 10 * WorkMeter.MostDigits)
            {
                IsComplete = false;
                return null;
            }
            work.SpendOnBits(value.Bits * (long)BigInteger.Abs(exponent.Numerator));
            return Polynomial.Constant(value.Power((int)exponent.Numerator));
        }
        var result = Polynomial.One;
        if (value.Sign < 0)
        {
            if (!exponent.Denominator.IsEven)
            {
                if (!exponent.Numerator.IsEven) result = Polynomial.Constant(Rational.MinusOne);
            }
            else if (exponent.Denominator == 2)
            {
                result = Reduced(Monomial.Of(_atoms.Of(AtomKind.Imaginary, "i"), new Rational(exponent.Numerator)));
            }
            else
            {
                return null;
            }
            value = -value;
        }
        foreach (var (number, sign) in ((BigInteger, int)[])[(value.Numerator, 1), (value.Denominator, -1)])
        {
            foreach (var (prime, count) in Factoring.Of(number, work))
            {
                if (!Factoring.IsSurelyPrime(prime)) IsComplete = false;
                result = result.Times(Reduced(Monomial.Of(_atoms.Of(AtomKind.Prime, prime.ToString(), prime), exponent * (count * sign))), _atoms, work);
            }
        }
        return result;
    }

    private Fraction Opaque(string key)
    {
        IsComplete = false;
        if (key.Length > 20_000) throw new WorkLimitException();
        return Fraction.Of(Polynomial.Term(Rational.One, Monomial.Of(_atoms.Of(AtomKind.Opaque, key), Rational.One)));
    }
}
