using Ghpo.Guidance;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Tests.Shared;

namespace Ghpo.Tests.Guidance;

public class HintMakerTests
{
    private static readonly HintMaker Guarded = new(HintUnit.Characters, new MathAnswerVerifier());

    [Theory]
    [InlineData("7", @"We add, so \boxed{7} it is, as everybody knows by now.", "We add, so ")]
    [InlineData("7", @"First \boxed{3}, then we get \boxed{7} in the end.", @"First \boxed{3}, then we get ")] // another box is no leak
    [InlineData("1/2", @"It is \boxed{\frac{1}{2}} as said, and so on and on.", "It is ")]
    [InlineData("18", "She sells 9 eggs. 9 * 2 = 18 dollars.\n#### 18 and a long tail behind it", "She sells 9 eggs. 9 * 2 = 18 dollars.\n")]
    [InlineData("7", "work and work <answer>7</answer> and work and work", "work and work ")]
    [InlineData("7", "work and work. The answer is 7. And work and work", "work and work. ")]
    public void The_hint_ends_before_the_final_answer_is_stated(string gold, string trace, string expected)
    {
        var hint = Guarded.Make(new Problem("p", "q", gold, trace), 0.99);
        Assert.Equal(expected, hint!.Text);
        Assert.Equal((double)expected.Length / trace.Length, hint.EffectiveRatio, 1e-12);
        Assert.Equal(0.99, hint.Ratio);
    }

    [Fact]
    public void Bare_earlier_mentions_stay_and_can_be_counted()
    {
        var problem = new Problem("p", "q", "18", "9 * 2 = 18 dollars, and that is all there is to it");
        var hint = Guarded.Make(problem, 0.5)!;
        Assert.Contains("18", hint.Text, StringComparison.Ordinal);
        Assert.True(HintMaker.Mentions(hint, problem));
        Assert.False(HintMaker.Mentions(hint, problem with { Answer = "1" })); // "18" does not mention 1
    }

    [Fact]
    public void There_is_no_hint_without_a_trace_or_before_an_immediate_answer()
    {
        Assert.Null(Guarded.Make(new Problem("p", "q", "7"), 0.5));
        Assert.Null(Guarded.Make(new Problem("p", "q", "7", @"\boxed{7} and then words"), 0.75));
        Assert.NotNull(new HintMaker(HintUnit.Characters, leakGuard: null).Make(new Problem("p", "q", "7", @"\boxed{7} and then words"), 0.75));
    }

    [Fact]
    public void No_hint_of_GSM8K_states_its_answer_behind_hashes()
    {
        var set = ProblemLoader.Load(new ProblemOptions { Path = SharedData.Require("data/gsm8k/test.jsonl"), Preset = ProblemPreset.Gsm8k, MaxProblems = 300 }, seed: 0);
        Assert.Equal(300, set.Problems.Count);
        var mentioned = 0;
        foreach (var problem in set.Problems)
        {
            Assert.DoesNotContain("<<", problem.Trace, StringComparison.Ordinal);
            Assert.DoesNotContain("####", problem.Trace, StringComparison.Ordinal);
            mentioned += Guarded.Make(problem, 0.75) is { } hint && HintMaker.Mentions(hint, problem) ? 1 : 0;
        }

        Assert.InRange(mentioned, 15, 120); // the specification counts about 15 % of GSM8K
    }
}
