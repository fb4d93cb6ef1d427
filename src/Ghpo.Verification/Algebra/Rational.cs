using System.Globalization;
using System.Numerics;

namespace Ghpo.Verification.Algebra;

/// <summary>An exact fraction in lowest terms with a positive denominator.</summary>
internal readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    /// <summary>Zero for an integer, so that the default is 0/1.</summary>
    private readonly BigInteger _denominator;

    public Rational(BigInteger numerator) => Numerator = numerator;

    public Rational(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.Sign < 0) (numerator, denominator) = (-numerator, -denominator);
        if (!denominator.IsOne)
        {
            var divisor = BigInteger.GreatestCommonDivisor(numerator, denominator);
            if (!divisor.IsOne) (numerator, denominator) = (numerator / divisor, denominator / divisor);
        }
        this = new(numerator, denominator, default);
    }

    /// <summary>Already in lowest terms, with a positive denominator.</summary>
    private Rational(BigInteger numerator, BigInteger denominator, LowestTerms _)
    {
        Numerator = numerator;
        _denominator = denominator.IsOne ? BigInteger.Zero : denominator;
    }

    private readonly struct LowestTerms;

    public static Rational Zero => default;

    public static Rational One => new(BigInteger.One);

    public static Rational MinusOne => new(BigInteger.MinusOne);

    public static Rational Half => new(1, 2);

    public BigInteger Numerator { get; }

    public BigInteger Denominator => _denominator.IsZero ? BigInteger.One : _denominator;

    public bool IsInteger => _denominator.IsZero;

    public bool IsZero => Numerator.IsZero;

    public bool IsOne => Numerator.IsOne && IsInteger;

    public int Sign => Numerator.Sign;

    public long Bits => Numerator.GetBitLength() + Denominator.GetBitLength();

    public static implicit operator Rational(int value) => new(value);

    public static Rational operator +(Rational a, Rational b) =>
        b.IsInteger ? new(a.Numerator + (b.Numerator * a.Denominator), a.Denominator, default)
        : a.IsInteger ? b + a
        : new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational operator -(Rational a, Rational b) => a + -b;

    public static Rational operator -(Rational a) => new(-a.Numerator, a.Denominator, default);

    public static Rational operator *(Rational a, Rational b) =>
        a.IsInteger && b.IsInteger ? new(a.Numerator * b.Numerator) : new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    /// <summary>The quotient; <paramref name="b"/> is not zero.</summary>
    public static Rational operator /(Rational a, Rational b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static bool operator ==(Rational a, Rational b) => a.Equals(b);

    public static bool operator !=(Rational a, Rational b) => !a.Equals(b);

    public static bool operator <(Rational a, Rational b) => a.CompareTo(b) < 0;

    public static bool operator >(Rational a, Rational b) => a.CompareTo(b) > 0;

    public static bool operator <=(Rational a, Rational b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Rational a, Rational b) => a.CompareTo(b) >= 0;

    /// <summary>1/x; x is not zero.</summary>
    public Rational Inverse() => Sign < 0 ? new(-Denominator, -Numerator, default) : new(Denominator, Numerator, default);

    public Rational Abs() => Sign < 0 ? -this : this;

    public BigInteger Floor()
    {
        var quotient = BigInteger.DivRem(Numerator, Denominator, out var rest);
        return rest.Sign < 0 ? quotient - 1 : quotient;
    }

    /// <summary>An integer power; zero to a negative power is the caller's to avoid.</summary>
    public Rational Power(int exponent)
    {
        if (exponent == 0) return One;
        var size = Math.Abs(exponent);
        var power = new Rational(BigInteger.Pow(Numerator, size), BigInteger.Pow(Denominator, size), default);
        return exponent > 0 ? power : power.Inverse();
    }

    /// <summary>Rounded to <paramref name="digits"/> decimals, halves to even; negative digits round to tens.</summary>
    public Rational Round(int digits)
    {
        var scale = digits >= 0 ? new Rational(BigInteger.Pow(10, digits)) : new Rational(1, BigInteger.Pow(10, -digits));
        var scaled = this * scale;
        var floor = scaled.Floor();
        var rest = scaled - new Rational(floor);
        var order = rest.CompareTo(Half);
        if (order > 0 || (order == 0 && !floor.IsEven)) floor += 1;
        return new Rational(floor) / scale;
    }

    public int CompareTo(Rational other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && _denominator == other._denominator;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Numerator, _denominator);

    public override string ToString() =>
        IsInteger ? Numerator.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
