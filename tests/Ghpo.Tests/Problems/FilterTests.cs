using Ghpo.Problems;

namespace Ghpo.Tests.Problems;

public class FilterTests
{
    private const string Rows = """
        {"problem": "short", "answer": "1", "level": 1}
        {"problem": "a longer question", "answer": "2", "solution": "worked", "level": 2}
        {"problem": "a  longer\nquestion ", "answer": "3", "solution": "worked otherwise", "level": 2}
        {"problem": "unreadable", "answer": "?", "level": 3}
        {"problem": "empty", "answer": "", "level": 3}
        """;

    private static readonly LoadContext Context = new() { IsVerifiable = problem => problem.Answer != "?" };

    [Fact]
    public void Training_leaves_out_duplicates_and_unreadable_golds_and_counts_them()
    {
        using var file = new TemporaryFile(".jsonl", Rows);
        var set = file.Load(context: Context);
        Assert.Equal(["1", "2"], set.Problems.Select(p => p.Answer));
        Assert.Equal("5 rows read, 2 used; left out: 1 with the question of an earlier row, 2 with a gold answer that the verifier cannot read", set.Counts!.ToString());
    }

    [Fact]
    public void Evaluation_keeps_every_row_unless_told_otherwise()
    {
        using var file = new TemporaryFile(".jsonl", Rows);
        Assert.Equal(5, file.Load(context: Context, split: ProblemSplit.Evaluation).Problems.Count);
        var strict = new ProblemOptions { Filter = new() { Duplicates = RowTreatment.Drop, UnreadableGold = RowTreatment.Drop } };
        Assert.Equal(2, file.Load(strict, Context, ProblemSplit.Evaluation).Problems.Count);
    }

    [Fact]
    public void What_is_refused_is_named_by_its_line()
    {
        using var file = new TemporaryFile(".jsonl", Rows);
        Assert.Contains(", line 3: the question stands in", file.Refusal(new ProblemOptions { Filter = new() { Duplicates = RowTreatment.Refuse } }), StringComparison.Ordinal);
        var error = Assert.Throws<InvalidDataException>(() => file.Load(new ProblemOptions { Filter = new() { UnreadableGold = RowTreatment.Refuse } }, Context));
        Assert.Contains("line 4: the verifier cannot read the gold answer \"?\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Levels_and_lengths_choose_and_the_limit_counts_what_is_used()
    {
        using var file = new TemporaryFile(".jsonl", Rows);
        Assert.Equal(["2"], file.Load(new ProblemOptions { Levels = [2, 5] }).Problems.Select(p => p.Answer));
        Assert.Equal(["2"], file.Load(new ProblemOptions { Filter = new() { MinTraceLength = 1, MaxTraceLength = 6 } }).Problems.Select(p => p.Answer));
        Assert.Equal(["1"], file.Load(new ProblemOptions { Filter = new() { MinQuestionLength = 5, MaxQuestionLength = 5 } }).Problems.Select(p => p.Answer));
        Assert.Equal(["2", "?"], file.Load(new ProblemOptions { MaxProblems = 2, Filter = new() { MinQuestionLength = 6 } }).Problems.Select(p => p.Answer));
        var none = file.Refusal(new ProblemOptions { Levels = [9] });
        Assert.Contains("is left (5 rows read, 0 used; left out: 5 of other levels); loosen", none, StringComparison.Ordinal);
    }
}
