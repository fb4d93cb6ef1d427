using Ghpo.Guidance;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

public class AdaptiveRefinementTests
{
    private const int GroupSize = 4;
    private static readonly GuidanceOptions Ghpo = new() { HintRatios = [0.25, 0.5, 0.75] };

    private static readonly Problem[] Problems =
    [
        new("easy", "2+2", "4", "first add, then look"),
        new("quarter", "3+3", "6", "take three twice, look"),
        new("threequarters", "4+4", "8", "four and four: count on"),
        new("hopeless", "5+5", "10", "nobody will ever see it"),
        new("bare", "6+6", "12"),
        new("unreadable", "7+7", "", "a trace without a gold."),
    ];

    [Theory, MemberData(nameof(ArrivalOrders))]
    public async Task Each_group_is_trained_under_the_prompt_it_was_rescued_at_in_whatever_order_completions_arrive(ulong arrival)
    {
        var engine = new ScriptedEngine(Script, arrival);
        var harvest = await Collect(engine, Ghpo);

        var byId = harvest.Groups.ToDictionary(g => g.Visit.Problem.Id);
        Assert.Equal(GuidanceOutcome.Solvable, byId["easy"].Outcome);
        Assert.Equal(GuidanceOutcome.Rescued, byId["quarter"].Outcome);
        Assert.Equal(0.25, byId["quarter"].Prompt.HintRatio);
        Assert.Equal("3+3|take t", byId["quarter"].Prompt.Text); // round(0.25 · 22) = 6 (half to even) code points
        Assert.Equal(GuidanceOutcome.Rescued, byId["threequarters"].Outcome);
        Assert.Equal(0.75, byId["threequarters"].Prompt.HintRatio);
        Assert.Equal([0, 1, 2, 3], byId["threequarters"].Attempts.Select(a => a.Group.Stage));

        var trained = harvest.Experience.ToDictionary(e => e.Prompt.Problem.Id);
        Assert.Same(byId["quarter"].Prompt, trained["quarter"].Prompt);
        Assert.All(harvest.Experience, e => Assert.All(e.Completions, c => Assert.Same(e.Prompt, c.Prompt)));
        Assert.Equal([0, 1, 2, 3], trained["threequarters"].Completions.Select(c => c.Index));
        Assert.All(trained["threequarters"].Completions, c => Assert.Equal(3, c.Ids[0])); // sampled at stage 3, all of them
    }

    public static TheoryData<ulong> ArrivalOrders => [.. Enumerable.Range(0, 12).Select(i => (ulong)i)];

    [Fact]
    public async Task A_group_without_a_trace_is_never_guided()
    {
        var engine = new ScriptedEngine(Script);
        var harvest = await Collect(engine, Ghpo);
        Assert.Equal(GuidanceOutcome.Unguidable, harvest.Groups.Single(g => g.Visit.Problem.Id == "bare").Outcome);
        Assert.All(engine.Requests.Where(r => r.Visit.Problem.Id == "bare"), r => Assert.Equal(0, r.Stage));
        Assert.Contains(harvest.Experience, e => e.Prompt.Problem.Id == "bare"); // stays an ordinary GRPO group
    }

    [Fact]
    public async Task Cold_start_guides_nothing_and_ends_after_its_steps()
    {
        var engine = new ScriptedEngine(Script);
        var options = Ghpo with { ColdStartSteps = 2 };
        var cold = await Collect(engine, options, step: 1);
        Assert.All(engine.Requests, r => Assert.Equal(0, r.Stage));
        Assert.Equal(GuidanceOutcome.ColdStart, cold.Groups.Single(g => g.Visit.Problem.Id == "quarter").Outcome);
        Assert.Contains(cold.Experience, e => e.Prompt.Problem.Id == "hopeless");

        var warm = await Collect(new ScriptedEngine(Script), options, step: 2);
        Assert.Equal(GuidanceOutcome.Rescued, warm.Groups.Single(g => g.Visit.Problem.Id == "quarter").Outcome);
    }

    [Theory]
    [InlineData(ExhaustedPolicy.Drop, false)]
    [InlineData(ExhaustedPolicy.Keep, true)]
    public async Task Exhausted_groups_follow_the_policy(ExhaustedPolicy policy, bool kept)
    {
        var harvest = await Collect(new ScriptedEngine(Script), Ghpo with { Exhausted = policy });
        Assert.Equal(GuidanceOutcome.Exhausted, harvest.Groups.Single(g => g.Visit.Problem.Id == "hopeless").Outcome);
        var trained = harvest.Experience.Where(e => e.Prompt.Problem.Id == "hopeless").ToArray();
        Assert.Equal(kept ? 1 : 0, trained.Length);
        Assert.All(trained, e => Assert.Equal(0.75, e.Prompt.HintRatio)); // the most guided group
    }

    [Fact]
    public async Task Unscorable_problems_take_no_part_in_detection_or_loss()
    {
        var engine = new ScriptedEngine(Script);
        var harvest = await Collect(engine, Ghpo);
        Assert.Equal(GuidanceOutcome.Unscorable, harvest.Groups.Single(g => g.Visit.Problem.Id == "unreadable").Outcome);
        Assert.Single(engine.Requests, r => r.Visit.Problem.Id == "unreadable");
        Assert.DoesNotContain(harvest.Experience, e => e.Prompt.Problem.Id == "unreadable");
    }

    [Fact]
    public async Task A_hinted_prompt_over_the_limit_skips_its_stage_and_a_plain_one_drops_the_row()
    {
        // "threequarters" is 3 + 1 + 17 characters at 0.75: too long; the 0.5 prompt (3 + 1 + 12) fits and fails.
        var engine = new ScriptedEngine(Script);
        var harvest = await Collect(engine, Ghpo, formatter: new PlainFormatter(18));
        Assert.Equal([0, 1, 2], engine.Requests.Where(r => r.Visit.Problem.Id == "threequarters").Select(r => r.Stage));
        Assert.Equal(GuidanceOutcome.Exhausted, harvest.Groups.Single(g => g.Visit.Problem.Id == "threequarters").Outcome);

        var longer = Problems[0] with { Id = "long", Text = "2+2, but asked at great length" };
        var dropped = await Collect(new ScriptedEngine(Script), Ghpo, [Problems[0], longer], formatter: new PlainFormatter(18));
        Assert.Equal(1, dropped.DroppedPrompts);
        Assert.Equal("easy", Assert.Single(dropped.Groups).Visit.Problem.Id);
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Collect(new ScriptedEngine(Script), Ghpo, formatter: new PlainFormatter(2)));
        Assert.Contains("longer than allowed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stage_whose_hint_equals_the_last_one_is_skipped()
    {
        // The answer is stated after ten characters, so the leak guard ends the hints of 0.5 and 0.75 at the same place.
        Problem[] leaky = [new("leak", "q", "7", @"abcdefghi \boxed{7} and twenty more characters")];
        var engine = new ScriptedEngine((_, _) => 0);
        await Collect(engine, Ghpo, leaky);
        Assert.Equal([0, 1], engine.Requests.Select(r => r.Stage));
        Assert.Equal("abcdefghi ", engine.Requests[1].Prompt.Hint!.Text);
    }

    [Theory]
    [InlineData(0, 1, GuidanceOutcome.Solvable)]
    [InlineData(1, 1, GuidanceOutcome.Exhausted)]
    [InlineData(1, 2, GuidanceOutcome.Solvable)]
    public async Task A_group_is_difficult_when_at_most_k_are_correct(int threshold, int correct, GuidanceOutcome expected)
    {
        var harvest = await Collect(new ScriptedEngine((_, _) => correct), Ghpo with { DifficultyThreshold = threshold }, [Problems[0]]);
        Assert.Equal(expected, harvest.Groups.Single().Outcome);
    }

    [Fact]
    public void Training_under_another_prompt_needs_a_named_objective()
    {
        var (plain, hinted) = (new PlainFormatter().Format(Problems[1], null)!, new PlainFormatter().Format(Problems[1], new(0.25, 0.25, "take"))!);
        var completion = new Rollouts.Completion(hinted, 0, [1], [-1], "", Rollouts.FinishReason.Stop, 0);
        Assert.Throws<InvalidOperationException>(() => new Experience(plain, [completion], [1]));
        Assert.Equal(PromptSubstitution.HintDropped, new Experience(plain, [completion], [1], PromptSubstitution.HintDropped).Substitution);
    }

    private static int Script(Problem problem, double ratio) => problem.Id switch
    {
        "easy" => 2,
        "quarter" => ratio >= 0.25 ? 1 : 0,
        "threequarters" => ratio >= 0.75 ? 3 : 0,
        _ => 0,
    };

    private static async Task<Harvest> Collect(
        ScriptedEngine engine, GuidanceOptions options, Problem[]? problems = null, int step = 0, PlainFormatter? formatter = null)
    {
        problems ??= Problems;
        var refinement = new AdaptiveRefinement(
            new GroupSampler(engine, RewardModel.Paper, GroupSize), formatter ?? new PlainFormatter(), new HintMaker(options.HintUnit, new MathAnswerVerifier()), new DifficultyDetector(options.DifficultyThreshold), options);
        var sampler = new ProblemSampler(new ProblemSet("test", problems), seed: 1);
        var collector = new RolloutCollector(sampler, refinement, problems.Length, RewardScale.Group, options.Exhausted);
        return await collector.CollectAsync(step, CancellationToken.None);
    }
}
