using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

public class BaselineTests
{
    private static readonly GuidanceOptions Ladder = new() { HintRatios = [0.25, 0.5, 0.75], Exhausted = ExhaustedPolicy.Keep };

    [Fact]
    public async Task Always_hints_every_problem_with_a_trace_at_the_first_ratio_and_claims_no_honest_reward()
    {
        Problem[] problems = [.. Scripted.Problems(3), new("bare", "q", "7")];
        var engine = new ScriptedEngine((p, ratio) => ratio > 0 ? 3 : 0);
        var harvest = await Scripted.CollectAsync(engine, Ladder with { HintRatios = [0.5], When = GuidanceTrigger.Always }, problems);

        Assert.Equal(4, engine.Requests.Count);
        Assert.All(harvest.Groups.Take(3), g => Assert.Equal((GuidanceOutcome.Hinted, 0.5, 1), (g.Outcome, g.Prompt.HintRatio, g.Final.Group.Stage)));
        Assert.Equal(0, harvest.Groups[3].Prompt.HintRatio);
        var values = harvest.Metrics();
        Assert.Equal(0.25, values[MetricNames.HonestShare]);
        Assert.Equal(0.5, values[MetricNames.Reward]); // of the one problem without a trace, which fails in the right format

        values = (await Scripted.CollectAsync(new ScriptedEngine((_, _) => 3), Ladder with { When = GuidanceTrigger.Always }, Scripted.Problems(2))).Metrics();
        Assert.True(double.IsNaN(values[MetricNames.Reward]));
        Assert.Equal(3 / 8.0 + 0.5, values[MetricNames.TrainedReward]);
    }

    [Fact]
    public async Task Random_hints_as_many_as_are_difficult_whoever_they_are_and_in_whatever_order_they_arrive()
    {
        var problems = Scripted.Problems(12);
        static int Script(Problem problem, double ratio) => problem.Level == 1 ? 2 : ratio >= 0.5 ? 3 : 0; // six easy, six that need a half
        string[] Hinted(Harvest harvest) => [.. harvest.Groups.Where(g => g.Prompt.Hint is not null).Select(g => $"{g.Visit.Problem.Id} {g.Prompt.HintRatio} {g.Outcome}")];
        var options = Ladder with { When = GuidanceTrigger.Random };

        var first = await Scripted.CollectAsync(new ScriptedEngine(Script, arrival: 1), options, problems);
        Assert.Equal(6, Hinted(first).Length);
        Assert.Equal(Hinted(first), Hinted(await Scripted.CollectAsync(new ScriptedEngine(Script, arrival: 2), options, problems)));
        var other = await Scripted.CollectAsync(new ScriptedEngine(Script), options, problems, seed: 2);
        Assert.NotEqual(Hinted(first), Hinted(other));
        Assert.Equal(6, Hinted(other).Length);

        Assert.Contains(first.Groups, g => g.Outcome == GuidanceOutcome.NotChosen); // difficult, and left alone
        Assert.All(first.Groups.Where(g => g.Outcome == GuidanceOutcome.Hinted), g => Assert.Equal((1, 0.25), (g.Visit.Problem.Level, g.Prompt.HintRatio)));
        Assert.All(first.Groups.Where(g => g.Outcome == GuidanceOutcome.Rescued), g => Assert.Equal([0, 1, 2], g.Attempts.Select(a => a.Group.Stage)));
        Assert.Equal(12, first.Experience.Count);
        Assert.Equal(1, first.Metrics()[MetricNames.HonestShare]);
    }

    [Fact]
    public async Task A_fixed_hint_is_one_stage_for_difficult_groups_only()
    {
        var engine = new ScriptedEngine((p, ratio) => p.Level == 1 || ratio > 0 ? 1 : 0);
        await Scripted.CollectAsync(engine, Ladder with { HintRatios = [0.5] }, Scripted.Problems(2));
        Assert.Equal([(0, 0, 8)], engine.Asked("p0"));
        Assert.Equal([(0, 0, 8), (1, 0, 8)], engine.Asked("p1"));
        Assert.Equal(0.5, engine.Requests.Single(r => r.Stage == 1).Prompt.HintRatio);
    }

    [Fact]
    public async Task Labelled_hints_the_problems_that_the_start_model_fails()
    {
        var labels = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(labels, ["{\"id\": \"p0\", \"solve_rate\": 0.5}", "", "{\"id\": \"p1\", \"solve_rate\": 0}"]);
            var options = Ladder with { When = GuidanceTrigger.Labelled, Labels = labels };
            var harvest = await Scripted.CollectAsync(new ScriptedEngine((_, _) => 1), options, Scripted.Problems(2));
            Assert.Equal([0, 0.25], harvest.Groups.Select(g => g.Prompt.HintRatio));

            var missing = await Assert.ThrowsAsync<InvalidDataException>(() => Scripted.CollectAsync(new ScriptedEngine((_, _) => 1), options, Scripted.Problems(3)));
            Assert.Contains("\"p2\" has no label", missing.Message, StringComparison.Ordinal);
            File.AppendAllText(labels, "{\"id\": \"p2\", \"solve_rate\": 2}\n");
            Assert.Contains("line 4", Assert.Throws<InvalidDataException>(() => SolveRateLabels.Load(labels)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(labels);
        }
    }

    [Fact]
    public async Task Dynamic_sampling_draws_on_until_the_batch_teaches_and_counts_what_it_leaves_out()
    {
        // Level 1 always succeeds, so only every other problem teaches: two rounds of four fill a batch of four.
        var engine = new ScriptedEngine((p, _) => p.Level == 1 ? 8 : 3);
        var harvest = await Scripted.Collector(engine, new(), Scripted.Problems(40), promptsPerStep: 4, refillRounds: 5).CollectAsync(0, CancellationToken.None);
        Assert.Equal(["p1", "p3", "p5", "p7"], harvest.Experience.Select(e => e.Prompt.Problem.Id));
        Assert.All(harvest.Experience, e => Assert.True(e.IsEffective));
        Assert.Equal(8 * 8 * 3, harvest.Groups.Sum(g => g.SampledTokens)); // eight groups of eight completions of three tokens
        Assert.Equal(4, harvest.Metrics()[MetricNames.Discarded]);
    }

    [Fact]
    public async Task Dynamic_sampling_stops_at_its_ceiling_with_what_it_has()
    {
        var engine = new ScriptedEngine((p, _) => p.Id == "p5" ? 3 : 0);
        var harvest = await Scripted.Collector(engine, new(), Scripted.Problems(40), promptsPerStep: 4, refillRounds: 2).CollectAsync(0, CancellationToken.None);
        Assert.Equal(["p5"], harvest.Experience.Select(e => e.Prompt.Problem.Id));
        Assert.Equal(12, harvest.Groups.Count); // the first round and two more
    }

    [Theory]
    [InlineData(2, new[] { 0.0, 0.75, 0.25, 0.0 })] // p0 shares its rank with p1, which needs more; p2 with p3, which needs nothing
    [InlineData(4, new[] { 0.0, 0.75, 0.0, 0.0 })]
    public async Task Reference_compat_resets_the_prompts_of_groups_that_share_a_rank_with_a_later_round(int perRank, double[] trainedUnder)
    {
        static int Script(Problem problem, double ratio) => problem.Id switch { "p1" => ratio >= 0.75 ? 2 : 0, "p3" => 2, _ => ratio >= 0.25 ? 2 : 0 };
        var harvest = await Scripted.CollectAsync(new ScriptedEngine(Script), Ladder with { ReferenceCompat = true, CompatGroupsPerRank = perRank }, Scripted.Problems(4));
        Assert.Equal(trainedUnder, harvest.Experience.Select(e => e.Prompt.HintRatio));
        Assert.Equal([0.25, 0.75, 0.25, 0], harvest.Experience.Select(e => e.Completions[0].Prompt.HintRatio));
        Assert.Equal(perRank == 2 ? 1 : 2, harvest.Metrics()[MetricNames.PromptsReset]);
    }

    [Fact]
    public async Task Reference_compat_trains_on_unreadable_golds_and_the_default_does_not()
    {
        Problem[] problems = [new("unreadable", "q", "", "a trace")];
        Assert.Empty((await Scripted.CollectAsync(new ScriptedEngine((_, _) => 0), Ladder, problems)).Experience);
        var compat = await Scripted.CollectAsync(new ScriptedEngine((_, _) => 0), Ladder with { ReferenceCompat = true }, problems);
        Assert.Equal(GuidanceOutcome.Unscorable, Assert.Single(compat.Groups).Outcome);
        Assert.Single(compat.Experience);
    }

    [Fact]
    public async Task Hint_dropped_trains_hinted_completions_under_the_plain_prompt_by_name()
    {
        var harvest = await Scripted.CollectAsync(new ScriptedEngine((p, ratio) => p.Level == 1 || ratio > 0.4 ? 2 : 0), Ladder, Scripted.Problems(2), dropsHints: true);
        Assert.Equal([PromptSubstitution.None, PromptSubstitution.HintDropped], harvest.Experience.Select(e => e.Substitution));
        Assert.All(harvest.Experience, e => Assert.Null(e.Prompt.Hint));
        Assert.Equal(0.5, harvest.Experience[1].Completions[0].Prompt.HintRatio);
    }

    public static TheoryData<GuidanceOptions, string> Contradictions => new()
    {
        { new() { HintRatios = [0.5, 0.25] }, "hint_ratios" },
        { new() { HintRatios = [0.5, 1.5] }, "hint_ratios" },
        { new() { HintRatios = [0.5], When = GuidanceTrigger.Labelled }, "labels" },
        { new() { HintRatios = [0.5], SkipRound0Probe = 0.1 }, "skip_round_0_probe" },
        { new() { HintRatios = [0.5], MemoryDecay = 0.5, When = GuidanceTrigger.Random }, "when" },
    };

    [Theory, MemberData(nameof(Contradictions))]
    public async Task Options_that_contradict_each_other_are_named(GuidanceOptions options, string key)
    {
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => Scripted.CollectAsync(new ScriptedEngine((_, _) => 0), options, Scripted.Problems(1)));
        Assert.StartsWith($"guidance.{key}:", error.Message, StringComparison.Ordinal);
    }
}
