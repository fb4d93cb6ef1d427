using Ghpo.Problems;

namespace Ghpo.Tests.Problems;

public class ProblemTests
{
    [Fact]
    public void A_look_ahead_is_the_next_draw_over_the_end_of_an_epoch_too()
    {
        var sampler = new ProblemSampler(new ProblemSet("test", Training.Scripted.Problems(7)), seed: 3);
        for (var draw = 0; draw < 6; draw++)
        {
            var ahead = sampler.Peek(5);
            Assert.Equal(ahead, sampler.Draw(5));
        }

        Assert.Equal(30, sampler.Drawn);
    }

    [Fact]
    public void An_epoch_draws_every_problem_once_and_a_restored_sampler_goes_on_with_the_next()
    {
        var set = new ProblemSet("test", [.. Enumerable.Range(0, 10).Select(i => new Problem($"{i}", "q", "a"))]);
        var sampler = new ProblemSampler(set, seed: 3);
        var first = sampler.Draw(10);
        Assert.Equal(10, first.Select(v => v.Problem.Id).Distinct().Count());
        Assert.All(first, v => Assert.Equal(0, v.Number));

        sampler.Draw(3);
        var resumed = new ProblemSampler(set, seed: 3);
        resumed.Restore(sampler.Save());
        var (onward, again) = (sampler.Draw(12), resumed.Draw(12));
        Assert.Equal(onward, again);
        Assert.Equal(1, onward[0].Number);
        Assert.NotEqual(first.Select(v => v.Problem.Id), new ProblemSampler(set, seed: 4).Draw(10).Select(v => v.Problem.Id));
    }

    [Fact]
    public void A_curriculum_begins_with_the_easy_levels()
    {
        var set = new ProblemSet("test", [.. Enumerable.Range(0, 9).Select(i => new Problem($"{i}", "q", "a", Level: 3 - i % 3))]);
        Assert.Equal([1, 1, 1, 2, 2, 2, 3, 3, 3], new ProblemSampler(set, 1, ProblemOrder.Curriculum).Draw(9).Select(v => v.Problem.Level!.Value));
    }

    [Fact]
    public void Random_keys_are_the_same_on_every_machine()
    {
        Assert.Equal(KeyedRandom.KeyOf(7, "a", 1), KeyedRandom.KeyOf(7, "a", 1));
        Assert.NotEqual(KeyedRandom.KeyOf(7, "ab", "c"), KeyedRandom.KeyOf(7, "a", "bc"));
        Assert.Equal(1294921507602079113UL, KeyedRandom.KeyOf(42, "problem", 0, 1)); // pinned: a change would change every run
    }

    [Fact]
    public void The_map_answers_its_own_problems_and_keeps_evaluation_apart()
    {
        var map = new TransitMap(5, 30, 3, 0.75);
        var train = TransitProblems.Draw(map, [6, 7, 8], 600, ProblemSplit.Train, 5);
        var held = TransitProblems.Draw(map, [4, 6, 8], 300, ProblemSplit.Evaluation, 5);
        Assert.Equal(600, train.Problems.Count);
        Assert.Empty(train.Problems.Select(p => p.Id).Intersect(held.Problems.Select(p => p.Id)));
        foreach (var problem in held.Problems)
        {
            var (start, lines) = map.Read(problem);
            var station = lines.Aggregate(start, map.Next);
            Assert.EndsWith(" " + map.Stations[station], problem.Answer, StringComparison.Ordinal);
            Assert.EndsWith(map.Stations[station], problem.Trace, StringComparison.Ordinal);
            Assert.Equal(problem.Level, lines.Length);
        }

        var believedWrongly = Enumerable.Range(0, 3).Sum(line => Enumerable.Range(0, 30).Count(s => map.Next(s, line) != map.Believed(s, line)));
        Assert.InRange(believedWrongly, 55, 80); // three quarters of 90 facts
    }

    [Fact]
    public void A_traveller_with_misconceptions_follows_the_hint_and_errs_behind_it()
    {
        var map = new TransitMap(5, 30, 3, misconceptionShare: 1);
        var problem = map.Ask(3, [0, 1, 2, 0]);
        var hint = string.Join(' ', problem.Trace!.Split(' ')[..4]); // "1: A 2: B"
        var random = new KeyedRandom(1, "t");
        var (trace, answer) = new MisconceivedTraveller(map, rate: 1).Solve(problem, hint, ref random);
        Assert.StartsWith(hint, trace, StringComparison.Ordinal);
        Assert.NotEqual(problem.Trace, trace);
        Assert.EndsWith(answer.Split(' ')[1], trace, StringComparison.Ordinal);
        var right = new MisconceivedTraveller(map, rate: 0).Solve(problem, "", ref random);
        Assert.Equal((problem.Trace, problem.Answer), (right.Trace, right.Answer));
    }

    [Theory]
    [InlineData("{\"question\": \"q\"", "line 2: not a JSON object")]
    [InlineData("[1, 2]", "line 2: expected a JSON object")]
    [InlineData("{\"question\": \"q\", \"gold\": 3}", "line 2: no field with the gold answer")]
    [InlineData("{\"text\": \"q\", \"answer\": 3}", "problems.fields.problem")]
    public void A_broken_row_is_named_by_file_and_line(string row, string expected)
    {
        var path = Path.Combine(Path.GetTempPath(), $"ghpo-{Guid.NewGuid():N}.jsonl");
        File.WriteAllText(path, "{\"question\": \"fine\", \"answer\": \"1\"}\n" + row + "\n");
        try
        {
            var error = Assert.Throws<InvalidDataException>(() => ProblemLoader.Load(new ProblemOptions { Path = path }, 0));
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_empty_file_and_a_missing_one_are_errors()
    {
        var path = Path.Combine(Path.GetTempPath(), $"ghpo-{Guid.NewGuid():N}.jsonl");
        Assert.Throws<FileNotFoundException>(() => ProblemLoader.Load(new ProblemOptions { Path = path }, 0));
        File.WriteAllText(path, "\n");
        Assert.Contains("empty", Assert.Throws<InvalidDataException>(() => ProblemLoader.Load(new ProblemOptions { Path = path }, 0)).Message, StringComparison.Ordinal);
        File.Delete(path);
    }
}
