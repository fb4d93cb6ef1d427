using System.Numerics;

namespace Ghpo.Verification.Numerics;

/// <summary>A complex number with bounded errors. An imaginary part of exactly zero means a real number.</summary>
internal readonly record struct ComplexBall(Ball Re, Ball Im)
{
    public bool IsReal => Im.IsExactZero;

    public bool ContainsZero => Re.ContainsZero && Im.ContainsZero;

    public static ComplexBall Real(Ball value) => new(value, Ball.Zero);

    public static ComplexBall Of(BigInteger value) => Real(Ball.Of(value));

    public ComplexBall Negated() => new(Re.Negated(), Im.Negated());

    public ComplexBall Plus(ComplexBall other, int p) => new(Re.Plus(other.Re, p), IsReal && other.IsReal ? Ball.Zero : Im.Plus(other.Im, p));

    public ComplexBall Minus(ComplexBall other, int p) => Plus(other.Negated(), p);

    public ComplexBall Times(ComplexBall other, int p)
    {
        if (IsReal && other.IsReal) return Real(Re.Times(other.Re, p));
        if (IsReal) return new(Re.Times(other.Re, p), Re.Times(other.Im, p));
        if (other.IsReal) return new(Re.Times(other.Re, p), Im.Times(other.Re, p));
        return new(Re.Times(other.Re, p).Minus(Im.Times(other.Im, p), p), Re.Times(other.Im, p).Plus(Im.Times(other.Re, p), p));
    }

    public ComplexBall? Over(ComplexBall other, int p)
    {
        if (other.IsReal)
        {
            if (Re.Over(other.Re, p) is not { } re) return null;
            if (IsReal) return Real(re);
            return Im.Over(other.Re, p) is { } im ? new(re, im) : null;
        }
        var norm = other.Norm(p);
        var product = Times(new(other.Re, other.Im.Negated()), p);
        return product.Re.Over(norm, p) is { } a && product.Im.Over(norm, p) is { } b ? new ComplexBall(a, b) : null;
    }

    /// <summary>|z|²</summary>
    public Ball Norm(int p) => Re.Times(Re, p).Plus(Im.Times(Im, p), p);
}
