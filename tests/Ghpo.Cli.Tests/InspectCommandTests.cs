using System.Text.Json;
using Ghpo.Tests.Metrics;
using Spectre.Console.Testing;

namespace Ghpo.Cli.Tests;

public sealed class InspectCommandTests : FolderTest
{
    private string Log(int steps = 2)
    {
        var lines = new List<string>();
        for (var step = 1; step <= steps; step++)
        {
            foreach (var problem in new[] { "p1", "p2" })
            {
                lines.Add(Line(step, problem, 0, 0, "wrong [way]", "incorrect", 0, null));
                lines.Add(Line(step, problem, 1, 0.5, "right way", "correct", 1.5, 0.93));
            }
        }

        File.WriteAllLines(At("completions.jsonl"), lines);
        return At("completions.jsonl");
    }

    private static string Line(int step, string problem, int stage, double ratio, string completion, string verdict, double reward, double? advantage) => JsonSerializer.Serialize(new
    {
        step,
        problem,
        visit = 0,
        stage,
        outcome = "rescued",
        hint_ratio = ratio,
        effective_ratio = ratio * 0.9,
        prompt = $"from Oak, step {step}",
        hint = ratio > 0 ? "1: Elm" : null,
        completion,
        answer = "Elm Ash",
        verdict,
        reason = "Equal",
        reward,
        rewards = new Dictionary<string, double?> { ["accuracy"] = reward > 0 ? 1 : 0, ["format"] = null },
        advantage,
        trained = advantage is not null,
        tokens = 12,
        finish = "stop",
    });

    private string Show(int? step = null, string? problem = null, int limit = 8)
    {
        using var console = new TestConsole().Width(120);
        InspectCommand.Show(console, At("completions.jsonl"), step, problem, limit);
        return console.Output;
    }

    [Fact]
    public void Without_more_the_last_step_is_shown_stage_by_stage()
    {
        Log();
        var text = Show();
        Assert.Contains("step 2 · problem p1 · visit 0 · rescued", text, StringComparison.Ordinal);
        Assert.Contains("problem p2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("step 1 ", text, StringComparison.Ordinal);
        Assert.Contains("without a hint: 0 of 1 right", text, StringComparison.Ordinal);
        Assert.Contains("with a 50 % hint (45 % of the trace): 1 of 1 right, trained on", text, StringComparison.Ordinal);
        Assert.Contains("wrong [way]", text, StringComparison.Ordinal);
        Assert.Contains("+0.93", text, StringComparison.Ordinal);
        Assert.Contains("accuracy 1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_problem_is_shown_over_the_whole_run()
    {
        Log();
        var text = Show(problem: "p1");
        Assert.Contains("step 1 · problem p1", text, StringComparison.Ordinal);
        Assert.Contains("step 2 · problem p1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("p2", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_out_is_said()
    {
        Log();
        Assert.Contains("1 more groups; --limit 2 shows all", Show(limit: 1), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_there_is_an_error_that_says_what_is()
    {
        var path = Log();
        Assert.EndsWith("step 9 is not there; the last step is 2", Assert.Throws<InvalidDataException>(() => Show(step: 9)).Message, StringComparison.Ordinal);
        Assert.EndsWith("no problem has the id p9; one that has been drawn: p1", Assert.Throws<InvalidDataException>(() => Show(problem: "p9")).Message, StringComparison.Ordinal);
        File.AppendAllText(path, "{\"step\": 3, \"pro");
        Assert.Contains("step 2", Show(), StringComparison.Ordinal);
        File.WriteAllText(path, "{\"stepp\": 3}\n");
        Assert.Contains(":1: expected a completion", Assert.Throws<InvalidDataException>(() => Show()).Message, StringComparison.Ordinal);
    }
}
