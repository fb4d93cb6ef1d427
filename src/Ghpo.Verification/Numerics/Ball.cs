using System.Numerics;
using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Numerics;

/// <summary>
/// A real number known to lie within <see cref="Radius"/> of m·2^e. Arithmetic keeps the bound rigorous, so "different" is a proof,
/// and "equal" is a statement with an error bound.
/// </summary>
internal readonly struct Ball
{
    public Ball(BigInteger m, long e, Magnitude radius)
    {
        Mantissa = m;
        Exponent = m.IsZero ? 0 : e;
        Radius = radius;
    }

    public BigInteger Mantissa { get; }

    public long Exponent { get; }

    public Magnitude Radius { get; }

    public bool IsExact => Radius.IsZero;

    public bool IsExactZero => Mantissa.IsZero && Radius.IsZero;

    /// <summary>Zero may be the value.</summary>
    public bool ContainsZero => Mantissa.IsZero || !(Radius < LowerSize);

    public int Sign => Mantissa.Sign;

    /// <summary>Upper bound of the size of the middle.</summary>
    public Magnitude Size => Magnitude.Of(Mantissa, Exponent);

    /// <summary>About the position of the highest bit of the middle.</summary>
    public long Log2 => Mantissa.IsZero ? long.MinValue / 2 : Exponent + Mantissa.GetBitLength();

    private Magnitude LowerSize => Mantissa.IsZero ? default : Magnitude.PowerOfTwo(Exponent + Mantissa.GetBitLength() - 1);

    public static Ball Zero => default;

    public static Ball Of(BigInteger value) => new(value, 0, default);

    public static Ball Of(Rational value, int precision)
    {
        if (value.IsInteger) return Round(value.Numerator, 0, default, precision);
        var shift = Math.Max(0, precision + (int)value.Denominator.GetBitLength() - (int)value.Numerator.GetBitLength() + 2);
        return Round((value.Numerator << shift) / value.Denominator, -shift, Magnitude.PowerOfTwo(-shift), precision);
    }

    public static Ball Round(BigInteger m, long e, Magnitude radius, int precision)
    {
        var excess = (int)m.GetBitLength() - precision;
        return excess <= 0 ? new(m, e, radius) : new(m >> excess, e + excess, radius + Magnitude.PowerOfTwo(e + excess));
    }

    public Ball Negated() => new(-Mantissa, Exponent, Radius);

    public Ball Abs() => Mantissa.Sign < 0 ? Negated() : this;

    public Ball Plus(Ball other, int precision)
    {
        if (other.Mantissa.IsZero) return new(Mantissa, Exponent, Radius + other.Radius);
        if (Mantissa.IsZero) return new(other.Mantissa, other.Exponent, Radius + other.Radius);
        var (a, b) = Log2 >= other.Log2 ? (this, other) : (other, this);
        if (a.Log2 - b.Log2 > 2L * precision) return new(a.Mantissa, a.Exponent, a.Radius + b.Radius + b.Size);
        var gap = a.Exponent - b.Exponent;
        return gap >= 0
            ? Round((a.Mantissa << (int)gap) + b.Mantissa, b.Exponent, Radius + other.Radius, precision)
            : Round(a.Mantissa + (b.Mantissa << (int)-gap), a.Exponent, Radius + other.Radius, precision);
    }

    public Ball Minus(Ball other, int precision) => Plus(other.Negated(), precision);

    public Ball Times(Ball other, int precision)
    {
        var radius = (Size * other.Radius) + (other.Size * Radius) + (Radius * other.Radius);
        return Round(Mantissa * other.Mantissa, Exponent + other.Exponent, radius, precision);
    }

    public Ball Scaled(long powerOfTwo) => new(Mantissa, Exponent + powerOfTwo, Radius * Magnitude.PowerOfTwo(powerOfTwo));

    /// <summary>The quotient; null when the divisor may be zero.</summary>
    public Ball? Over(Ball divisor, int precision)
    {
        if (divisor.ContainsZero) return null;
        var shift = Math.Max(0, precision + (int)divisor.Mantissa.GetBitLength() - (int)Mantissa.GetBitLength() + 2);
        var quotient = (Mantissa << shift) / divisor.Mantissa;
        var e = Exponent - divisor.Exponent - shift;
        // |x/y − x'/y'| ≤ (r_x + |x/y| r_y) / (|y| − r_y), and |y| − r_y ≥ |y|/2^k for the k that the bits tell.
        var numerator = Radius + ((Magnitude.Of(quotient, e) + Magnitude.PowerOfTwo(e)) * divisor.Radius);
        var lower = divisor.LowerAwayFromZero(precision);
        return Round(quotient, e, numerator.Over(lower) + Magnitude.PowerOfTwo(e), precision);
    }

    /// <summary>A lower bound of |x| − r, as a magnitude (to divide by); only for balls without zero.</summary>
    public Magnitude LowerAwayFromZero(int precision)
    {
        if (Radius.IsZero) return LowerSize;
        // |m|·2^e − r, computed in integers and rounded down to a power of two.
        var shift = (int)Math.Max(0, Exponent - (Radius.Log2 - 64));
        if (shift > 4 * precision) return LowerSize * Magnitude.PowerOfTwo(-1);
        var scaled = BigInteger.Abs(Mantissa) << shift;
        var units = Radius.Log2 - (Exponent - shift);
        var difference = units < 0 ? scaled - 1 : scaled - (BigInteger.One << (int)Math.Min(units, 8 * precision));
        return difference.Sign <= 0 ? Magnitude.PowerOfTwo(Exponent - shift) : Magnitude.PowerOfTwo(Exponent - shift + difference.GetBitLength() - 1);
    }

    /// <summary>The middle as a double, for first guesses only.</summary>
    public double ToDouble()
    {
        if (Mantissa.IsZero) return 0;
        var excess = (int)Mantissa.GetBitLength() - 60;
        var m = excess > 0 ? (double)(Mantissa >> excess) : (double)Mantissa;
        var e = Exponent + Math.Max(excess, 0);
        return e > 2000 ? (Mantissa.Sign > 0 ? double.PositiveInfinity : double.NegativeInfinity) : e < -2000 ? 0 : Math.ScaleB(m, (int)e);
    }

    /// <summary>The middle in units of 2^-bits.</summary>
    public BigInteger ToFixed(int bits)
    {
        var shift = Exponent + bits;
        if (shift >= 0) return Mantissa << (int)Math.Min(shift, 100_000);
        return -shift > 1_000_000 ? BigInteger.Zero : Mantissa >> (int)-shift;
    }

    /// <summary>The largest integer not above the value, when that is certain.</summary>
    public BigInteger? Floor()
    {
        if (Log2 > 4_000) return null;
        var low = ToFixed(64) - ErrorUnits(64) - 1;
        var high = ToFixed(64) + ErrorUnits(64) + 1;
        if (Radius.IsZero)
        {
            var exact = Exponent >= 0 ? Mantissa << (int)Exponent : Mantissa >> (int)Math.Min(-Exponent, 1_000_000);
            return exact;
        }
        return low >> 64 == high >> 64 ? low >> 64 : null;
    }

    private BigInteger ErrorUnits(int bits)
    {
        var log = Radius.Log2 + bits;
        return log < 0 ? BigInteger.One : BigInteger.One << (int)Math.Min(log, 10_000);
    }
}
