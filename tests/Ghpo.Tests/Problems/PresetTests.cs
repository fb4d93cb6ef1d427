using Ghpo.Problems;

namespace Ghpo.Tests.Problems;

public class PresetTests
{
    [Theory]
    [InlineData(ProblemPreset.Gsm8k, """{"question": "Q", "answer": "2*3=<<2*3=6>>6\n#### 6"}""", "Q", "6", "2*3=6")]
    [InlineData(ProblemPreset.Math, """{"problem": "Q", "solution": "so $\\boxed{\\{1, \\frac{2}{3}\\}}$ or $\\boxed 9$.", "level": "Level 5"}""", "Q", "9", "so $\\boxed{\\{1, \\frac{2}{3}\\}}$ or $\\boxed 9$.")]
    [InlineData(ProblemPreset.Math, """{"problem": "Q", "solution": "$\\boxed{\\{1, \\frac{2}{3}\\}}$"}""", "Q", "\\{1, \\frac{2}{3}\\}", "$\\boxed{\\{1, \\frac{2}{3}\\}}$")]
    [InlineData(ProblemPreset.Numinamath, """{"source": "olympiads", "problem": "Q", "solution": "S", "answer": "proof", "uuid": "u"}""", "Q", "", "S")]
    [InlineData(ProblemPreset.Numinamath, """{"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Q"}, {"role": "assistant", "content": "S \\boxed{5}"}]}""", "Q", "5", "S \\boxed{5}")]
    [InlineData(ProblemPreset.OpenR1, """{"problem": "Q", "solution": "S", "answer": "7", "generations": ["a", "b"], "messages": [{"role": "user", "content": "other"}]}""", "Q", "7", "S")]
    [InlineData(ProblemPreset.OpenR1, """{"prompt": [{"content": "Q", "role": "user"}], "reward_model": {"ground_truth": "34", "style": "rule"}}""", "Q", "34", null)]
    [InlineData(ProblemPreset.OpenR1, """{"prompt": "Q", "solution": "$\\boxed{1}$", "answer": null}""", "Q", "1", "$\\boxed{1}$")]
    [InlineData(ProblemPreset.OpenR1, """{"conversations": [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "S"}], "answer": 3}""", "Q", "3", "S")]
    [InlineData(ProblemPreset.WordProblems, """{"Body": "There are 3 cats", "Question": "How many?", "Answer": 3.0, "ID": "c"}""", "There are 3 cats. How many?", "3", null)]
    [InlineData(ProblemPreset.WordProblems, """{"input": "Q", "target": 0.5}""", "Q", "0.5", null)]
    [InlineData(ProblemPreset.Aime, """{"problem": "Q", "solution": "S", "answer": "025", "year": 1983, "aime_number": 1, "problem_number": 2, "difficulty": 2.5}""", "Q", "025", "S")]
    [InlineData(ProblemPreset.Olympiadbench, """{"context": "C", "question": "Q", "final_answer": ["1", "2"], "solution": ["S", "T"], "unit": null}""", "C\nQ", "1, 2", "S")]
    public void Rows_of_known_data_sets_are_read(ProblemPreset preset, string row, string text, string answer, string? trace)
    {
        using var file = new TemporaryFile(".jsonl", row);
        var problem = file.Load(new ProblemOptions { Preset = preset, Filter = new() { UnreadableGold = RowTreatment.Keep } }).Problems[0];
        Assert.Equal((text, answer, trace), (problem.Text, problem.Answer, problem.Trace));
    }

    [Theory]
    [InlineData("\"Level 5\"", 5)]
    [InlineData("\"Level ?\"", null)]
    [InlineData("4", 4)]
    [InlineData("2.5", 3)]
    [InlineData("4.0", 4)]
    [InlineData("\"4.0\"", 4)]
    [InlineData("null", null)]
    [InlineData("1e300", null)]
    public void A_level_is_a_number_or_ends_with_one(string level, int? expected)
    {
        using var file = new TemporaryFile(".jsonl", $$"""{"problem": "Q", "answer": "1", "level": {{level}}}""");
        Assert.Equal(expected, file.Load().Problems[0].Level);
    }

    [Fact]
    public void Aime_problems_are_named_by_year_contest_and_number()
    {
        using var file = new TemporaryFile(".json", """[{"problem": "Q", "solution": "S", "answer": "25", "year": 1983, "aime_number": 1, "problem_number": 2, "difficulty": 2.5}]""");
        var problem = file.Load(new ProblemOptions { Preset = ProblemPreset.Aime }).Problems[0];
        Assert.Equal(("1983-1-2", 3), (problem.Id, problem.Level!.Value));
    }

    [Fact]
    public void Gpqa_choices_stand_in_an_order_of_seed_and_id_and_the_gold_is_a_letter()
    {
        var rows = Enumerable.Range(0, 60).Select(i => $"rec{i},\"Why, {i}?\",right {i},wrong a,wrong b,\"wrong\nc\",because,Physics");
        using var file = new TemporaryFile(".csv", "Record ID,Question,Correct Answer,Incorrect Answer 1,Incorrect Answer 2,Incorrect Answer 3,Explanation,High-level domain\n" + string.Join('\n', rows));
        var options = new ProblemOptions { Preset = ProblemPreset.Gpqa };
        var (first, again, other) = (file.Load(options, seed: 1), file.Load(options, seed: 1), file.Load(options, seed: 2));
        Assert.Equal(first.Problems, again.Problems);
        Assert.NotEqual(first.Problems, other.Problems);
        Assert.Equal(["A", "B", "C", "D"], first.Problems.Select(p => p.Answer).Distinct().Order());
        Assert.All(first.Problems, (p, i) => Assert.Contains($"({p.Answer}) right {i}", p.Text, StringComparison.Ordinal));
        Assert.Equal(("rec3", "because", "Physics"), (first.Problems[3].Id, first.Problems[3].Trace, first.Problems[3].Subject));
        Assert.StartsWith("Why, 3?\n\n(A) ", first.Problems[3].Text, StringComparison.Ordinal);
    }
}
