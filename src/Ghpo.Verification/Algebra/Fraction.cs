namespace Ghpo.Verification.Algebra;

/// <summary>A quotient of polynomials. It is not reduced: two are equal when their cross products are.</summary>
internal readonly record struct Fraction(Polynomial Over, Polynomial Under)
{
    public static Fraction Of(Rational value) => new(Polynomial.Constant(value), Polynomial.One);

    public static Fraction Of(Polynomial polynomial) => new(polynomial, Polynomial.One);

    public bool IsRational => Over.IsConstant && Under.IsOne;

    public Rational Value => Over.Value;
}
