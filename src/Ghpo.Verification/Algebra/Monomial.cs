namespace Ghpo.Verification.Algebra;

/// <summary>A product of atoms to rational powers, sorted by atom; no exponent is zero.</summary>
internal sealed class Monomial : IEquatable<Monomial>
{
    /// <summary>Fractions longer than this are not computed with as exponents.</summary>
    public const int MostExponentBits = 512;

    private readonly int _hash;

    public Monomial((int Atom, Rational Exponent)[] factors)
    {
        Factors = factors;
        var hash = new HashCode();
        foreach (var (atom, exponent) in factors)
        {
            hash.Add(atom);
            hash.Add(exponent.GetHashCode());
            Bits += exponent.Bits;
        }
        _hash = hash.ToHashCode();
    }

    public static Monomial One { get; } = new([]);

    public (int Atom, Rational Exponent)[] Factors { get; }

    /// <summary>The size of all exponents together.</summary>
    public long Bits { get; }

    public bool IsOne => Factors.Length == 0;

    public static Monomial Of(int atom, Rational exponent) => exponent.IsZero ? One : new([(atom, exponent)]);

    /// <summary>The plain product, before powers of primes and of i are reduced.</summary>
    public Monomial Times(Monomial other)
    {
        if (IsOne) return other;
        if (other.IsOne) return this;
        var product = new List<(int, Rational)>(Factors.Length + other.Factors.Length);
        int i = 0, j = 0;
        while (i < Factors.Length || j < other.Factors.Length)
        {
            if (j == other.Factors.Length || (i < Factors.Length && Factors[i].Atom < other.Factors[j].Atom))
            {
                product.Add(Factors[i++]);
            }
            else if (i == Factors.Length || other.Factors[j].Atom < Factors[i].Atom)
            {
                product.Add(other.Factors[j++]);
            }
            else
            {
                var sum = Factors[i].Exponent + other.Factors[j].Exponent;
                if (!sum.IsInteger && sum.Bits > MostExponentBits) throw new WorkLimitException();
                if (!sum.IsZero) product.Add((Factors[i].Atom, sum));
                i++;
                j++;
            }
        }
        return product.Count == 0 ? One : new([.. product]);
    }

    public Monomial Inverse() => new(Array.ConvertAll(Factors, f => (f.Atom, -f.Exponent)));

    public bool Equals(Monomial? other)
    {
        if (other is null || other._hash != _hash || other.Factors.Length != Factors.Length) return false;
        for (var i = 0; i < Factors.Length; i++)
        {
            if (Factors[i].Atom != other.Factors[i].Atom || Factors[i].Exponent != other.Factors[i].Exponent) return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Monomial);

    public override int GetHashCode() => _hash;
}
