using Ghpo.Evaluation;
using Ghpo.Rewards;
using Ghpo.Tests.Shared;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Evaluation;

public class BenchmarkTests
{
    private static Recipe Paper(string folder) =>
        RecipeReader.Read<Recipe>(Path.Combine(SharedData.Checkout, "recipes", "evaluate-maths.yaml"), [$"evaluation.folder={folder}"]);

    [Fact]
    public void The_recipe_loads_the_papers_tasks_from_the_files_own_formats()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-");
        foreach (var file in new[] { "math/math500.jsonl", "benchmarks/aime24.jsonl", "benchmarks/amc23.jsonl", "benchmarks/minerva_math.jsonl", "benchmarks/olympiadbench.jsonl" })
            File.Copy(SharedData.Require($"data/{file}"), Path.Combine(folder.FullName, Path.GetFileName(file)));
        var options = Paper(folder.FullName).Evaluation;
        var benchmarks = Benchmark.Load(options, 0);
        Assert.Equal(
            [("MATH-500", 500, 1), ("AIME24", 30, 32), ("AMC23", 40, 1), ("Minerva", 272, 1), ("OlympiadBench", 675, 1)],
            benchmarks.Select(b => (b.Name, b.Problems.Problems.Count, b.Samples)));
        Assert.True(benchmarks[3].Options!.AcceptRounded);
        Assert.Equal(("GPQA-Diamond", Path.Combine(folder.FullName, "gpqa_diamond.csv")), Assert.Single(Benchmark.LeftOut(options)));

        // Each gold, written as a model would, is accepted by the task's own verifier.
        foreach (var benchmark in benchmarks)
        {
            var verifier = benchmark.Options!.Extraction!.Value.Verifier(benchmark.Options.AcceptRounded ?? false);
            var readable = benchmark.Problems.Problems.Where(verifier.CanRead).ToArray();
            Assert.InRange((double)readable.Length / benchmark.Problems.Problems.Count, 0.98, 1);
            Assert.All(readable, p => Assert.True(verifier.Accepts(p, $"Therefore the answer is \\boxed{{{p.Answer}}}."), $"{benchmark.Name} {p.Id}: {p.Answer}"));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void Gpqa_asks_for_a_letter_of_shuffled_choices()
    {
        var folder = Directory.CreateTempSubdirectory("ghpo-");
        var path = Path.Combine(folder.FullName, "gpqa_diamond.csv");
        File.WriteAllText(path, "Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3\n" + string.Join('\n', Enumerable.Range(0, 20).Select(i => $"r{i},Which?,yes {i},no,never,nowhere")));
        var recipe = Paper(folder.FullName);
        var task = recipe.Evaluation.Tasks.Single(t => t.Preset == TaskPreset.GpqaDiamond);
        var benchmark = Assert.Single(Benchmark.Load(recipe.Evaluation with { Tasks = [task] }, 5));
        Assert.Contains("the letter of the right choice", benchmark.Options!.UserPrompt, StringComparison.Ordinal);
        var verifier = benchmark.Options.Extraction!.Value.Verifier(false);
        foreach (var problem in benchmark.Problems.Problems)
        {
            Assert.True(verifier.Accepts(problem, $"It is \\boxed{{{problem.Answer}}}"));
            Assert.True(verifier.Accepts(problem, $"The answer is ({problem.Answer})."));
            Assert.False(verifier.Accepts(problem, $"It is \\boxed{{{(problem.Answer == "A" ? "B" : "A")}}}"));
            Assert.False(verifier.Accepts(problem, "I do not know, but there are 4 choices"));
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public void A_task_says_more_than_its_preset()
    {
        using var file = new Problems.TemporaryFile(".jsonl", """{"q": "Q", "gold": "1"}""");
        var options = new EvaluationOptions
        {
            Tasks = [new TaskOptions { Name = "mine", Preset = TaskPreset.Aime24, NumSamples = 4, UserPrompt = "{problem}!", Extraction = AnswerExtraction.Boxed, Problems = new() { Path = file.Path, Fields = new() { Problem = "q", Answer = "gold" } } }],
        };
        var benchmark = Assert.Single(Benchmark.Load(options, 0));
        Assert.Equal((4, "{problem}!", AnswerExtraction.Boxed), (benchmark.Samples, benchmark.Options!.UserPrompt, benchmark.Options.Extraction));
    }

    [Fact]
    public void What_is_missing_is_said_with_the_task()
    {
        TaskOptions task = new() { Name = "exam", Preset = TaskPreset.Math500, Problems = new() { Path = "nowhere.jsonl" } };
        var absent = Assert.Throws<FileNotFoundException>(() => Benchmark.Load(new EvaluationOptions { Folder = "data", Tasks = [task] }, 0));
        Assert.Contains($"exam: there is no file {Path.Combine("data", "nowhere.jsonl")}", absent.Message, StringComparison.Ordinal);
        Assert.Empty(Benchmark.Load(new EvaluationOptions { Tasks = [task with { Optional = true }] }, 0));
        Assert.Contains("names a preset and no file", Assert.Throws<InvalidDataException>(() => Benchmark.Load(new EvaluationOptions { Tasks = [task with { Problems = new() }] }, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("2 tasks are called \"exam\"", Assert.Throws<InvalidDataException>(() => Benchmark.Load(new EvaluationOptions { Tasks = [task, task] }, 0)).Message, StringComparison.Ordinal);
    }
}
