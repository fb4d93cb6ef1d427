using Ghpo.Guidance;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Training;

namespace Ghpo.Tests.Training;

/// <summary>A source of experience over a scripted engine, put together as a phase would.</summary>
internal static class Scripted
{
    public const int GroupSize = 8;

    /// <summary>Problems p0, p1, … with a trace of twenty characters; the odd ones are of level 2, the others of level 1.</summary>
    public static Problem[] Problems(int count) => [.. Enumerable.Range(0, count).Select(i => new Problem($"p{i}", $"q{i}", "7", "abcdefghijklmnopqrst", 1 + i % 2))];

    public static RolloutCollector Collector(
        ScriptedEngine engine, GuidanceOptions options, Problem[] problems, int? promptsPerStep = null, int refillRounds = 0, bool dropsHints = false, ulong seed = 1)
    {
        var set = new ProblemSet("test", problems);
        var refinement = GuidanceBuilder.Build(options, new GroupSampler(engine, RewardModel.Paper, GroupSize), new PlainFormatter(), new HintMaker(options.HintUnit, new MathAnswerVerifier()), set, seed);
        return new RolloutCollector(
            new ProblemSampler(set, 1, ProblemOrder.Sequential), refinement, promptsPerStep ?? problems.Length, new ExperienceEstimator(RewardScale.Group, options, dropsHints), refillRounds);
    }

    public static Task<Harvest> CollectAsync(ScriptedEngine engine, GuidanceOptions options, Problem[] problems, ulong seed = 1, bool dropsHints = false) =>
        Collector(engine, options, problems, dropsHints: dropsHints, seed: seed).CollectAsync(0, CancellationToken.None);

    public static Dictionary<string, double> Metrics(this Harvest harvest) => StepMetrics.Of(harvest, new UpdateReport(), RewardModel.Paper.Rewards, [0.25, 0.5, 0.75]);

    /// <summary>How many completions were asked for, by stage, of one problem.</summary>
    public static (int Stage, int First, int Count)[] Asked(this ScriptedEngine engine, string problem) =>
        [.. engine.Requests.Where(r => r.Visit.Problem.Id == problem).Select(r => (r.Stage, r.First, r.Count))];
}
