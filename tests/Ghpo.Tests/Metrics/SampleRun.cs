using Ghpo.Metrics;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Tests.Metrics;

/// <summary>A made-up run of 4 supervised steps and 40 of reinforcement learning, whose figures move as those of a real one.</summary>
internal static class SampleRun
{
    public static string[] Tasks => ["level-1", "level-2", "level-3", "level-4", "level-6", "level-8"];

    public static EvaluationReport Evaluation(int step, double skill) => new()
    {
        Step = step,
        Tasks = [.. Tasks.Select((name, i) => TaskResult.FromShares(name, [.. Enumerable.Range(0, 50).Select(n => (n * 7 % 50) / 50.0 < Math.Pow(skill, 1 + (i * 0.3)) ? 1.0 : 0.25 * (n % 2) * skill)], 4, skill))],
    };

    public static StepReport WarmUp(int step) =>
        new() { Step = step, TotalSteps = 4, Phase = "warm-up", Elapsed = TimeSpan.FromSeconds(step), Values = new Dictionary<string, double> { [Loss] = 2.0 / step, [LearningRate] = 5e-3 } };

    public static StepReport Step(int step)
    {
        var t = step / 40.0;
        var values = new Dictionary<string, double>
        {
            [Loss] = 0.01 * Math.Sin(step),
            [GradNorm] = 0.5 + (0.3 * Math.Abs(Math.Sin(step))),
            [LearningRate] = 5e-4,
            [Reward] = 0.5 + (0.9 * t),
            [TrainedReward] = Math.Min(1.4, 0.9 + (0.6 * t)),
            [Accuracy] = t,
            [MeanLength] = 30 - (4 * t),
            [MinLength] = 8,
            [MaxLength] = 48,
            [Groups] = 16,
            [GroupsWithHint(0)] = t,
            [GroupsWithHint(0.25)] = 0.3 * (1 - t),
            [GroupsWithHint(0.5)] = 0.4 * (1 - t),
            [GroupsWithHint(0.75)] = 0.3 * (1 - t),
            [Difficult] = 1 - t,
            [Rescued(0.25)] = 0.3,
            [Rescued(0.5)] = 0.5,
            [Rescued(0.75)] = step % 7 == 0 ? double.NaN : 0.8,
            [Exhausted] = 0.1 * (1 - t),
            [EffectiveQueries] = Math.Round(16 * (0.4 + (0.5 * t))),
            [EffectiveShare] = 0.4 + (0.5 * t),
            [ExtraTokens] = 2000 * (1 - t),
            [SampledTokens] = 4000.0 * step,
            [TokensPerSecond] = 2500 + (100 * Math.Sin(step)),
            [SamplingSeconds] = 1.5,
            [UpdateSeconds] = 0.7,
            [GuidedAdvantageShare] = 0.8 * (1 - t),
        };
        return new() { Step = step, TotalSteps = 40, Phase = "ghpo", Elapsed = TimeSpan.FromSeconds(4 + (3 * step)), Values = values };
    }

    public static RunInfo Info => new() { Name = "quickstart-1", Folder = "runs/quickstart-1", TotalSteps = 40, Model = "118 k parameters", Problems = "500 directions", Phases = ["warm-up", "ghpo"] };

    public static RunSummary Summary => new()
    {
        Name = "quickstart-1",
        Before = Evaluation(0, 0.1),
        After = Evaluation(40, 0.95),
        Steps = 40,
        TotalSteps = 40,
        SampledTokens = 160_000,
        Seconds = 192.5,
        PeakMemoryBytes = 912_000_000,
        Seed = 42,
        Command = "ghpo train recipes/quickstart.yaml --set seed=42",
        Versions = new Dictionary<string, string> { ["Ghpo"] = "0.1.0", ["TorchSharp"] = "0.107.0" },
    };

    /// <summary>Everything a trainer tells, in its order.</summary>
    public static void Tell(IReporter reporter, int upTo = 40)
    {
        reporter.OnStart(Info);
        for (var step = 1; step <= 4; step++)
            reporter.OnStep(WarmUp(step));
        reporter.OnEvaluation(Evaluation(0, 0.1));
        for (var step = 1; step <= upTo; step++)
        {
            reporter.OnStep(Step(step));
            if (step % 10 == 0)
                reporter.OnEvaluation(Evaluation(step, 0.1 + (0.85 * Math.Sqrt(step / 40.0))));
        }
    }
}

/// <summary>A folder that is gone after the test.</summary>
public abstract class FolderTest : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("ghpo-test").FullName;

    protected string At(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
