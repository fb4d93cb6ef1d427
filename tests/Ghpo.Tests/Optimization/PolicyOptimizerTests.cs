using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;
using static TorchSharp.torch;

namespace Ghpo.Tests.Optimization;

public class PolicyOptimizerTests
{
    private const int Vocabulary = 40;
    private const int MaxCompletionLength = 8;

    public static TheoryData<LossType, double, int> Objectives => new()
    {
        { LossType.Grpo, 0, 1 }, { LossType.Grpo, 0.1, 2 }, { LossType.Bnpo, 0, 1 }, { LossType.DrGrpo, 0, 2 }, { LossType.Dapo, 0, 1 }, { LossType.Cispo, 0, 1 },
    };

    [Theory, MemberData(nameof(Objectives))]
    public void The_physical_micro_batch_changes_nothing(LossType type, double beta, int iterations)
    {
        var options = new OptimizationOptions { LossType = type, EpsilonHigh = type == LossType.Cispo ? 2 : null, Beta = beta, NumIterations = iterations, MaxGradNorm = 0, BnpoSlices = type == LossType.Bnpo ? 2 : 1 };
        var whole = Gradient(options with { MicroBatchTokens = 100_000 }, Experiences(4));
        var pieces = Gradient(options with { MicroBatchTokens = 20 }, Experiences(4));
        AssertClose(whole, pieces);
    }

    [Theory]
    [InlineData(2)] // each rank has groups that teach
    [InlineData(3)] // the second rank has only a constant one
    public void Two_ranks_with_a_part_each_move_as_one_with_all(int share)
    {
        var experience = Experiences(3).Append(Constant()).ToArray();
        var options = new OptimizationOptions { MaxGradNorm = 0 };
        var alone = Gradient(options, experience);
        using var meeting = new Meeting(2);
        var parts = new double[2][];
        Parallel.Invoke(
            () => parts[0] = Gradient(options, experience[..share], meeting.Rank(0)),
            () => parts[1] = Gradient(options, experience[share..], meeting.Rank(1)));
        AssertClose(alone, parts[0]);
        AssertClose(alone, parts[1]);
    }

    [Fact]
    public void Constant_groups_count_in_the_denominators_and_dropped_ones_do_not()
    {
        var options = new OptimizationOptions { MaxGradNorm = 0 };
        var without = Gradient(options, Experiences(2));
        var with = Gradient(options, [.. Experiences(2), Constant(), Constant()]);
        AssertClose([.. without.Select(g => g / 2)], with);
    }

    [Fact]
    public void A_step_with_no_effective_group_touches_nothing()
    {
        using var model = Model();
        var before = Weights(model);
        var report = Optimizer(model, new OptimizationOptions(), new SingleProcess()).Update([Constant()], learningRate: 1);
        Assert.False(report.Updated);
        Assert.Equal(before, Weights(model));
    }

    [Fact]
    public void A_loss_that_is_not_finite_is_refused_and_the_weights_stay()
    {
        using var model = Model();
        using (no_grad())
            model.Parameters["model.norm.weight"].fill_(double.NaN);
        var before = Weights(model);
        Assert.Throws<NonFiniteLossException>(() => Optimizer(model, new OptimizationOptions(), new SingleProcess()).Update(Experiences(1), learningRate: 1));
        Assert.Equal(before, Weights(model));
    }

    [Fact]
    public void The_first_inner_epoch_has_ratio_one_and_later_ones_move_away()
    {
        using var model = Model();
        var report = Optimizer(model, new OptimizationOptions { NumIterations = 8, Epsilon = 1e-4, MaxGradNorm = 0 }, new SingleProcess()).Update(Experiences(2), learningRate: 1e5);
        Assert.InRange(Math.Abs(report.Loss), 0, 1e-6); // Σ A = 0 in each group and every ratio is 1
        Assert.True(report.Statistics.LowClips + report.Statistics.HighClips > 0);
    }

    [Theory]
    [InlineData(PromptSubstitution.None)]
    [InlineData(PromptSubstitution.HintDropped)]
    public void Completions_evaluated_in_parts_train_as_whole_ones(PromptSubstitution substitution)
    {
        // A vocabulary of which the model computes some two hundred tokens' logits at a time.
        const int Large = 151_936;
        Experience[] experience = [Long(1, [0.8, -1.1]), Long(2, [-0.5, 1.3])];
        var options = new OptimizationOptions { MaxGradNorm = 0, NumIterations = 2, HintDropped = HintDroppedRatio.Token, HintDroppedCap = 1.05, SamplingCorrectionCap = 1.05 };
        var loss = new PolicyLoss(options, 200);
        var (inParts, partsReport) = Learn(loss);
        var (whole, wholeReport) = Learn(new Whole(loss));
        Assert.True(loss.IsTokenwise);
        Assert.Equal(whole, inParts);
        using (var untouched = Model(vocabulary: Large))
            Assert.NotEqual(Weights(untouched), inParts);
        Assert.Equal(wholeReport.Loss, partsReport.Loss, 1e-12);
        Assert.Equal(wholeReport.SamplingDifferenceMax, partsReport.SamplingDifferenceMax);
        Assert.Equal(wholeReport.HintDroppedEffectiveShare, partsReport.HintDroppedEffectiveShare, 1e-12);
        Assert.Equal(wholeReport.Statistics.HighClips, partsReport.Statistics.HighClips);

        Experience Long(int number, double[] advantages)
        {
            var group = Group(number, advantages, Large, shortest: 150, sampledLogProb: -12);
            return new Experience(group.Prompt, group.Completions, advantages, substitution);
        }

        (float[] Weights, UpdateReport Report) Learn(IObjective objective)
        {
            using var model = Model(vocabulary: Large);
            var report = Optimizer(model, options, new SingleProcess(), objective).Update(experience, learningRate: 1e5);
            return (Weights(model), report);
        }
    }

    /// <summary>The gradient of one update, read off the weights: with a huge epsilon AdamW's first step is learning rate · g / epsilon.</summary>
    private static double[] Gradient(OptimizationOptions options, IReadOnlyList<Experience> experience, ICollective? ranks = null)
    {
        using var model = Model();
        var before = Weights(model);
        Optimizer(model, options, ranks ?? new SingleProcess()).Update(experience, learningRate: 1e6);
        return [.. before.Zip(Weights(model), (b, a) => (double)b - a)];
    }

    private static PolicyOptimizer Optimizer(CausalLM model, OptimizationOptions options, ICollective ranks, IObjective? objective = null)
    {
        var reference = new Lazy<CausalLM>(() => Model(seed: 9));
        var adamW = new AdamW(model.Parameters.Trainable, 0.9, 0.999, 1e6, 0);
        return new PolicyOptimizer(model, (batch, temperature) => reference.Value.Score(batch, temperature), adamW, options, objective ?? new PolicyLoss(options, MaxCompletionLength), temperature: 0.8, ranks);
    }

    private static CausalLM Model(ulong seed = 4, int vocabulary = Vocabulary) => CausalLM.Create(
        new ModelConfig
        {
            Architecture = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            VocabularySize = vocabulary,
            HiddenSize = 16,
            IntermediateSize = 24,
            LayerCount = 2,
            HeadCount = 2,
            KeyValueHeadCount = 1,
            HeadSize = 8,
            QueryKeyValueBias = true,
            TiedHead = true,
            InitializerRange = 0.2,
        },
        seed);

    private static Experience[] Experiences(int count) => [.. Enumerable.Range(0, count).Select(i => Group(i, [1.2, -0.4, -1.1, 0.3]))];

    private static Experience Constant() => Group(99, [0, 0, 0, 0]);

    private static Experience Group(int number, double[] advantages, int vocabulary = Vocabulary, int shortest = 2, float sampledLogProb = 0)
    {
        var random = new KeyedRandom(5, "group", number);
        int[] Ids(int length, ref KeyedRandom source)
        {
            var ids = new int[length];
            foreach (ref var id in ids.AsSpan())
                id = source.Next(vocabulary);
            return ids;
        }

        var prompt = new Prompt(new Problem($"{number}", "q", "a"), null, "", Ids(4 + (number % 3), ref random));
        var completions = new List<Completion>();
        for (var i = 0; i < advantages.Length; i++)
        {
            var ids = Ids(shortest + random.Next(6), ref random);
            completions.Add(new Completion(prompt, i, ids, [.. Enumerable.Repeat(sampledLogProb, ids.Length)], "", FinishReason.Stop, 0));
        }

        return new Experience(prompt, completions, advantages);
    }

    private static float[] Weights(CausalLM model) => [.. model.Parameters.SelectMany(p => p.Value.detach().cpu().contiguous().data<float>().ToArray())];

    private static void AssertClose(double[] expected, double[] actual)
    {
        var norm = Math.Sqrt(expected.Sum(x => x * x));
        Assert.True(norm > 1e-3, "the gradient must not vanish");
        Assert.InRange(Math.Sqrt(expected.Zip(actual, (e, a) => (e - a) * (e - a)).Sum()) / norm, 0, 2e-5);
    }

    /// <summary>The same objective, which asks for whole completions.</summary>
    private sealed class Whole(PolicyLoss loss) : IObjective
    {
        public bool IsTokenwise => false;

        public double TokenWeight(int length, Denominator denominator) => loss.TokenWeight(length, denominator);

        public double Evaluate(in LossSequence sequence, double tokenWeight, Span<float> gradient, LossStatistics statistics) =>
            loss.Evaluate(sequence, tokenWeight, gradient, statistics);
    }

    /// <summary>Ranks that live on threads of one process and add up by meeting.</summary>
    private sealed class Meeting(int count) : IDisposable
    {
        private readonly Barrier _barrier = new(count);
        private readonly double[]?[] _brought = new double[]?[count];

        public ICollective Rank(int rank) => new Member(this, rank, count);

        public void Dispose() => _barrier.Dispose();

        private double[] Add(int rank, double[] values)
        {
            _brought[rank] = values;
            _barrier.SignalAndWait();
            var sum = Enumerable.Range(0, values.Length).Select(i => _brought.Sum(b => b![i])).ToArray();
            _barrier.SignalAndWait();
            return sum;
        }

        private sealed class Member(Meeting meeting, int rank, int count) : ICollective
        {
            public int Rank => rank;

            public int Count => count;

            public void Sum(Span<double> values) => meeting.Add(rank, values.ToArray()).CopyTo(values);

            public void Sum(Tensor tensor)
            {
                using var noGradient = no_grad();
                var sum = meeting.Add(rank, [.. tensor.cpu().contiguous().data<float>().ToArray().Select(x => (double)x)]);
                tensor.copy_(TorchSharp.torch.tensor(sum, tensor.shape, ScalarType.Float32));
            }
        }
    }
}
