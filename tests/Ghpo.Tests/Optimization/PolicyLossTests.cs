using System.Text.Json;
using Ghpo.Optimization;
using Ghpo.Tests.Shared;

namespace Ghpo.Tests.Optimization;

public class PolicyLossTests
{
    private static readonly string[] TrlCases =
    [
        "grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "luspo", "grpo with reference KL (plain k3)", "grpo with reference KL times the ratio (TRL's default)",
    ];

    public static TheoryData<string> Cases => [.. TrlCases];

    [Theory, MemberData(nameof(Cases))]
    public void Loss_gradient_and_metrics_agree_with_TRL(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.Require("golden/grpo/losses.json")));
        var golden = file.RootElement.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var effective = golden.GetProperty("effective_options");
        var inputs = file.RootElement.GetProperty("inputs").GetProperty(golden.GetProperty("inputs").GetString()!);
        var mask = Rows(golden.GetProperty("completion_mask"));
        var advantages = golden.GetProperty("advantages").EnumerateArray().Select(x => x.GetDouble()).ToArray();
        var lengths = mask.Select(row => (int)row.Sum()).ToArray();
        var old = Rows(inputs.GetProperty("old_logps"));
        var current = Rows(inputs.GetProperty("logps"));
        var reference = Rows(inputs.GetProperty("ref_logps"));
        var options = new LossOptions
        {
            LossType = Enum.Parse<LossType>(effective.GetProperty("loss_type").GetString()!.Replace("_", ""), ignoreCase: true),
            Beta = effective.GetProperty("beta").GetDouble(),
            Epsilon = effective.GetProperty("epsilon").GetDouble(),
            EpsilonHigh = effective.GetProperty("epsilon_high_used").GetDouble(),
            UseBiasCorrectionKl = effective.GetProperty("use_bias_correction_kl").GetBoolean(),
            ImportanceSamplingLevel = Enum.Parse<ImportanceSamplingLevel>(effective.GetProperty("importance_sampling_level").GetString()!, ignoreCase: true),
        };
        var loss = new PolicyLoss(options, inputs.GetProperty("max_completion_length").GetInt32());
        var denominator = new Denominator(lengths.Length, lengths.Sum());
        var statistics = new LossStatistics();

        double total = 0;
        var expectedGradient = Rows(golden.GetProperty("gradient"));
        for (var i = 0; i < lengths.Length; i++)
        {
            var gradient = new float[lengths[i]];
            var sequence = new LossSequence(advantages[i], current[i][..lengths[i]], old[i][..lengths[i]], options.Beta > 0 ? reference[i][..lengths[i]] : null);
            total += loss.Evaluate(sequence, loss.TokenWeight(lengths[i], denominator), gradient, statistics);
            for (var t = 0; t < gradient.Length; t++)
                Assert.Equal(expectedGradient[i][t], gradient[t], 1e-7f);
        }

        var expected = golden.GetProperty("loss").GetDouble();
        Assert.Equal(expected, total, 1e-6 * Math.Max(1, Math.Abs(expected)));
        var metrics = golden.GetProperty("metrics");
        if (metrics.TryGetProperty("clip_ratio/low_mean", out var low) && options.ImportanceSamplingLevel == ImportanceSamplingLevel.Token)
        {
            Assert.Equal(low.GetDouble(), (double)statistics.LowClips / statistics.Tokens, 1e-6);
            Assert.Equal(metrics.GetProperty("clip_ratio/high_mean").GetDouble(), (double)statistics.HighClips / statistics.Tokens, 1e-6);
        }

        if (options.Beta > 0)
            Assert.Equal(metrics.GetProperty("kl").GetDouble(), statistics.KlSum / statistics.Tokens, 1e-6);
    }

    public static TheoryData<string, LossOptions> ByDefinition => new()
    {
        { "grpo", new LossOptions { EpsilonHigh = 0.28 } },
        { "grpo+kl", new LossOptions { EpsilonHigh = 0.28, Beta = 0.04, UseBiasCorrectionKl = false } },
        { "bnpo", new LossOptions { LossType = LossType.Bnpo, EpsilonHigh = 0.28 } },
        { "bnpo+kl", new LossOptions { LossType = LossType.Bnpo, EpsilonHigh = 0.28, Beta = 0.04, UseBiasCorrectionKl = false } },
        { "dr_grpo", new LossOptions { LossType = LossType.DrGrpo, EpsilonHigh = 0.28 } },
        { "dr_grpo+kl", new LossOptions { LossType = LossType.DrGrpo, EpsilonHigh = 0.28, Beta = 0.04, UseBiasCorrectionKl = false } },
        { "dapo(world=1,accum=1)", new LossOptions { LossType = LossType.Dapo, EpsilonHigh = 0.28 } },
        { "dapo,delta=1.1", new LossOptions { LossType = LossType.Dapo, EpsilonHigh = 0.28, Delta = 1.1 } },
        { "grpo,importance_sampling_level=sequence", new LossOptions { EpsilonHigh = 0.28, ImportanceSamplingLevel = ImportanceSamplingLevel.Sequence } },
        { "cispo,epsilon_high=1.2", new LossOptions { LossType = LossType.Cispo, EpsilonHigh = 1.2 } },
        { "sapo", new LossOptions { LossType = LossType.Sapo } },
    };

    [Theory, MemberData(nameof(ByDefinition))]
    public void Asymmetric_and_two_sided_clipping_agree_with_the_definitions(string name, LossOptions options)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(SharedData.Require("golden/grpo_losses_by_definition.json")));
        var inputs = file.RootElement.GetProperty("inputs");
        var lengths = inputs.GetProperty("lens").EnumerateArray().Select(x => x.GetInt32()).ToArray();
        var advantages = file.RootElement.GetProperty("advantages_group").EnumerateArray().Select(x => x.GetDouble()).ToArray();
        var loss = new PolicyLoss(options, inputs.GetProperty("max_completion_length").GetInt32());
        var denominator = new Denominator(lengths.Length, lengths.Sum());
        var (current, old, reference) = (Rows(inputs.GetProperty("logp")), Rows(inputs.GetProperty("old_logp")), Rows(inputs.GetProperty("ref_logp")));
        var statistics = new LossStatistics();
        var total = Enumerable.Range(0, lengths.Length).Sum(i =>
        {
            var n = lengths[i];
            var sequence = new LossSequence(advantages[i], current[i][..n], old[i][..n], reference[i][..n]);
            return loss.Evaluate(sequence, loss.TokenWeight(n, denominator), new float[n], statistics);
        });

        Assert.Equal(file.RootElement.GetProperty("loss").GetProperty(name).GetDouble(), total, 1e-6);
    }

    [Theory]
    [InlineData(LossType.Grpo, ImportanceSamplingLevel.Token, KlEstimator.K1, null)]
    [InlineData(LossType.Grpo, ImportanceSamplingLevel.Sequence, KlEstimator.K2, null)]
    [InlineData(LossType.Dapo, ImportanceSamplingLevel.Token, KlEstimator.K3, 1.1)]
    [InlineData(LossType.Sapo, ImportanceSamplingLevel.Sequence, KlEstimator.K3, null)]
    public void Gradients_are_the_derivatives_of_the_loss(LossType type, ImportanceSamplingLevel level, KlEstimator estimator, double? delta)
    {
        var options = new LossOptions { LossType = type, ImportanceSamplingLevel = level, KlEstimator = estimator, Delta = delta, Beta = 0.3, EpsilonHigh = 0.3 };
        var loss = new PolicyLoss(options, 8);
        float[] old = [-1f, -0.5f, -2f, -0.9f], reference = [-1.2f, -0.4f, -1.7f, -1.1f], weights = [0.5f, 1f, 0.8f, 1f];
        foreach (var advantage in new[] { 0.7, -1.3 })
        {
            float[] current = [-1.05f, -0.72f, -1.6f, -0.93f];
            double At(int t, float by)
            {
                var moved = (float[])current.Clone();
                moved[t] += by;
                return loss.Evaluate(new LossSequence(advantage, moved, old, reference, weights), 0.25, new float[4], new LossStatistics());
            }

            var gradient = new float[4];
            loss.Evaluate(new LossSequence(advantage, current, old, reference, weights), 0.25, gradient, new LossStatistics());
            for (var t = 0; t < 4; t++)
                Assert.Equal((At(t, 1f / 1024) - At(t, -1f / 1024)) * 512, gradient[t], 2e-4);
        }
    }

    internal static float[][] Rows(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.ValueKind == JsonValueKind.String ? float.NaN : x.GetSingle()).ToArray())];
}
