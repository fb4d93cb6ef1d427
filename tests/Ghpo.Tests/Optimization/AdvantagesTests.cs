using System.Text.Json;
using Ghpo.Optimization;
using Ghpo.Tests.Shared;

namespace Ghpo.Tests.Optimization;

public class AdvantagesTests
{
    [Fact]
    public void Advantages_agree_with_TRL()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.Require("golden/grpo/advantages.json")));
        foreach (var golden in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            var options = golden.GetProperty("options");
            var weights = options.TryGetProperty("reward_weights", out var w) ? w.EnumerateArray().Select(x => x.GetDouble()).ToArray() : null;
            var perFunction = golden.GetProperty("rewards").EnumerateArray().Select(r => r.EnumerateArray().Select(x => x.ValueKind == JsonValueKind.Null ? double.NaN : x.GetDouble()).ToArray()).ToArray();
            var size = golden.GetProperty("num_generations").GetInt32();
            var rewards = Enumerable.Range(0, perFunction[0].Length).Select(i => perFunction.Select((r, f) => r[i] * (weights?[f] ?? 1)).Sum());
            var scale = options.TryGetProperty("scale_rewards", out var s) ? Enum.Parse<RewardScale>(s.GetString()!, ignoreCase: true) : RewardScale.Group;

            var advantages = Advantages.Compute([.. rewards.Chunk(size)], scale).SelectMany(a => a).ToArray();

            var expected = golden.GetProperty("advantages").EnumerateArray().Select(x => x.GetDouble()).ToArray();
            Assert.Equal(expected.Length, advantages.Length);
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], advantages[i], 2e-6);
        }
    }

    [Fact]
    public void Equal_rewards_give_advantages_of_exactly_zero_whatever_floating_point_says()
    {
        var rewards = Enumerable.Repeat(0.1 + 0.2, 7).ToArray(); // the mean of seven of these is not exactly one of them
        Assert.All(Advantages.Compute([rewards], RewardScale.Group)[0], a => Assert.Equal(0.0, a));
    }

    [Fact]
    public void Schedules_agree_with_transformers()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.Require("golden/learning_rates.json")));
        foreach (var golden in file.RootElement.GetProperty("schedules").EnumerateArray())
        {
            var schedule = new LearningRateSchedule(
                Enum.Parse<LearningRateDecay>(golden.GetProperty("schedule").GetString()!.Replace("_", ""), ignoreCase: true),
                golden.GetProperty("learning_rate").GetDouble(),
                golden.GetProperty("warmup_steps").GetInt32(),
                golden.GetProperty("training_steps").GetInt32(),
                golden.GetProperty("options").TryGetProperty("min_lr_rate", out var floor) ? floor.GetDouble() : 0);
            var expected = golden.GetProperty("lr_at_step").EnumerateArray().Select(x => x.GetDouble()).ToArray();
            for (var step = 0; step < expected.Length; step++)
                Assert.Equal(expected[step], schedule.At(step), 1e-12 * schedule.Peak + 1e-18);
        }
    }
}
