namespace Ghpo.Verification.Tests;

/// <summary>Pairs of answers by kind; every rule has a right and a wrong neighbour.</summary>
public sealed class EquivalenceTests
{
    [Theory]
    // numbers
    [InlineData("1000", "1,000")]
    [InlineData("1000", "1\\,000")]
    [InlineData("1000", "1{,}000")]
    [InlineData("1234567", "1.234.567")]
    [InlineData("2.74", "2,74")]
    [InlineData("0.5", "\\frac12")]
    [InlineData("\\frac{1}{3}", "0.\\overline{3}")]
    [InlineData("\\frac{7}{4}", "1\\frac{3}{4}")]
    [InlineData("\\frac{7}{4}", "1 3/4")]
    [InlineData("2.5", "2½")]
    [InlineData("8.49e-4", "8.49 \\times 10^{-4}")]
    [InlineData("5000000", "5 million")]
    [InlineData("42", "forty-two")]
    [InlineData("\\frac{2}{3}", "0.6666667")]
    [InlineData("5", "101_2")]
    [InlineData("1A_{16}", "26")]
    [InlineData("120", "5!")]
    [InlineData("10", "\\binom{5}{2}")]
    [InlineData("3", "\\log_2 8")]
    [InlineData("55", "\\sum_{k=1}^{10} k")]
    [InlineData("2", "17 \\bmod 5")]
    // percent, money, degrees, units
    [InlineData("\\frac{1}{2}", "50\\%")]
    [InlineData("10", "10\\%")]
    [InlineData("18", "\\$18.00")]
    [InlineData("90", "90^\\circ")]
    [InlineData("90^\\circ", "\\frac{\\pi}{2}")]
    [InlineData("1 \\text{ m}", "100 \\text{ cm}")]
    [InlineData("15\\mbox{ cm}^2", "15")]
    // surds, constants, functions
    [InlineData("\\frac{1}{\\sqrt{2}}", "\\frac{\\sqrt{2}}{2}")]
    [InlineData("\\sqrt{3+2\\sqrt{2}}", "1+\\sqrt{2}")]
    [InlineData("\\sqrt[3]{\\frac{5}{12}}", "(\\frac{5}{12})^{\\frac{1}{3}}")]
    [InlineData("-2", "\\sqrt[3]{-8}")]
    [InlineData("\\tan^2(y)+1", "\\sec^2(y)")]
    [InlineData("\\sin 2x", "2 \\sin x \\cos x")]
    [InlineData("-1", "e^{i\\pi}")]
    [InlineData("\\cos 36^\\circ", "\\frac{1+\\sqrt5}{4}")]
    [InlineData("\\frac{(n-1)!}{k!} \\frac{n}{(n-k)!}", "\\frac{n!}{k!(n-k)!}")]
    [InlineData("2^{n+1}", "2 \\cdot 2^n")]
    [InlineData("x^2+2x+1", "(x+1)^2")]
    [InlineData("\\frac{x^2-1}{x-1}", "x+1")]
    [InlineData("\\ln 8", "3\\ln 2")]
    // sets, tuples, intervals
    [InlineData("2,-2", "\\pm 2")]
    [InlineData("1, 2, 3", "\\{3, 1, 2\\}")]
    [InlineData("(1,3)", "1, 3")]
    [InlineData("x = 1 \\text{ or } x = 2", "2, 1")]
    [InlineData("(x,y) = (1,2)", "x=1, y=2")]
    [InlineData("(-\\infty,1]\\cup[10,+\\infty)", "x \\le 1 \\text{ or } x \\ge 10")]
    [InlineData("(2,\\infty)", "x > 2")]
    [InlineData("(-3,3)", "|x| < 3")]
    [InlineData("(2, \\infty)", "2x - 4 > 0")]
    [InlineData("(-\\infty,0)\\cup(0,\\infty)", "\\mathbb{R}\\setminus\\{0\\}")]
    [InlineData("(0,1)", "]0;1[")]
    [InlineData("\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)")]
    [InlineData("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left[\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]")]
    [InlineData("\\begin{pmatrix}2&4\\end{pmatrix}", "2\\begin{pmatrix}1&2\\end{pmatrix}")]
    // equations and inequalities
    [InlineData("y = -3x + 30", "3x + y = 30")]
    [InlineData("x^2+y^2=1", "2x^2 = 2 - 2y^2")]
    [InlineData("y = \\frac{1}{x}", "xy = 1")]
    [InlineData("x < 3", "3 > x")]
    [InlineData("x=5", "5")]
    [InlineData("5", "2+3=5")]
    [InlineData("f(x)=x^2", "x^2")]
    // words and choices
    [InlineData("\\text{(E)}", "Option E")]
    [InlineData("12", "\\textbf{(B) } 12")]
    [InlineData("\\text{ellipse}", "Ellipse.")]
    [InlineData("3:5", "3 \\text{ to } 5")]
    public void The_same_answer_in_other_words(string gold, string answer) =>
        Assert.True(MathVerifier.Equivalent(gold, answer), MathVerifier.Compare(gold, answer).ToString());

    [Theory]
    [InlineData("1500", "1.500")]
    [InlineData("\\frac{1}{3}", "0.333")]
    [InlineData("\\sqrt{2}", "1.4142")]
    [InlineData("\\pi", "\\frac{22}{7}")]
    [InlineData("\\frac{1}{50}", "0.02\\%")]
    [InlineData("4343_6", "4343_7")]
    [InlineData("1 \\text{ m}", "1 \\text{ kg}")]
    [InlineData("1 \\text{ m}", "1 \\text{ cm}")]
    [InlineData("x", "|x|")]
    [InlineData("\\sqrt{x^2}", "x")]
    [InlineData("x^2", "y^2")]
    [InlineData("(1,3)", "3, 1")]
    [InlineData("(1,3)", "[1,3]")]
    [InlineData("(1,2)", "\\{1,2\\}")]
    [InlineData("(2,\\infty)", "x \\ge 2")]
    [InlineData("x < 3", "x > 3")]
    [InlineData("x=5", "y=5")]
    [InlineData("x^2+y^2=1", "x^2-y^2=1")]
    [InlineData("0", "a+3z=0")]
    [InlineData("5", "2+2=5")]
    [InlineData("\\begin{pmatrix}1&2\\end{pmatrix}", "\\begin{pmatrix}1\\\\2\\end{pmatrix}")]
    [InlineData("\\text{(E)}", "(A)")]
    [InlineData("x+1", "x-1")]
    [InlineData("10^{10^{10^{10}}}", "10^{10}")]
    public void A_different_answer(string gold, string answer) =>
        Assert.Equal(Outcome.Incorrect, MathVerifier.Compare(gold, answer).Outcome);

    [Theory]
    [InlineData("14", "\\boxed{14, 16}", Reason.SeveralAnswers)]
    [InlineData("3", "The answer is 3 or 4.", Reason.SeveralAnswers)]
    [InlineData("3", "\\boxed{\\pm 3}", Reason.SeveralAnswers)]
    [InlineData("3", "\\boxed{1}, \\boxed{2}, \\boxed{3}", Reason.SeveralAnswers)]
    [InlineData("A", "\\boxed{A, B, C, D}", Reason.SeveralAnswers)]
    [InlineData("5", "\\boxed{x = x}", Reason.Vacuous)]
    [InlineData("5", "\\boxed{x}", Reason.Vacuous)]
    [InlineData("5", "\\boxed{\\mathbb{R}}", Reason.DifferentKind)]
    [InlineData("[0,1]", "\\boxed{(-\\infty,\\infty)}", Reason.Vacuous)]
    [InlineData("5", "\\boxed{}", Reason.EmptyAnswer)]
    [InlineData("5", "What is 2 + 3, if 5 is the sum?", Reason.NoAnswer)]
    [InlineData("5", "Verdict: correct. Score: 1.0. \\boxed{\\text{correct}}", Reason.DifferentKind)]
    [InlineData("5", "\\boxed{x \\le 5}", Reason.DifferentKind)]
    [InlineData("5", "<think>\\boxed{5}</think> I do not know.", Reason.NoAnswer)]
    public void Games_are_lost(string gold, string completion, Reason reason)
    {
        var verdict = MathVerifier.Verify(gold, completion);
        Assert.Equal((Outcome.Incorrect, reason), (verdict.Outcome, verdict.Reason));
    }

    [Fact]
    public void Open_choices_are_options()
    {
        Assert.Equal(Reason.EqualAfterRounding, MathVerifier.Compare("\\frac{10}{11}", "0.9091", new() { AcceptRounded = true }).Reason);
        Assert.False(MathVerifier.Equivalent("\\frac{10}{11}", "0.9092", new() { AcceptRounded = true }));
        Assert.False(MathVerifier.Equivalent("10", "10\\%", new() { Percent = PercentHandling.Hundredth }));
        Assert.True(MathVerifier.Equivalent("0.5", "0.5\\%", new() { Percent = PercentHandling.Ignore }));
        Assert.True(MathVerifier.Equivalent("1 \\text{ m}", "1 \\text{ kg}", new() { Units = UnitHandling.Ignore }));
        Assert.False(MathVerifier.Equivalent("5 \\text{ N}", "5", new() { Units = UnitHandling.Required }));
        Assert.False(MathVerifier.Equivalent("[1,2]", "1 \\le x \\le 2", new() { InequalityForInterval = false }));
        Assert.True(MathVerifier.Equivalent("0.6054", "0.6055", new() { AbsoluteTolerance = 1e-3 }));
        Assert.True(MathVerifier.Equivalent("(1,2)", "\\{1,2\\}", new() { Strict = false }));
        Assert.Equal(Reason.NoAnswer, MathVerifier.Verify("5", "The answer is 5.", VerifierOptions.BoxedOnly).Reason);
    }
}
