namespace Ghpo.Verification.Algebra;

/// <summary>A sum of monomials with rational coefficients, none of them zero. Negative and fractional powers are allowed.</summary>
internal sealed class Polynomial
{
    private readonly Dictionary<Monomial, Rational> _terms;

    private Polynomial(Dictionary<Monomial, Rational> terms) => _terms = terms;

    public static Polynomial Zero { get; } = new([]);

    public static Polynomial One { get; } = Constant(Rational.One);

    public IReadOnlyDictionary<Monomial, Rational> Terms => _terms;

    public int Count => _terms.Count;

    public bool IsZero => _terms.Count == 0;

    public bool IsOne => IsConstant && Value.IsOne;

    /// <summary>A rational number.</summary>
    public bool IsConstant => _terms.Count == 0 || (_terms.Count == 1 && _terms.ContainsKey(Monomial.One));

    /// <summary>The value of a constant.</summary>
    public Rational Value => _terms.Count == 0 ? Rational.Zero : _terms[Monomial.One];

    public static Polynomial Constant(Rational value) => value.IsZero ? Zero : new(new() { [Monomial.One] = value });

    public static Polynomial Term(Rational coefficient, Monomial monomial) => coefficient.IsZero ? Zero : new(new() { [monomial] = coefficient });

    public Polynomial Plus(Polynomial other, WorkMeter work)
    {
        if (IsZero) return other;
        if (other.IsZero) return this;
        work.Spend(20 * (Count + other.Count));
        var terms = new Dictionary<Monomial, Rational>(_terms);
        foreach (var (monomial, coefficient) in other._terms) Add(terms, monomial, coefficient, work);
        return new(terms);
    }

    public Polynomial Negated(WorkMeter work)
    {
        work.Spend(2 * Count);
        return new(_terms.ToDictionary(t => t.Key, t => -t.Value));
    }

    public Polynomial Scaled(Rational factor, WorkMeter work)
    {
        if (factor.IsZero) return Zero;
        if (factor.IsOne) return this;
        var terms = new Dictionary<Monomial, Rational>(Count);
        foreach (var (monomial, coefficient) in _terms)
        {
            work.Spend(10);
            work.SpendOnBits(coefficient.Bits + factor.Bits);
            terms.Add(monomial, coefficient * factor);
        }
        return new(terms);
    }

    public Polynomial Times(Polynomial other, AtomTable atoms, WorkMeter work)
    {
        if (IsZero || other.IsZero) return Zero;
        if (other.IsConstant) return Scaled(other.Value, work);
        if (IsConstant) return other.Scaled(Value, work);
        var terms = new Dictionary<Monomial, Rational>(Math.Min(Count * other.Count, 256));
        Polynomial? expanded = null;
        foreach (var (m, a) in _terms)
        {
            foreach (var (n, b) in other._terms)
            {
                work.Spend(60 + (4 * (m.Factors.Length + n.Factors.Length)));
                work.SpendOnBits(a.Bits + b.Bits);
                work.SpendOnBits(m.Bits + n.Bits);
                var coefficient = a * b;
                var product = Reduce(m.Times(n), ref coefficient, atoms, work, out var factor);
                if (factor is null) Add(terms, product, coefficient, work);
                else expanded = (expanded ?? Zero).Plus(Term(coefficient, product).Times(factor, atoms, work), work);
            }
        }
        var result = new Polynomial(terms);
        return expanded is null ? result : result.Plus(expanded, work);
    }

    /// <summary>A small non-negative power.</summary>
    public Polynomial Power(int exponent, AtomTable atoms, WorkMeter work)
    {
        var result = One;
        for (var power = this; exponent > 0; exponent >>= 1)
        {
            if ((exponent & 1) != 0) result = result.Times(power, atoms, work);
            if (exponent > 1) power = power.Times(power, atoms, work);
        }
        return result;
    }

    /// <summary>
    /// Whole powers of primes go to the coefficient, i² is −1, and a whole power of a root is what stood under it (<paramref name="factor"/>).
    /// </summary>
    public static Monomial Reduce(Monomial monomial, ref Rational coefficient, AtomTable atoms, WorkMeter work, out Polynomial? factor)
    {
        factor = null;
        List<(int, Rational)>? reduced = null;
        for (var i = 0; i < monomial.Factors.Length; i++)
        {
            var (index, exponent) = monomial.Factors[i];
            var atom = atoms[index];
            var rest = exponent;
            if (atom.Kind == AtomKind.Prime && (exponent >= 1 || exponent.Sign < 0))
            {
                var whole = exponent.Floor();
                if (System.Numerics.BigInteger.Abs(whole) * (long)atom.Prime.GetBitLength() > 4 * WorkMeter.MostDigits) throw new WorkLimitException();
                work.SpendOnBits(coefficient.Bits + (Math.Abs((long)whole) * (long)atom.Prime.GetBitLength()));
                coefficient *= new Rational(atom.Prime).Power((int)whole);
                rest = exponent - new Rational(whole);
            }
            else if (atom.Kind == AtomKind.Imaginary && exponent.IsInteger && !exponent.IsOne)
            {
                var turn = (int)(((exponent.Numerator % 4) + 4) % 4);
                if (turn >= 2) coefficient = -coefficient;
                rest = turn % 2;
            }
            else if (atom.Kind == AtomKind.Root && exponent >= 1)
            {
                var whole = exponent.Floor();
                if (whole > 64) throw new WorkLimitException();
                factor = (factor ?? One).Times(atom.Base!.Power((int)whole, atoms, work), atoms, work);
                rest = exponent - new Rational(whole);
            }
            if (rest == exponent)
            {
                reduced?.Add((index, exponent));
                continue;
            }
            if (reduced is null)
            {
                reduced = [];
                for (var k = 0; k < i; k++) reduced.Add(monomial.Factors[k]);
            }
            if (!rest.IsZero) reduced.Add((index, rest));
        }
        return reduced is null ? monomial : reduced.Count == 0 ? Monomial.One : new([.. reduced]);
    }

    private static void Add(Dictionary<Monomial, Rational> terms, Monomial monomial, Rational coefficient, WorkMeter work)
    {
        if (!terms.TryGetValue(monomial, out var present))
        {
            if (terms.Count > 4_000) throw new WorkLimitException();
            terms.Add(monomial, coefficient);
            return;
        }
        work.SpendOnBits(present.Bits + coefficient.Bits);
        var sum = present + coefficient;
        if (sum.IsZero) terms.Remove(monomial);
        else terms[monomial] = sum;
    }
}
