using Ghpo.Problems;
using Ghpo.Tests.Shared;
using Ghpo.Verification;

namespace Ghpo.Tests.Problems;

/// <summary>Every data file beside the checkout loads, whole, and its golds can be read.</summary>
public class RealDataTests
{
    [Theory]
    [InlineData("gsm8k/train.jsonl", ProblemPreset.Gsm8k, 7473, 7473, 1.0)]
    [InlineData("gsm8k/test.jsonl", ProblemPreset.Gsm8k, 1319, 1319, 1.0)]
    [InlineData("math/train.jsonl", ProblemPreset.Math, 7500, 7500, 0.9997)]
    [InlineData("math/math3to5.jsonl", ProblemPreset.Math, 8888, 8888, 0.9997)]
    [InlineData("math/math500.jsonl", ProblemPreset.Math, 500, 500, 1.0)]
    [InlineData("benchmarks/aime24.jsonl", ProblemPreset.None, 30, 30, 1.0)]
    [InlineData("benchmarks/amc23.jsonl", ProblemPreset.None, 40, 0, 1.0)]
    [InlineData("benchmarks/minerva_math.jsonl", ProblemPreset.Math, 272, 272, 0.98)]
    [InlineData("benchmarks/olympiadbench.jsonl", ProblemPreset.Olympiadbench, 675, 675, 0.998)]
    [InlineData("aime/train_1983_2023.json", ProblemPreset.Aime, 975, 975, 1.0)]
    [InlineData("word_problems/svamp.jsonl", ProblemPreset.WordProblems, 1000, 0, 1.0)]
    [InlineData("word_problems/mawps.jsonl", ProblemPreset.WordProblems, 2065, 0, 1.0)]
    public void Every_file_loads_whole_and_its_golds_are_readable(string file, ProblemPreset preset, int rows, int traces, double readable)
    {
        var set = ProblemLoader.Load(new ProblemOptions { Path = SharedData.Require($"data/{file}"), Preset = preset }, 0, ProblemSplit.Evaluation);
        var read = set.Problems.AsParallel().Count(p => MathVerifier.CanRead(p.Answer));
        TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {set.Counts}; {read} of {set.Problems.Count} golds readable; unreadable: {string.Join(" | ", set.Problems.Where(p => !MathVerifier.CanRead(p.Answer)).Take(5).Select(p => p.Answer))}");
        Assert.Equal(rows, set.Problems.Count);
        Assert.Equal(traces, set.Problems.Count(p => p.Trace is not null));
        Assert.InRange((double)read / rows, readable, 1);
        Assert.Equal(rows, set.Problems.Count(p => MathVerifier.Verify(p.Answer, $"Thus \\boxed{{{p.Answer}}}").IsCorrect || !MathVerifier.CanRead(p.Answer)));
    }

    [Fact]
    public void Levels_of_MATH_choose_as_the_paper_does()
    {
        var path = SharedData.Require("data/math/train.jsonl");
        var set = ProblemLoader.Load(new ProblemOptions { Path = path, Preset = ProblemPreset.Math, Levels = [3, 4, 5], Filter = new() { Duplicates = RowTreatment.Keep, UnreadableGold = RowTreatment.Keep } }, 0);
        Assert.Equal(1592 + 1690 + 2304, set.Problems.Count);
        Assert.Contains(set.Counts!.LeftOut, l => l == new LeftOut("of other levels", 564 + 1348));
        Assert.Contains(set.Counts.LeftOut, l => l == new LeftOut("without a level", 2));
    }

    [Fact]
    public void The_contamination_of_the_training_files_by_the_benchmarks_is_found()
    {
        var exams = new[] { ("math500", "math/math500.jsonl", ProblemPreset.Math), ("aime24", "benchmarks/aime24.jsonl", ProblemPreset.None), ("olympiadbench", "benchmarks/olympiadbench.jsonl", ProblemPreset.Olympiadbench) }
            .Select(e => (e.Item1, ProblemLoader.Load(new ProblemOptions { Path = SharedData.Require($"data/{e.Item2}"), Preset = e.Item3 }, 0, ProblemSplit.Evaluation)));
        var context = new LoadContext { EvaluationSets = [.. exams] };
        foreach (var (file, preset) in new[] { ("math/math3to5.jsonl", ProblemPreset.Math), ("math/train.jsonl", ProblemPreset.Math), ("gsm8k/train.jsonl", ProblemPreset.Gsm8k), ("aime/train_1983_2023.json", ProblemPreset.Aime) })
        {
            var set = ProblemLoader.Load(new ProblemOptions { Path = SharedData.Require($"data/{file}"), Preset = preset }, 0, ProblemSplit.Train, context);
            TestContext.Current.TestOutputHelper?.WriteLine($"{file}: {set.Counts}; {set.Contamination}");
            Assert.InRange(set.Contamination!.Share, 0, 0.1); // the pools are disjoint from the benchmarks: what is left are near copies
        }

        // The benchmark itself, taken for training, is found whole.
        var itself = ProblemLoader.Load(new ProblemOptions { Path = SharedData.Require("data/math/math500.jsonl"), Preset = ProblemPreset.Math }, 0, ProblemSplit.Train, context);
        Assert.Equal(500, itself.Contamination!.Tasks[0].Touched);
    }
}
