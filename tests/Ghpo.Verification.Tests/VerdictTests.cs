namespace Ghpo.Verification.Tests;

public sealed class VerdictTests
{
    [Theory]
    [InlineData("42", "\\boxed{42}")]
    [InlineData("42", "#### 42")]
    [InlineData("1,234", "<answer>1234</answer>")]
    [InlineData("0.5", "So we get $\\boxed{\\frac{1}{2}}$.")]
    [InlineData("Rowan Yarrow", "<think>Rowan, then Yarrow.</think>\n<answer>Rowan Yarrow</answer>")]
    [InlineData("\\text{ellipse}", "The answer is **ellipse**.")]
    public void Equal_answers_are_correct(string gold, string completion) =>
        Assert.Equal(Outcome.Correct, MathVerifier.Verify(gold, completion).Outcome);

    [Theory]
    [InlineData("42", "\\boxed{43}", Reason.Different)]
    [InlineData("42", "\\boxed{}", Reason.EmptyAnswer)]
    [InlineData("412", "So \\boxed{41", Reason.TruncatedAnswer)]
    [InlineData("42", "", Reason.NoAnswer)]
    [InlineData("Rowan Yarrow", "<answer>Yarrow Rowan</answer>", Reason.Different)]
    public void Other_answers_are_incorrect(string gold, string completion, Reason reason)
    {
        var verdict = MathVerifier.Verify(gold, completion);
        Assert.Equal((Outcome.Incorrect, reason), (verdict.Outcome, verdict.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("$$")]
    public void Only_the_gold_makes_a_pair_unscorable(string gold) => Assert.Equal(Outcome.Unscorable, MathVerifier.Verify(gold, "\\boxed{1}").Outcome);

    [Fact]
    public void The_answer_is_pointed_at()
    {
        const string text = "First \\boxed{1}, no: \\boxed{22}.";
        var span = MathVerifier.Verify("22", text).AnswerSpan!.Value;
        Assert.Equal("22", text.Substring(span.Start, span.Length));
    }

    [Fact]
    public void Marked_answers_come_in_order()
    {
        var marked = AnswerExtractor.FindMarked("We see \\boxed{7}. The answer is 8.\n#### 9\n<answer>10</answer>").ToList();
        Assert.Equal(["7", "8", "9", "10"], marked.Select(m => m.Text));
        Assert.Equal("#### 9", "We see \\boxed{7}. The answer is 8.\n#### 9\n<answer>10</answer>".Substring(marked[2].Mark, 6));
    }
}
