using System.Numerics;

namespace Ghpo.Verification.Numerics;

/// <summary>
/// Elementary functions of balls: series in fixed point with 64 guard bits at the middle, and the slope times the radius. Null where the value is not defined or out of range.
/// </summary>
internal sealed class Elementary(int precision, WorkMeter work)
{
    private const int Guard = 64;
    private BigInteger? _pi;
    private BigInteger? _ln2;

    public int Precision => precision;

    private int Bits => precision + Guard;

    private BigInteger One => BigInteger.One << Bits;

    public Ball Pi => FromFixed(PiFixed, default);

    private BigInteger PiFixed => _pi ??= ComputePi();

    private BigInteger Ln2Fixed => _ln2 ??= ComputeLn2();

    public Ball? Sqrt(Ball x)
    {
        if (x.IsExactZero) return x;
        if (x.Sign < 0 || x.ContainsZero) return null;
        work.Spend(precision / 2);
        var shift = (2 * precision) + Guard - (int)x.Mantissa.GetBitLength();
        if (((x.Exponent - shift) & 1) != 0) shift++;
        if (shift < 0) shift = (int)(x.Exponent & 1);
        var root = Algebra.Factoring.Root(x.Mantissa << shift, 2);
        var e = (x.Exponent - shift) / 2;
        // |√x − √y| ≤ |x − y| / √(x − r)
        var lower = Magnitude.PowerOfTwo(((x.Log2 - 1) / 2) - 2);
        return Ball.Round(root, e, x.Radius.Over(lower) + Magnitude.PowerOfTwo(e), precision);
    }

    public Ball? Exp(Ball x)
    {
        if (x.IsExactZero) return Ball.Of(BigInteger.One);
        if (x.Log2 > 20 || x.Radius.Log2 > 0) return null;
        work.Spend(precision * 2);
        var value = x.ToFixed(Bits);
        var k = (long)BigInteger.Divide(value, Ln2Fixed);
        if (value.Sign < 0) k--;
        var rest = value - (Ln2Fixed * k);
        const int halvings = 12;
        rest >>= halvings;
        BigInteger sum = One, term = One;
        for (var n = 1; !term.IsZero && n < 200; n++)
        {
            term = ((term * rest) >> Bits) / n;
            sum += term;
        }
        for (var i = 0; i < halvings; i++) sum = (sum * sum) >> Bits;
        // The reduction by k·ln 2 costs the bits of k, the squarings double the error each.
        var middle = Ball.Round(sum, k - Bits, Magnitude.PowerOfTwo(k - precision - 20), precision);
        return new(middle.Mantissa, middle.Exponent, middle.Radius + (x.Radius * middle.Size * Magnitude.PowerOfTwo(2)));
    }

    public Ball? Log(Ball x)
    {
        if (x.Sign <= 0 || x.ContainsZero) return null;
        work.Spend(precision * 6);
        var length = x.Mantissa.GetBitLength();
        var k = x.Exponent + length;
        if (Math.Abs(k) > 1_000_000) return null;
        // m in [1/2, 1): y ← y + 2 (m − e^y) / (m + e^y) converges cubically from a double.
        var m = new Ball(x.Mantissa, -length, default).ToFixed(Bits);
        var y = FromDouble(Math.Log(Math.ScaleB((double)(m >> (Bits - 60)), -60)));
        for (var i = 0; i < 3; i++)
        {
            var e = ExpFixed(y);
            y += (((m - e) << 1) << Bits) / (m + e);
        }
        var middle = FromFixed(y + (Ln2Fixed * k), default);
        var lower = x.LowerAwayFromZero(precision);
        return new(middle.Mantissa, middle.Exponent, middle.Radius + x.Radius.Over(lower) + Magnitude.PowerOfTwo(-precision - 10));
    }

    public (Ball Sin, Ball Cos)? SinCos(Ball x)
    {
        if (x.IsExactZero) return (Ball.Zero, Ball.Of(BigInteger.One));
        if (x.Log2 > 60 || x.Radius.Log2 > 0) return null;
        work.Spend(precision * 3);
        var value = x.ToFixed(Bits);
        var half = PiFixed >> 1;
        var quarter = BigInteger.Divide(value + (half >> 1), half);
        if ((value + (half >> 1)).Sign < 0) quarter -= 1;
        var (sin, cos) = SinCosFixed(value - (quarter * PiFixed / 2));
        (sin, cos) = (int)(((quarter % 4) + 4) % 4) switch
        {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
        // The reduction multiplies the error of π by the quarters taken.
        var error = x.Radius + Magnitude.PowerOfTwo(Math.Max(0, x.Log2) - precision - 50);
        return (FromFixed(sin, error), FromFixed(cos, error));
    }

    public Ball? Atan(Ball x)
    {
        if (x.IsExactZero) return x;
        if (x.Log2 > 200) return null;
        work.Spend(precision * 4);
        if (x.Log2 > 1)
        {
            // atan x = ±π/2 − atan 1/x
            if (Ball.Of(BigInteger.One).Over(x, precision) is not { } inverse || Atan(inverse) is not { } small) return null;
            var right = Pi.Scaled(-1);
            return (x.Sign < 0 ? right.Negated() : right).Minus(small, precision);
        }
        var value = x.ToFixed(Bits);
        var guess = FromDouble(Math.Atan(x.ToDouble()));
        for (var i = 0; i < 2; i++)
        {
            var (sin, cos) = SinCosFixed(guess);
            // tan δ = (x − t)/(1 + x t) with t = tan of the guess; δ is tiny.
            var over = ((value * cos) - (sin << Bits)) >> Bits;
            var under = ((cos << Bits) + (value * sin)) >> Bits;
            var d = (over << Bits) / under;
            var cube = (((d * d) >> Bits) * d) >> Bits;
            guess += d - (cube / 3) + (((((cube * d) >> Bits) * d) >> Bits) / 5);
        }
        return FromFixed(guess, x.Radius + Magnitude.PowerOfTwo(-precision - 20));
    }

    private Ball FromFixed(BigInteger value, Magnitude error) => Ball.Round(value, -Bits, error + Magnitude.PowerOfTwo(-Bits + 20), precision);

    private BigInteger FromDouble(double value) => (BigInteger)Math.ScaleB(value, 60) << (Bits - 60);

    private BigInteger ExpFixed(BigInteger y)
    {
        const int halvings = 8;
        var rest = y >> halvings;
        BigInteger sum = One, term = One;
        for (var n = 1; !term.IsZero && n < 300; n++)
        {
            term = ((term * rest) >> Bits) / n;
            sum += term;
            if (term == BigInteger.MinusOne) break;
        }
        for (var i = 0; i < halvings; i++) sum = (sum * sum) >> Bits;
        return sum;
    }

    private (BigInteger Sin, BigInteger Cos) SinCosFixed(BigInteger x)
    {
        // Halve the angle three times, sum the series, double it again.
        const int halvings = 3;
        var small = x >> halvings;
        var square = (small * small) >> Bits;
        BigInteger sin = small, cos = One, s = small, c = One;
        for (var n = 1; n < 200; n++)
        {
            c = -(((c * square) >> Bits) / ((2 * n) * ((2 * n) - 1)));
            s = -(((s * square) >> Bits) / ((2 * n) * ((2 * n) + 1)));
            cos += c;
            sin += s;
            if (BigInteger.Abs(c) <= 1 && BigInteger.Abs(s) <= 1) break;
        }
        for (var i = 0; i < halvings; i++) (sin, cos) = ((sin * cos) >> (Bits - 1), ((cos * cos) - (sin * sin)) >> Bits);
        return (sin, cos);
    }

    /// <summary>Machin: π/4 = 4 arctan 1/5 − arctan 1/239.</summary>
    private BigInteger ComputePi()
    {
        work.Spend(precision);
        var extra = BigInteger.One << (Bits + 16);
        return (4 * ((4 * ArctanInverse(extra, 5)) - ArctanInverse(extra, 239))) >> 16;
    }

    /// <summary>ln 2 = 2 artanh 1/3.</summary>
    private BigInteger ComputeLn2()
    {
        work.Spend(precision);
        BigInteger power = (BigInteger.One << (Bits + 16)) / 3, sum = power;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= 9;
            sum += power / n;
        }
        return (2 * sum) >> 16;
    }

    private static BigInteger ArctanInverse(BigInteger one, int x)
    {
        BigInteger power = one / x, sum = power;
        var sign = -1;
        for (var n = 3; !power.IsZero; n += 2)
        {
            power /= x * x;
            sum += sign * (power / n);
            sign = -sign;
        }
        return sum;
    }
}
