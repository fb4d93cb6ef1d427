using System.Numerics;

namespace Ghpo.Verification.Numerics;

/// <summary>An upper bound of an error, m·2^e with m in [1, 2), or nothing. Every operation rounds up.</summary>
internal readonly struct Magnitude
{
    private const double Up = 1 + 1e-12;

    private readonly double _m;
    private readonly long _e;

    private Magnitude(double m, long e)
    {
        if (m == 0)
        {
            _m = 0;
            _e = 0;
            return;
        }
        var shift = Math.ILogB(m);
        _m = Math.ScaleB(m, -shift) * Up;
        _e = e + shift;
    }

    public bool IsZero => _m == 0;

    /// <summary>The exponent of the next power of two above; very small for zero.</summary>
    public long Log2 => IsZero ? long.MinValue / 2 : _e + 2;

    public static Magnitude PowerOfTwo(long exponent) => new(1, exponent);

    /// <summary>An upper bound of |m|·2^e.</summary>
    public static Magnitude Of(BigInteger m, long e)
    {
        if (m.IsZero) return default;
        var size = BigInteger.Abs(m);
        var excess = (int)size.GetBitLength() - 50;
        return excess <= 0 ? new((double)size, e) : new((double)((size >> excess) + 1), e + excess);
    }

    public static Magnitude operator +(Magnitude a, Magnitude b)
    {
        if (a.IsZero) return b;
        if (b.IsZero) return a;
        if (a._e < b._e) (a, b) = (b, a);
        var gap = a._e - b._e;
        return new((a._m + (gap > 60 ? 1e-15 : Math.ScaleB(b._m, (int)-gap))) * Up, a._e);
    }

    public static Magnitude operator *(Magnitude a, Magnitude b) => a.IsZero || b.IsZero ? default : new(a._m * b._m * Up, a._e + b._e);

    /// <summary>An upper bound of this divided by a lower bound of <paramref name="divisor"/>'s size.</summary>
    public Magnitude Over(Magnitude divisor) => IsZero ? default : new(_m / divisor._m * Up, _e - divisor._e);

    public static bool operator <(Magnitude a, Magnitude b) => !b.IsZero && (a.IsZero || (a._e != b._e ? a._e < b._e : a._m < b._m));

    public static bool operator >(Magnitude a, Magnitude b) => b < a;
}
