using System.Text;

namespace Ghpo.Verification.Tests;

/// <summary>Inputs made to hang, to throw or to be paid. The verifier is called without the net that catches faults.</summary>
public sealed class HostileTests
{
    private static readonly string[] Pieces =
    [
        "9", "x", "y", "\\pi", "e", "i", "\\frac{1}{2}", "\\sqrt{2}", "10^{10}", "9^{9^{9^9}}", "\\infty", "(", "[", "{", "}", ")", "]", "\\{", "\\}", "|", "\\left(", "\\right)", "^", "_", "!", "%",
        "\\pm", "\\cup", "\\cap", "\\setminus", "=", "<", "\\le", "\\in", ",", ";", " or ", " and ", "\\text{", "\\text{cm}", "\\boxed{", "\\begin{pmatrix}", "\\end{pmatrix}", "&", "\\\\",
        "\\sum_{k=1}^{100}", "\\prod_{k=1}^{n}", "\\int", "\\lim_{x\\to0}", "\\sin", "\\log_2", "\\ln", "\\binom{1000}{500}", "1000!", "99999!", "\\lfloor", "\\rfloor", "$", "$$", "\\(", "\\)", "\n",
        "the answer is ", "####", "<answer>", "</answer>", "</think>", "²", "√", "½", "−", "°", "\ud800", "日本", "0.\\overline{3}", "1e999", "1e-99999", "1,000", "2_7", "x_1", "f(x)", "\\mathbb{R}",
        "\\cdot", "/", "+", "-", "\\mod", "\\gcd(", "\\max(", "x^{1000}", "(x+1)^{60}", "(a+b+c+d)^{30}", "\\arcsin", "e^{x^{y}}", "\\cosh", "\\begin{cases}", "\\end{cases}", "\\frac", "\\sqrt", "\\over",
        "\\choose", "\\overline{", "\\hat{", "'", "\"", "*", "**", "\\",
    ];

    private static readonly string[] Golds = ["43", "x^2+x+1", "\\frac{\\sqrt{2}}{3}", "(1,2)", "\\{1,2,7\\}", "[0,\\infty)", "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "z=5", "\\text{ellipse}", "51\\%", "z<3"];

    public static TheoryData<string> Giants() =>
    [
        "deep parentheses", "deep braces", "long number", "many boxes", "nested boxes", "open boxes", "many dollars", "many phrases", "open environments", "long sum", "big power", "triple sum",
        "nested roots", "many signs", "tower", "long text", "many tags", "surd power", "determinants", "million letters", "nested products", "nested pairs",
        "long exponents", "formulas with long exponents", "small numbers", "small numbers in a chain", "pairs of digits", "subscripts of subscripts", "chain of infinities", "long remainders",
    ];

    [Theory]
    [MemberData(nameof(Giants))]
    public void Giants_are_answered_within_the_work_limit(string name)
    {
        var giant = Giant(name);
        foreach (var completion in (string[])[giant, "\\boxed{" + giant + "}", "The answer is " + giant])
        {
            foreach (var gold in Golds)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var verdict = MathVerifier.VerifyUnguarded(gold, completion, VerifierOptions.Default);
                Assert.Equal(Outcome.Incorrect, verdict.Outcome);
                Assert.True(verdict.Work <= VerifierOptions.Default.WorkLimit);
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 64_000_000);
            }
            MathVerifier.VerifyUnguarded(completion, "\\boxed{42}", VerifierOptions.Default);
        }
    }

    [Theory]
    [InlineData("#")]
    [InlineData("0.#")]
    [InlineData("x^{#}")]
    [InlineData("\\frac{#}{7}")]
    [InlineData("# \\bmod 9")]
    [InlineData("\\ln #")]
    [InlineData("\\lfloor \\frac{#}{7} \\rfloor")]
    [InlineData("#_8")]
    [InlineData("[0, #)")]
    public void Digits_are_paid_for(string form)
    {
        long Work(int digits) => MathVerifier.Verify("x+1", "\\boxed{" + form.Replace("#", Repeat("71", digits / 2), StringComparison.Ordinal) + "}").Work;
        Assert.True(Work(500) - Work(100) >= 2 * 400, $"{Work(100)}, {Work(500)}");
    }

    [Fact]
    public void Factors_under_a_root_are_paid_for()
    {
        static long Work(int factors) => MathVerifier.Verify("x+1", $"\\boxed{{\\sqrt{{2^{{{factors}}}}}}}").Work;
        Assert.True(Work(1_200) - Work(200) >= 2 * 1_000, $"{Work(200)}, {Work(1_200)}");
    }

    [Fact]
    public void Ten_thousand_hostile_completions_throw_nothing_and_win_nothing()
    {
        var random = new Random(20_250_701);
        for (var i = 0; i < 10_000; i++)
        {
            var completion = Completion(random);
            var gold = Golds[random.Next(Golds.Length)];
            var verdict = MathVerifier.VerifyUnguarded(gold, completion, VerifierOptions.Default);
            Assert.True(verdict.Outcome == Outcome.Incorrect, $"{gold} <= {completion}: {verdict}");
            Assert.Equal(verdict, MathVerifier.VerifyUnguarded(gold, completion, VerifierOptions.Default));
        }
    }

    [Fact]
    public void A_function_of_nothing_is_no_value() =>
        Assert.Equal(Outcome.Unscorable, MathVerifier.VerifyUnguarded("1\\log_2{\\{\\},}000", "\\boxed{1}", VerifierOptions.Default).Outcome);

    [Fact]
    public void Hostile_golds_throw_nothing_either()
    {
        var random = new Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var gold = Completion(random);
            MathVerifier.VerifyUnguarded(gold, Completion(random), VerifierOptions.Default);
            AnswerExtractor.Extract(gold);
            _ = AnswerExtractor.FindMarked(gold).Count();
        }
    }

    private static string Completion(Random random)
    {
        var text = new StringBuilder();
        if (random.Next(2) == 0) text.Append("\\boxed{");
        var count = random.Next(1, random.Next(2, 60));
        for (var k = 0; k < count; k++) text.Append(Pieces[random.Next(Pieces.Length)]);
        if (random.Next(2) == 0) text.Append('}');
        return text.ToString();
    }

    private static string Giant(string name) => name switch
    {
        "deep parentheses" => new string('(', 100_000),
        "deep braces" => new string('{', 50_000) + "1" + new string('}', 50_000),
        "long number" => new string('9', 100_000),
        "many boxes" => Repeat("\\boxed{1},", 20_000),
        "nested boxes" => Repeat("\\boxed{", 20_000) + "1" + new string('}', 20_000),
        "open boxes" => Repeat("\\boxed{", 30_000),
        "many dollars" => Repeat("$x$ and ", 20_000),
        "many phrases" => Repeat("the answer is ", 20_000),
        "open environments" => Repeat("\\begin{a}", 20_000),
        "long sum" => string.Join("+", Enumerable.Range(1, 5_000).Select(i => $"x_{{{i}}}")),
        "big power" => "(" + string.Join("+", Enumerable.Range(1, 40).Select(i => $"x_{{{i}}}")) + ")^{20}",
        "triple sum" => "\\sum_{k=1}^{200}\\sum_{j=1}^{200}\\sum_{m=1}^{200} \\frac{1}{kjm+1}",
        "nested products" => Repeat("ab(", 150) + "a" + new string(')', 150) + "=1",
        "nested pairs" => new string('(', 150) + "a,b" + Repeat(")ac", 150) + "=1",
        "nested roots" => Repeat("\\sqrt{1+", 90) + "1" + new string('}', 90),
        "many signs" => Repeat("1\\pm", 50) + "1",
        "tower" => "e^{e^{e^{e^{10}}}} + 9^{9^{9^{9^9}}} + 99999!",
        "long text" => Repeat("1 ", 300_000),
        "many tags" => Repeat("<answer>", 50_000),
        "surd power" => "(1+\\sqrt2+\\sqrt3+\\sqrt5+\\sqrt7+\\sqrt{11}+\\sqrt{13}+\\sqrt{17})^{40}",
        "long exponents" => Repeat("(l)^{11e-2942}", 1_500),
        "formulas with long exponents" => Repeat("$(l)^{11e-2942}$, ", 1_100),
        "small numbers" => Repeat(";69e2557, x", 1_800),
        "small numbers in a chain" => Repeat("3e-2999=", 2_500) + "x",
        "pairs of digits" => Repeat("12,", 6_600),
        "subscripts of subscripts" => Repeat("x_", 10_000),
        "chain of infinities" => Repeat("\\infty=", 2_800) + "1",
        "long remainders" => Repeat(new string('7', 1_000) + "\\bmod " + new string('3', 600) + ",", 12),
        "determinants" => Repeat("\\begin{vmatrix}1&x\\\\y&", 20) + "1" + Repeat("\\end{vmatrix}", 20),
        _ => new string('a', 1_000_000),
    };

    private static string Repeat(string text, int times) => new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
}
