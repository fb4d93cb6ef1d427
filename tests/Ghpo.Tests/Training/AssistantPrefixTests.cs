using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

public class AssistantPrefixTests
{
    private static readonly Problem Question = TransitProblems.Draw(new TransitMapOptions().Draw(1), [2], 1, ProblemSplit.Train, 1).Problems[0];
    private static readonly Hint Beginning = new(0.5, 0.5, string.Join(' ', Question.Trace!.Split(' ')[..2]));

    [Fact]
    public void A_hint_for_the_user_stands_at_the_end_of_the_user_message_before_the_assistant_begins()
    {
        var prompt = Formatter(new() { HintSentence = " hint: " }).Format(Question, Beginning)!;
        Assert.Contains($"{Question.Text} hint: {Beginning.Text}", prompt.Text, StringComparison.Ordinal);
        Assert.Empty(prompt.AnswerPrefix);
        Assert.False(prompt.Text.EndsWith(Beginning.Text, StringComparison.Ordinal)); // the generation prompt follows
    }

    [Fact]
    public void A_hint_as_assistant_prefix_begins_the_answer_and_is_scored_as_its_beginning()
    {
        var formatter = Formatter(new() { HintPlacement = HintPlacement.AssistantPrefix, AssistantStart = "<think> " });
        var (plain, prompt) = (formatter.Format(Question, null)!, formatter.Format(Question, Beginning)!);
        Assert.Equal(plain.Text + "<think> " + Beginning.Text, prompt.Text); // the user's message is as it was
        Assert.Equal("<think> " + Beginning.Text, prompt.AnswerPrefix);
        Assert.Equal(plain.Ids, prompt.Ids[..plain.Ids.Length]); // so the plain prompt's cache is shared whole

        var completion = new Completion(prompt, 0, [1], [0], $" </think> <answer> {Question.Answer} </answer>", FinishReason.Stop, 0);
        var score = RewardModel.Paper.Score(completion);
        Assert.True(score.IsCorrect);
        Assert.Equal(1.5, score.Reward); // the think block begins in the prompt, and the format reward sees it whole
    }

    [Fact]
    public void A_prompt_over_the_limit_is_refused_never_cut()
    {
        var length = Formatter(new()).Format(Question, null)!.Ids.Length;
        Assert.NotNull(Formatter(new(), length).Format(Question, null));
        Assert.Null(Formatter(new(), length - 1).Format(Question, null));
    }

    private static ChatPromptFormatter Formatter(PromptOptions options, int longest = int.MaxValue) =>
        new(SmallModel.Tokenizer(new TransitMapOptions().Draw(1), 8), SmallModel.Template(), options, longest);
}
