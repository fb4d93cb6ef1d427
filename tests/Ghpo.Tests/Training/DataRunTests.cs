using System.Text.Json;
using Ghpo.Metrics;
using Ghpo.Problems;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Tests.Training;

/// <summary>A small model, problems from a file, and an evaluation that overlaps them.</summary>
public sealed class DataRunTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ghpo-data-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_run_on_a_file_tells_what_was_left_out_and_its_evaluation_can_be_repeated_from_the_result()
    {
        var recipe = Read("""
            seed: 3
            model: {threads: 1, small: {hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32}}
            problems: {map: {stations: 6, lines: 2}, levels: [1, 2], max_problems: 40}
            rollouts: {prompts_per_step: 4, num_generations: 4, max_completion_length: 12}
            training: {max_steps: 1}
            """);
        var start = TrainingRun.Begin(recipe, new Reporters(), At("start"));
        await start.ExecuteAsync(TestContext.Current.CancellationToken);

        var problems = TransitProblems.Draw(recipe.Problems.Map.Draw(3), [1, 2], 12, ProblemSplit.Train, 3).Problems;
        Write("train.jsonl", [.. problems, problems[0] with { Id = "twice" }, problems[1] with { Id = "no gold", Text = "from Oak", Answer = "" }]);
        Write("exam.jsonl", problems.Take(4));
        var fromFile = Read($$"""
            seed: 3
            model: {path: {{start.Folder.Model}}, threads: 1, dtype: float32}
            problems: {path: {{At("train.jsonl")}}, fields: {id: id, problem: text, solution: trace} }
            rollouts: {prompts_per_step: 4, num_generations: 4, max_completion_length: 12}
            evaluation:
              num_samples: 4
              folder: {{_folder.FullName}}
              tasks:
                - {name: exam, problems: {path: exam.jsonl, fields: {problem: text} } }
                - {name: not here, optional: true, problems: {path: nowhere.csv} }
            training: {max_steps: 1}
            """);
        var said = new List<string>();
        var run = TrainingRun.Begin(fromFile, new Listener(said), At("run"));
        var summary = await run.ExecuteAsync(TestContext.Current.CancellationToken);

        Assert.Contains("train.jsonl: 14 rows read, 12 used; left out: 1 with the question of an earlier row, 1 with a gold answer that the verifier cannot read", said);
        Assert.Contains(said, line => line.StartsWith("train.jsonl: 4 of 12 problems share 13 words in a row with the evaluation (4 of 4 problems of exam)", StringComparison.Ordinal));
        Assert.Equal(4 / 12.0, MetricsFile.Read(run.Folder.Metrics).First(l => l.Phase.Length > 0).Value(MetricNames.Contaminated)!.Value, 12);
        using var told = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Folder.Path, "problems.json")));
        Assert.Equal(4, told.RootElement.GetProperty("training")[0].GetProperty("contamination").GetProperty("overlaps").GetArrayLength());

        var (first, again) = (await EvaluationRun.ExecuteAsync(fromFile, run.Folder.Model, command: "ghpo evaluate", stop: TestContext.Current.CancellationToken), await EvaluationRun.ExecuteAsync(fromFile, run.Folder.Model, stop: TestContext.Current.CancellationToken));
        var (one, two) = (JsonSerializer.Serialize(first.Tasks), JsonSerializer.Serialize(again.Tasks));
        Assert.Equal(one, two);
        Assert.Equal(JsonSerializer.Serialize(summary.After!.Tasks), one);
        Assert.NotNull(first.Tasks[0].MajorityAtK);

        EvaluationFile.Write(At("result.json"), first);
        using var result = JsonDocument.Parse(File.ReadAllText(At("result.json")));
        var setting = result.RootElement.GetProperty("setting");
        Assert.Equal("ghpo evaluate", setting.GetProperty("command").GetString());
        Assert.Contains("model.safetensors", setting.GetProperty("model_files").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
        Assert.Equal(FileIdentity.Of(At("exam.jsonl")).Sha256, setting.GetProperty("tasks")[0].GetProperty("file").GetProperty("sha256").GetString());
        Assert.StartsWith("not here: left out, there is no file", setting.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("TorchSharp", setting.GetProperty("environment").GetProperty("libraries").EnumerateObject().Select(l => l.Name));

        // The recipe in the result is whole: read again, it is the same evaluation.
        File.WriteAllText(At("again.yaml"), setting.GetProperty("recipe").GetString());
        var third = await EvaluationRun.ExecuteAsync(RecipeReader.Read<Recipe>(At("again.yaml")), run.Folder.Model, stop: TestContext.Current.CancellationToken);
        Assert.Equal(one, JsonSerializer.Serialize(third.Tasks));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private void Write(string name, IEnumerable<Problem> problems) =>
        File.WriteAllLines(At(name), problems.Select(p => JsonSerializer.Serialize(new { id = p.Id, text = p.Text, answer = p.Answer, trace = p.Trace })));

    private Recipe Read(string text)
    {
        var path = At($"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, text);
        return RecipeReader.Read<Recipe>(path);
    }

    private sealed class Listener(List<string> said) : IReporter
    {
        public void OnStart(RunInfo run)
        {
        }

        public void OnStep(StepReport report)
        {
        }

        public void OnEvaluation(EvaluationReport report)
        {
        }

        public void OnMessage(string message) => said.Add(message);

        public void OnEnd(RunSummary summary)
        {
        }
    }
}
