using System.Runtime.CompilerServices;
using Ghpo.Evaluation;
using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Rewards;
using Ghpo.Rollouts;
using Ghpo.Tests.Training;

namespace Ghpo.Tests.Evaluation;

public class EvaluatorTests
{
    private static readonly ProblemSet Set = new("exam", [new("a", "first", "7"), new("b", "second", "1/2"), new("c", "a question that is far too long", "3")]);

    [Fact]
    public async Task Every_figure_follows_from_the_samples_of_each_problem()
    {
        var engine = new Answers(new()
        {
            ["a"] = [@"\boxed{7}", "so the answer is 7.0", @"\boxed{9}", @"\boxed{8}", "nothing", "cut off|"], // 2 right, wrong votes 1 + 1: the majority is right
            ["b"] = [@"\boxed{0.5}", @"\boxed{\frac{2}{3}}", @"\boxed{4/6}", "nothing", "nothing", "nothing"], // 1 right, 2 votes for two thirds: wrong
        });
        var evaluator = new Evaluator([new Benchmark("exam", Set, 6)], new PlainFormatter(maxLength: 20), engine, engine, new MathAnswerVerifier());
        var report = await evaluator.EvaluateAsync(3, withGreedy: true, TestContext.Current.CancellationToken);
        var task = Assert.Single(report.Tasks);
        Assert.Equal((2 / 6.0 + 1 / 6.0) / 3, task.Mean, 12);
        Assert.Equal(1 / 3.0, task.MajorityAtK!.Mean, 12);
        Assert.Equal([1, 2, 4, 6], task.PassAtK!.Select(p => p.K));
        Assert.Equal(task.Mean, task.PassAtK![0].Mean, 12);
        Assert.Equal((1 - 6 / 15.0 + (1 - 10 / 15.0)) / 3, task.PassAtK[1].Mean, 12); // 1 − C(4,2)/C(6,2) and 1 − C(5,2)/C(6,2)
        Assert.Equal(2 / 3.0, task.PassAtK[^1].Mean, 12);
        Assert.Equal(1 / 6.0 / 3, task.Truncated!.Value, 12);
        Assert.Equal(1, task.TooLong);
        Assert.Equal(2 / 3.0, task.Greedy!.Value, 12); // the first answer to each
        Assert.All(task.PassAtK, p => Assert.InRange(p.Mean, p.Low, p.High));
    }

    [Fact]
    public async Task Tasks_may_ask_and_judge_in_their_own_way()
    {
        var engine = new Answers(new() { ["a"] = ["7"], ["b"] = ["1/2"], ["c"] = ["3"] });
        Benchmark[] benchmarks = [new("any", Set, 1), new("boxed", Set, 1)];
        var evaluator = new Evaluator(benchmarks, new PlainFormatter(), engine, engine, new MathAnswerVerifier(), b => new TaskParts(new PlainFormatter(), (b.Name == "boxed" ? AnswerExtraction.Boxed : AnswerExtraction.Any).Verifier(false)));
        var report = await evaluator.EvaluateAsync(0, withGreedy: false, TestContext.Current.CancellationToken);
        Assert.Equal([1.0, 0.0], report.Tasks.Select(t => t.Mean));
        Assert.Null(report.Tasks[0].PassAtK);
        Assert.Null(report.Tasks[0].MajorityAtK);
    }

    [Theory]
    [InlineData(3, new[] { "x", "x" }, 1)]
    [InlineData(2, new[] { "x", "x", "x" }, 0)]
    [InlineData(2, new[] { "x", "x" }, 0.5)]
    [InlineData(1, new[] { "x", "y", "z" }, 0.25)]
    [InlineData(1, new[] { "x", "X", "z" }, 0)]
    [InlineData(0, new string[0], 0)]
    [InlineData(1, new string[0], 1)]
    public void The_majority_takes_equivalent_answers_as_one_and_shares_ties(int right, string[] wrong, double expected)
    {
        Assert.Equal(expected, MajorityVote.Share(right, wrong, (a, b) => a.Equals(b, StringComparison.OrdinalIgnoreCase)), 12);
        Assert.Equal(expected, MajorityVote.Share(right, [.. wrong.Reverse()], (a, b) => a.Equals(b, StringComparison.OrdinalIgnoreCase)), 12);
    }

    [Fact]
    public void Unbiased_pass_at_k_is_the_share_of_the_subsets_that_hold_a_right_sample()
    {
        for (var n = 1; n <= 8; n++)
        {
            for (var c = 0; c <= n; c++)
            {
                for (var k = 1; k <= n; k++)
                {
                    var subsets = Enumerable.Range(0, 1 << n).Where(s => System.Numerics.BitOperations.PopCount((uint)s) == k).ToArray();
                    Assert.Equal(subsets.Count(s => (s & ((1 << c) - 1)) != 0) / (double)subsets.Length, PassAtK.Unbiased(n, c, k), 12);
                }
            }
        }
    }

    /// <summary>Answers from a table; a bar at the end says that the completion was cut off.</summary>
    private sealed class Answers(Dictionary<string, string[]> table) : IEngine
    {
        public async IAsyncEnumerable<Sampled> SampleAsync(SampleRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            await Task.Yield();
            for (var i = request.First; i < request.First + request.Count; i++)
            {
                var text = table[request.Visit.Problem.Id][i];
                yield return new Sampled(new Completion(request.Prompt, i, [1], [-1], text.TrimEnd('|'), text.EndsWith('|') ? FinishReason.Length : FinishReason.Stop, 0), null);
            }
        }

        public void Publish(long version)
        {
        }

        public void Dispose()
        {
        }
    }
}
