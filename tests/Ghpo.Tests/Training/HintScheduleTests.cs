using System.Text.Json.Nodes;
using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

/// <summary>What guidance learns from step to step: skipping, memory, target. Steps of all problems, one after the other.</summary>
public class HintScheduleTests
{
    private static readonly GuidanceOptions Ladder = new() { HintRatios = [0.25, 0.5, 0.75], Exhausted = ExhaustedPolicy.Keep };

    [Fact]
    public async Task A_stage_that_rarely_rescues_at_a_level_is_skipped_and_the_last_never_is()
    {
        var engine = new ScriptedEngine((p, ratio) => p.Level == 2 && ratio >= 0.25 ? 1 : 0); // level 1 is never rescued, level 2 at once
        var collector = Scripted.Collector(engine, Ladder with { SkipStagesBelow = 0.2, SkipStagesExploration = 0 }, Scripted.Problems(10));
        await Steps(collector, 1); // five failures of eight a stage
        engine.Requests.Clear();
        await Steps(collector, 1, from: 1);
        Assert.Equal([(0, 0, 8), (3, 0, 8)], engine.Asked("p0"));
        Assert.Equal([(0, 0, 8), (1, 0, 8)], engine.Asked("p1"));

        // Begun with a group's weight at the solve rate that rescues half of all groups; each step that tries a stage fades what was known by a fifth.
        var start = 8 * (1 - Math.Pow(0.5, 1.0 / 8));
        var rates = collector.Save()["guidance"]!["solve_rates"]!;
        Assert.Equal(start * 0.8, (double)rates["level 1, stage 1, right"]!, 9);
        Assert.Equal((8 * 0.8) + 40, (double)rates["level 1, stage 1, all"]!, 9);
        Assert.Equal(start * 0.8 * 0.8, (double)rates["level 1, stage 3, right"]!, 9);
        Assert.Equal((((8 * 0.8) + 40) * 0.8) + 40, (double)rates["level 2, stage 1, all"]!, 9);
        Assert.Equal((((start * 0.8) + 5) * 0.8) + 5, (double)rates["level 2, stage 1, right"]!, 9);
    }

    [Theory]
    [InlineData(0.1, 8, 0, 0.56953279)] // 1 − 0.9⁸
    [InlineData(0.5, 4, 1, 0.6875)] // 11 of 16
    [InlineData(0, 8, 0, 0)]
    [InlineData(1, 8, 3, 1)]
    public void A_group_is_rescued_when_more_than_k_of_it_are_right(double p, int size, int threshold, double expected) =>
        Assert.Equal(expected, StageSkipping.Rescue(p, size, threshold), 9);

    [Fact]
    public async Task With_a_target_only_so_many_difficult_groups_are_guided_as_the_step_lacks()
    {
        var engine = new ScriptedEngine((p, ratio) => ratio > 0 || p.Level == 2 ? 3 : 0); // the five of level 2 teach unaided
        var collector = Scripted.Collector(engine, Ladder with { EffectiveTarget = 7 }, Scripted.Problems(10));
        var harvest = await Steps(collector, 1);
        Assert.Equal(2, harvest.Groups.Count(g => g.Outcome == GuidanceOutcome.Rescued));
        Assert.Equal(3, harvest.Groups.Count(g => g.Outcome == GuidanceOutcome.NotChosen));
        Assert.Equal(5, harvest.Groups.Count(g => g.Outcome == GuidanceOutcome.Solvable));
        Assert.Equal(12, engine.Requests.Count);
    }

    [Fact]
    public async Task Exploration_tries_about_a_tenth_of_the_skipped_stages_all_the_same()
    {
        var engine = new ScriptedEngine((_, _) => 0);
        var collector = Scripted.Collector(engine, Ladder with { SkipStagesBelow = 0.2 }, Scripted.Problems(400));
        await Steps(collector, 1);
        engine.Requests.Clear();
        await Steps(collector, 1, from: 1);
        Assert.InRange(engine.Requests.Count(r => r.Stage is 1 or 2), 45, 120); // of 800
        Assert.Equal(400, engine.Requests.Count(r => r.Stage == 3));
    }

    [Theory]
    [InlineData(1.0, 3)] // begins where it was rescued
    [InlineData(0.5, 2)] // 0.375: the first stage of at least that
    [InlineData(0.0, 1)] // forgets at once
    public async Task Memory_begins_the_climb_at_the_decayed_ratio_that_helped_last_time(double decay, int stage)
    {
        var engine = new ScriptedEngine((_, ratio) => ratio >= 0.75 ? 1 : 0);
        var collector = Scripted.Collector(engine, Ladder with { MemoryDecay = decay }, Scripted.Problems(1));
        await Steps(collector, 1);
        engine.Requests.Clear();
        await Steps(collector, 1, from: 1);
        Assert.Equal(0, engine.Requests[0].Stage); // round 0 always runs
        Assert.Equal(stage, engine.Requests[1].Stage);
    }

    [Fact]
    public async Task Memory_forgets_a_problem_that_is_solved_unaided()
    {
        var solved = false;
        var engine = new ScriptedEngine((_, ratio) => solved || ratio >= 0.75 ? 1 : 0);
        var collector = Scripted.Collector(engine, Ladder with { MemoryDecay = 1 }, Scripted.Problems(1));
        await Steps(collector, 1);
        Assert.Equal(0.75, (double)collector.Save()["guidance"]!["useful_ratios"]!["p0"]!);
        solved = true;
        await Steps(collector, 1, from: 1);
        Assert.Empty(collector.Save()["guidance"]!["useful_ratios"]!.AsObject());
    }

    [Fact]
    public async Task Round_0_of_remembered_problems_is_skipped_but_for_probes_and_only_they_give_an_honest_reward()
    {
        var engine = new ScriptedEngine((_, ratio) => ratio >= 0.5 ? 2 : 0);
        var collector = Scripted.Collector(engine, Ladder with { MemoryDecay = 1, SkipRound0Probe = 0.25 }, Scripted.Problems(100));
        var first = await Steps(collector, 1);
        Assert.All(first.Groups, g => Assert.NotNull(g.Unguided)); // nothing is remembered yet
        var second = await Steps(collector, 1, from: 1);
        var probes = second.Groups.Count(g => g.Unguided is not null);
        Assert.InRange(probes, 12, 40);
        Assert.Equal(probes / 100.0, second.Metrics()[MetricNames.HonestShare]);
        Assert.Equal(0, second.Metrics()[MetricNames.Accuracy]); // hinted completions, all with two right, are not in it
        Assert.All(second.Groups, g => Assert.Equal((GuidanceOutcome.Rescued, 0.5), (g.Outcome, g.Prompt.HintRatio)));
    }

    [Fact]
    public async Task The_target_seeks_the_ratio_of_half_the_solve_rate_and_goes_on_up_the_ladder_from_there()
    {
        var engine = new ScriptedEngine((_, ratio) => ratio == 0 ? 0 : (int)Math.Round(8 * Math.Min(1, ratio / 0.6))); // half at ω = 0.3
        var collector = Scripted.Collector(engine, Ladder with { SolveRateTarget = 0.5 }, Scripted.Problems(1));
        var last = await Steps(collector, 40);
        Assert.InRange(last.Groups[0].Prompt.HintRatio, 0.25, 0.35);

        engine = new ScriptedEngine((_, _) => 0);
        collector = Scripted.Collector(engine, Ladder with { SolveRateTarget = 0.5 }, Scripted.Problems(1));
        await Steps(collector, 1);
        Assert.Equal([0, 0.5, 0.75], engine.Requests.Select(r => r.Prompt.HintRatio)); // nothing shorter is tried after it
        Assert.Equal(4, engine.Requests[1].Stage); // streams of its own
    }

    [Fact]
    public async Task All_of_it_together_is_saved_whole_and_does_not_depend_on_arrival()
    {
        var options = Ladder with
        {
            ProbeSizeRound0 = 4,
            ProbeSizeGuided = 3,
            ProbeStopAllRight = true,
            SkipStagesBelow = 0.3,
            MemoryDecay = 0.7,
            SkipRound0Probe = 0.5,
            SolveRateTarget = 0.5,
        };
        static int Script(Problem problem, double ratio) => (int)(10 * ratio) - problem.Id.Length % 3 - problem.Level!.Value * 2 + (problem.Id.EndsWith('7') ? 9 : 0);
        var problems = Scripted.Problems(15);
        var whole = Scripted.Collector(new ScriptedEngine(Script), options, problems, promptsPerStep: 10);
        await Steps(whole, 4);
        var saved = whole.Save().ToJsonString();
        var expected = Describe(await Steps(whole, 1, from: 4));

        var shuffled = Scripted.Collector(new ScriptedEngine(Script, arrival: 9), options, problems, promptsPerStep: 10);
        await Steps(shuffled, 4);
        Assert.Equal(saved, shuffled.Save().ToJsonString());

        var resumed = Scripted.Collector(new ScriptedEngine(Script), options, problems, promptsPerStep: 10);
        resumed.Restore(JsonNode.Parse(saved)!.AsObject());
        Assert.Equal(expected, Describe(await Steps(resumed, 1, from: 4)));
        Assert.Equal(whole.Save().ToJsonString(), resumed.Save().ToJsonString());
    }

    private static string[] Describe(Harvest harvest) =>
        [.. harvest.Groups.Select(g => $"{g.Visit.Problem.Id} {g.Outcome} {string.Join(' ', g.Attempts.Select(a => $"{a.Group.Stage}:{a.Group.Prompt.Text}:{a.Scores.Count}"))}")];

    private static async Task<Harvest> Steps(RolloutCollector collector, int count, int from = 0)
    {
        Harvest? last = null;
        for (var step = from; step < from + count; step++)
            last = await collector.CollectAsync(step, CancellationToken.None);
        return last!;
    }
}
