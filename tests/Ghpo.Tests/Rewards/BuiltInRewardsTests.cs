using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Verification;

namespace Ghpo.Tests.Rewards;

/// <summary>The rewards beside the verifier, with the values that open-r1 and TRL assert in their own tests.</summary>
public sealed class BuiltInRewardsTests
{
    [Theory]
    [InlineData(1.0, "<think>\nSome reasoning\n</think>\n<answer>\nThe answer\n</answer>")]
    [InlineData(0.0, "<think>Only thinking</think>")]
    [InlineData(0.0, "<answer>Only answer</answer>")]
    [InlineData(0.0, "No tags at all")]
    [InlineData(0.0, "<think>Missing closing</think><answer>Missing closing")]
    [InlineData(0.0, "<think>Wrong order</answer><answer>Wrong order</think>")]
    public void Format_wants_a_think_block_and_an_answer_block(double reward, string text) => Assert.Equal(reward, Score(new FormatReward(), text));

    [Theory]
    [InlineData(1.0, "<think>This is\nmy <b>reasoning</b>.</think>This is my \\boxed{5}.")]
    [InlineData(1.0, "<think></think>\nThis is my answer.")]
    [InlineData(0.0, "<think>This is my reasoning.\nThis is my answer.")]
    [InlineData(0.0, "This is my reasoning.</think>\nThis is my answer.")]
    [InlineData(0.0, "This<think>is my reasoning.</think>\nThis is my answer.")]
    [InlineData(0.0, "<think>This is</think>\nmy\n<think>reasoning.</think>\nThis is my answer.")]
    public void Think_format_wants_one_think_block_at_the_beginning(double reward, string text) => Assert.Equal(reward, Score(new ThinkFormatReward(), text));

    [Theory]
    [InlineData(1.0, "<think>\nSome reasoning\n</think>\n<answer>\nThe answer\n</answer>")]
    [InlineData(0.75, "Some reasoning\n</think>\n<answer>\nThe answer\n</answer>")]
    [InlineData(0.75, "<think>\nSome reasoning\n</think>\n<answer>\nThe answer")]
    [InlineData(0.0, "Some reasoning\nThe answer")]
    [InlineData(0.75, "<think><think></think><answer></answer>")]
    public void Tags_count_a_quarter_each(double reward, string text) => Assert.Equal(reward, Score(new TagCountReward(), text));

    [Theory]
    [InlineData(0.0, 2, -1.0, "this is a test sentence")]
    [InlineData(-0.75, 2, -1.0, "this this this this this")]
    [InlineData(-1 / 3.0, 2, -1.0, "this is a this is a test")]
    [InlineData(-0.25, 3, -0.5, "test test test test")]
    [InlineData(-0.4, 3, -2.0, "this is a this is a test")]
    [InlineData(0.0, 3, -1.0, "two words")]
    [InlineData(-0.25, 3, -1.0, "A b C a B c")]
    [InlineData(-5 / 13.0, 3, -1.0, "A B C A B C E F G A B C A B C")]
    [InlineData(0.0, 2, -1.0, "")]
    public void Repetition_is_the_share_of_n_grams_seen_before(double reward, int size, double penalty, string text) => Assert.Equal(reward, Score(new RepetitionReward(size, penalty), text)!.Value, 12);

    [Theory]
    [InlineData(0.0, "words", 2)]
    [InlineData(-2 / 3.0, "tokens", 2)] // 4 equal tokens: 1 of 3 pairs is new
    [InlineData(-0.5, "tokens", 3)]
    public void Repetition_counts_what_the_recipe_says(double reward, string unit, int size)
    {
        var options = new RewardOptions { RewardFuncs = ["repetition"], RepetitionNGrams = size, RepetitionUnit = Enum.Parse<RepetitionUnit>(unit, ignoreCase: true) };
        Assert.Equal(reward, options.Build(100).Score(Completion("all words differ here", "5", 4)).Reward, 12);
    }

    [Fact]
    public void A_repetition_penalty_is_not_above_zero()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RepetitionReward(2, 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RepetitionReward(0));
    }

    [Theory]
    [InlineData(0.92678, true, 25)]
    [InlineData(0.57322, true, 75)]
    [InlineData(-0.92678, false, 25)]
    [InlineData(-0.57322, false, 75)]
    [InlineData(1.0, true, 0)]
    [InlineData(0.5, true, 100)]
    [InlineData(-1.0, false, 0)]
    [InlineData(-0.5, false, 100)]
    [InlineData(0.5, true, 200)]
    public void Cosine_bends_accuracy_by_length(double reward, bool correct, int tokens) => Assert.Equal(reward, Score(new CosineReward(100), "\\boxed{5}", correct ? "5" : "6", tokens)!.Value, 4);

    [Fact]
    public void Cosine_takes_other_ends_and_leaves_unscorable_golds_alone()
    {
        Assert.Equal(1.0, Score(new CosineReward(100, minValueCorrect: 0, maxValueCorrect: 2), "5", "5", 50)!.Value, 12);
        Assert.Null(Score(new CosineReward(100), "5", " ", 50));
    }

    [Theory]
    [InlineData(0.0, 50)]
    [InlineData(0.0, 80)]
    [InlineData(-0.5, 90)]
    [InlineData(-1.0, 100)]
    [InlineData(-1.0, 110)]
    public void Soft_overlong_falls_over_the_last_tokens(double reward, int tokens) => Assert.Equal(reward, Score(new SoftOverlongReward(100, 20), "text", "5", tokens)!.Value, 12);

    [Theory]
    [InlineData(1.0, 0)]
    [InlineData(0.75, 25)]
    [InlineData(0.0, 100)]
    [InlineData(0.0, 300)]
    public void Length_falls_to_the_limit(double reward, int tokens) => Assert.Equal(reward, Score(new LengthReward(100), "text", "5", tokens)!.Value, 12);

    [Fact]
    public void A_plug_in_is_found_by_type_and_assembly_and_its_failures_say_what_is_wrong()
    {
        var assembly = typeof(EvenLength).Assembly.Location;
        var model = new RewardOptions { RewardFuncs = ["accuracy", $"{typeof(EvenLength).FullName}, {assembly}"], RewardWeights = [1, 0.25] }.Build(100);
        Assert.Equal(1.25, model.Score(Completion("\\boxed{5}", "5", 2)).Reward);
        Assert.Contains("no type", Problem($"No.Such.Type, {assembly}"), StringComparison.Ordinal);
        Assert.Contains("does not implement", Problem($"{typeof(BuiltInRewardsTests).FullName}, {assembly}"), StringComparison.Ordinal);
        Assert.Contains("could not be loaded", Problem("Some.Type, no/such/file.dll"), StringComparison.Ordinal);
        Assert.Contains("there is no reward \"lenght\"", Problem("lenght"), StringComparison.Ordinal);

        static string Problem(string name) => Assert.Throws<InvalidDataException>(() => new RewardOptions { RewardFuncs = [name] }.Build(100)).Message;
    }

    private static double? Score(IRewardFunction reward, string text, string gold = "5", int tokens = 1)
    {
        var completion = Completion(text, gold, tokens);
        return reward.Score(new RewardInput(completion, MathVerifier.Verify(gold, completion.Answer)));
    }

    private static Completion Completion(string text, string gold, int tokens) =>
        new(new Prompt(new Problem("p", "What is 2 + 3?", gold), null, "What is 2 + 3?", [1]), 0, new int[tokens], new float[tokens], text, FinishReason.Stop, 0);
}

/// <summary>A reward as a user would write it.</summary>
public sealed class EvenLength : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "even_length";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => input.Completion.Ids.Length % 2 == 0 ? 1 : 0;
}
