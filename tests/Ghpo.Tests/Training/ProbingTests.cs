using Ghpo.Guidance;
using Ghpo.Metrics;
using Ghpo.Problems;

namespace Ghpo.Tests.Training;

public class ProbingTests
{
    private static readonly GuidanceOptions Probing = new() { HintRatios = [0.25, 0.5, 0.75], Exhausted = ExhaustedPolicy.Keep, ProbeSizeRound0 = 4, ProbeSizeGuided = 3 };

    [Fact]
    public async Task A_group_is_completed_only_where_one_of_its_first_part_is_right()
    {
        var engine = new ScriptedEngine((p, ratio) => p.Level == 1 || ratio >= 0.5 ? 1 : 0);
        var harvest = await Scripted.CollectAsync(engine, Probing, Scripted.Problems(2));
        Assert.Equal([(0, 0, 4), (0, 4, 4)], engine.Asked("p0"));
        Assert.Equal([(0, 0, 4), (1, 0, 3), (2, 0, 3), (2, 3, 5)], engine.Asked("p1"));
        Assert.All(harvest.Experience, e => Assert.Equal((8, 0), (e.Completions.Count, e.Missing)));
        Assert.All(harvest.Experience, e => Assert.All(e.Completions, c => Assert.Same(e.Prompt, c.Prompt)));
        Assert.Equal(Enumerable.Range(0, 8), harvest.Experience[1].Completions.Select(c => c.Index)); // the very group that would have been sampled whole
    }

    [Fact]
    public async Task The_last_stage_is_always_completed_and_so_is_round_0_where_nothing_comes_after_it()
    {
        Problem[] problems = [.. Scripted.Problems(1), new("bare", "q", "7")];
        var engine = new ScriptedEngine((_, _) => 0);
        await Scripted.CollectAsync(engine, Probing, problems);
        Assert.Equal([(0, 0, 4), (1, 0, 3), (2, 0, 3), (3, 0, 8)], engine.Asked("p0"));
        Assert.Equal([(0, 0, 8)], engine.Asked("bare"));
    }

    [Fact]
    public async Task The_honest_reward_is_that_of_first_parts_alone()
    {
        // The first two of eight are right: half of the first part, a quarter of the completed group.
        var harvest = await Scripted.CollectAsync(new ScriptedEngine((_, _) => 2), Probing, Scripted.Problems(1));
        var values = harvest.Metrics();
        Assert.Equal(0.5, values[MetricNames.Accuracy]);
        Assert.Equal(1.0, values[MetricNames.Reward]);
        Assert.Equal(0.75, values[MetricNames.TrainedReward]);
        Assert.Equal(0.5, values[MetricNames.ProbeBias]); // 2 of 4 against 0 of 4
    }

    [Fact]
    public async Task Successes_thrown_away_are_estimated_from_the_groups_that_were_completed()
    {
        // One of eight right, in the first four: such groups are found half of the time, so as many again were given up.
        var harvest = await Scripted.CollectAsync(new ScriptedEngine((_, _) => 1), Probing, Scripted.Problems(1));
        Assert.Equal(0.5, harvest.Metrics()[MetricNames.ProbeMissedRound0], 12);

        // Five of eight right: no part of four can miss them all.
        harvest = await Scripted.CollectAsync(new ScriptedEngine((_, _) => 5), Probing, Scripted.Problems(1));
        Assert.Equal(0, harvest.Metrics()[MetricNames.ProbeMissedRound0]);
    }

    [Fact]
    public async Task Later_successes_are_given_up_that_is_the_price()
    {
        var engine = new ScriptedEngine((_, _) => 4, firstRight: 4);
        var harvest = await Scripted.CollectAsync(engine, Probing, Scripted.Problems(1));
        Assert.Equal([(0, 0, 4), (1, 0, 3), (2, 0, 3), (3, 0, 8)], engine.Asked("p0"));
        Assert.Equal(1, harvest.Metrics()[MetricNames.ProbeStopped]);
    }

    [Fact]
    public async Task A_first_part_that_is_all_right_can_stop_the_group_and_still_counts_as_whole_in_the_denominators()
    {
        var engine = new ScriptedEngine((p, _) => p.Level == 1 ? 8 : 3);
        var harvest = await Scripted.CollectAsync(engine, Probing with { ProbeStopAllRight = true }, Scripted.Problems(2));
        Assert.Equal([(0, 0, 4)], engine.Asked("p0"));
        Assert.Equal([(0, 0, 4), (0, 4, 4)], engine.Asked("p1"));
        Assert.Equal(GuidanceOutcome.Solvable, harvest.Groups[0].Outcome);
        Assert.Equal(harvest.Experience[1].Denominator, harvest.Experience[0].Denominator);
        Assert.False(harvest.Experience[0].IsEffective);
    }
}
