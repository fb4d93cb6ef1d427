using CsCheck;

namespace Ghpo.Verification.Tests;

/// <summary>Laws that hold for every answer: reflexive, symmetric, and blind to spacing and to rewriting that changes nothing.</summary>
public sealed class PropertyTests
{
    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int[-999, 999].Select(n => n.ToString()),
        Gen.Select(Gen.Int[-99, 99], Gen.Int[2, 99], (a, b) => $"\\frac{{{a}}}{{{b}}}"),
        Gen.Select(Gen.Int[1, 30], Gen.Int[2, 40], (a, b) => $"{a}\\sqrt{{{b}}}"),
        Gen.Int[1, 20].Select(n => $"\\frac{{{n}\\pi}}{{7}}"));

    private static readonly Gen<string> Polynomial = Gen.Select(Gen.Int[1, 9], Gen.Int[-9, 9], Gen.Int[-9, 9], (a, b, c) => $"{a}x^2 + ({b})x + ({c})");

    private static readonly Gen<string> Answer = Gen.OneOf(
        Number,
        Polynomial,
        Gen.Select(Number, Number, (a, b) => $"({a}, {b})"),
        Gen.Select(Number, Number, Number, (a, b, c) => $"\\{{{a}, {b}, {c}\\}}"),
        Gen.Select(Gen.Int[-20, 20], Gen.Int[1, 20], (a, d) => $"[{a}, {a + d}) \\cup ({a + d + 1}, \\infty)"),
        Gen.Select(Number, Number, (a, b) => $"\\begin{{pmatrix}} {a} & {b} \\\\ {b} & {a} \\end{{pmatrix}}"),
        Polynomial.Select(p => $"y = {p}"),
        Gen.Int[-50, 50].Select(n => $"x \\le {n}"));

    [Fact]
    public void Every_answer_equals_itself() =>
        Answer.Sample(a => Assert.True(MathVerifier.Equivalent(a, a), MathVerifier.Compare(a, a).ToString()), iter: 2_000);

    [Fact]
    public void Equality_is_symmetric_among_values() =>
        Gen.Select(Gen.OneOf(Number, Polynomial), Gen.OneOf(Number, Polynomial)).Sample((a, b) => Assert.Equal(MathVerifier.Equivalent(a, b), MathVerifier.Equivalent(b, a)), iter: 3_000);

    [Fact]
    public void Spacing_and_sizes_change_nothing() =>
        Answer.Sample(a => Assert.True(MathVerifier.Equivalent(a, a.Replace(" ", "\\, ").Replace("(", "\\left(").Replace(")", "\\right)").Replace("\\frac", "\\dfrac")), a), iter: 2_000);

    [Fact]
    public void A_place_in_a_completion_changes_nothing() =>
        Gen.Select(Answer, Gen.Int[0, 4]).Sample((a, place) => Assert.True(MathVerifier.Verify(a, place switch
        {
            0 => $"So $\\boxed{{{a}}}$.",
            1 => $"#### {a}",
            2 => $"<answer>{a}</answer>",
            3 => $"The answer is ${a}$.",
            _ => $"We conclude\n\\[ {a} \\]",
        }).IsCorrect, $"{place}: {a}"), iter: 2_000);

    [Fact]
    public void Sums_commute_and_products_distribute() =>
        Gen.Select(Number, Number, Number).Sample((a, b, c) =>
        {
            Assert.True(MathVerifier.Equivalent($"({a}) + ({b})", $"({b}) + ({a})"));
            Assert.True(MathVerifier.Equivalent($"({a}) \\cdot (({b}) + ({c}))", $"({a})({c}) + ({a})({b})"));
        }, iter: 1_000);

    [Fact]
    public void A_difference_of_one_is_a_difference() =>
        Gen.OneOf(Number, Polynomial).Sample(a => Assert.False(MathVerifier.Equivalent(a, $"{a} + 1"), a), iter: 2_000);

    [Fact]
    public void Expanding_a_square_keeps_it_and_a_changed_sign_does_not() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40]).Sample((a, b) =>
        {
            Assert.True(MathVerifier.Equivalent($"({a}x+{b})^2", $"{a * a}x^2+{2 * a * b}x+{b * b}"));
            Assert.False(MathVerifier.Equivalent($"({a}x+{b})^2", $"{a * a}x^2-{2 * a * b}x+{b * b}"));
        }, iter: 1_000);

    [Fact]
    public void Nested_roots_meet_their_simple_form_by_values() =>
        Gen.Select(Gen.Int[1, 30], Gen.Int[2, 30]).Sample((a, b) =>
            Assert.True(MathVerifier.Equivalent($"{a}+\\sqrt{{{b}}}", $"\\sqrt{{{(a * a) + b}+{2 * a}\\sqrt{{{b}}}}}")), iter: 500);

    [Fact]
    public void Equations_may_be_scaled_and_moved() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[-9, 9], Gen.Int[2, 7]).Sample((a, b, c, k) =>
        {
            Assert.True(MathVerifier.Equivalent($"{a}x + {b}y = {c}", $"{k * c} - {k * a}x = {k * b}y"));
            Assert.False(MathVerifier.Equivalent($"{a}x + {b}y = {c}", $"{a}x + {b}y = {c + 1}"));
        }, iter: 1_000);
}
