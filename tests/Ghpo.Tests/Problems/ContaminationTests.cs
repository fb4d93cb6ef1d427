using Ghpo.Problems;

namespace Ghpo.Tests.Problems;

public class ContaminationTests
{
    private const string Shared = "a train leaves the old station at nine and meets another train at ten sharp";

    private static ProblemSet Evaluation => new("exam.jsonl", [
        new("e1", $"On Monday {Shared}, where?", "1"),
        new("e2", "What is 2 + 2?", "4"),
        new("e3", "Nothing in common with whatever stands in any of the training problems of this test, I hope", "5")]);

    private static LoadContext Context => new() { EvaluationSets = [("exam", Evaluation)] };

    [Fact]
    public void Thirteen_words_in_a_row_are_an_overlap_whatever_their_case_and_punctuation()
    {
        using var file = Training(
            "Yesterday A TRAIN leaves the (old) station, at nine; and meets another train at -- TEN!",
            "A train leaves the old station at nine and meets another train", // twelve words only
            "what is $2+2$",
            "What is 2 + 2 + 2?");
        var set = file.Load(context: Context);
        var report = set.Contamination!;
        Assert.Equal([("1", "exam", "e1"), ("3", "exam", "e2")], report.Overlaps.Select(o => (o.TrainingId, o.Task, o.EvaluationId)));
        Assert.Equal("A TRAIN leaves the (old) station, at nine; and meets another train at", report.Overlaps[0].Words);
        Assert.Equal((2, 4, 4), (report.Contaminated, report.Examined, set.Problems.Count));
        Assert.Equal([new TaskContamination("exam", 3, 2)], report.Tasks);
        Assert.Contains("2 of 4 problems share 13 words in a row with the evaluation (2 of 3 problems of exam); they are used", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_quotes_the_evaluation_is_an_overlap_too()
    {
        using var file = new TemporaryFile(".jsonl", $$"""{"problem": "p", "answer": "1", "solution": "As before, {{Shared}}."}""");
        Assert.Equal(1, file.Load(context: Context).Contamination!.Contaminated);
    }

    [Fact]
    public void Overlapping_problems_are_dropped_and_made_up_for_by_later_rows()
    {
        using var file = Training($"Once {Shared}", "clean one", "clean two", "clean three");
        var set = file.Load(new ProblemOptions { Contamination = ContaminationTreatment.Drop, MaxProblems = 2 }, Context);
        Assert.Equal(["clean one", "clean two"], set.Problems.Select(p => p.Text));
        Assert.Contains("1 that overlap an evaluation set", set.Counts!.ToString(), StringComparison.Ordinal);
        Assert.Contains("they are left out", set.Contamination!.ToString(), StringComparison.Ordinal);
        Assert.Null(file.Load(new ProblemOptions { Contamination = ContaminationTreatment.Off }, Context).Contamination);
        Assert.Null(file.Load(context: Context, split: ProblemSplit.Evaluation).Contamination);
    }

    [Fact]
    public void A_phrase_that_more_than_ten_training_problems_hold_says_nothing()
    {
        using var ten = Training([.. Enumerable.Range(0, 10).Select(i => $"{i} {Shared}")]);
        Assert.Equal(10, ten.Load(context: Context).Contamination!.Contaminated);
        using var eleven = Training([.. Enumerable.Range(0, 11).Select(i => $"{i} {Shared}")]);
        Assert.Equal(0, eleven.Load(context: Context).Contamination!.Contaminated);
    }

    private static TemporaryFile Training(params string[] questions) =>
        new(".jsonl", string.Join('\n', questions.Select(q => System.Text.Json.JsonSerializer.Serialize(new { problem = q, answer = "1" }))));
}
