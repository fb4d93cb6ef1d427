using System.Text.Json;
using Ghpo.Metrics;

namespace Ghpo.Tests.Metrics;

public sealed class MetricsFileTests : FolderTest
{
    [Fact]
    public void Each_step_is_a_line_at_once_and_what_is_not_finite_is_null()
    {
        using var reporter = new JsonLinesReporter(At("metrics.jsonl"));
        reporter.OnStep(new()
        {
            Step = 1,
            TotalSteps = 2,
            Phase = "ghpo",
            Elapsed = TimeSpan.FromSeconds(1.5),
            Values = new Dictionary<string, double> { ["loss"] = 1e-7, ["kl"] = double.NaN, ["grad_norm"] = double.PositiveInfinity, ["num_tokens"] = 12 },
            Diagnosis = "why",
        });

        using var shared = new StreamReader(new FileStream(At("metrics.jsonl"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.Equal("""{"step":1,"phase":"ghpo","elapsed":1.5,"loss":1E-07,"kl":null,"grad_norm":null,"num_tokens":12,"diagnosis":"why"}""" + "\n", shared.ReadToEnd());
    }

    [Fact]
    public void What_is_written_is_read()
    {
        using (var reporter = new JsonLinesReporter(At("metrics.jsonl")))
            SampleRun.Tell(reporter);
        var lines = MetricsFile.Read(At("metrics.jsonl"));

        Assert.Equal(44 + 5, lines.Count);
        Assert.Equal(SampleRun.Step(20).Values[MetricNames.GradNorm], lines.Single(line => line.Step == 20 && line.Phase == "ghpo").Value("grad_norm"));
        Assert.Null(lines.Single(line => line.Step == 21 && line.Phase == "ghpo").Value("ghpo/rescued_0.75"));
        Assert.Equal(SampleRun.Evaluation(4, 0.1).Tasks[5].Low, lines.First(line => line.Phase == "").Value("eval/level-8/low"));
    }

    [Fact]
    public void A_resumed_run_drops_the_lines_behind_its_checkpoint_and_half_a_line()
    {
        long length;
        using (var reporter = new JsonLinesReporter(At("metrics.jsonl")))
        {
            reporter.OnStep(SampleRun.Step(13));
            reporter.OnStep(SampleRun.Step(14));
            length = reporter.Length;
            reporter.OnStep(SampleRun.Step(15));
        }

        File.AppendAllText(At("metrics.jsonl"), "{\"step\":16,\"lo");
        using (var reporter = new JsonLinesReporter(At("metrics.jsonl"), length))
            reporter.OnStep(SampleRun.Step(15));

        Assert.Equal([13, 14, 15], MetricsFile.Read(At("metrics.jsonl")).Select(line => line.Step));
    }

    [Fact]
    public void A_file_that_is_there_is_never_overwritten_by_a_fresh_run()
    {
        File.WriteAllText(At("metrics.jsonl"), "{}");
        Assert.Throws<IOException>(() => new JsonLinesReporter(At("metrics.jsonl")));
        Assert.Equal("{}", File.ReadAllText(At("metrics.jsonl")));
    }

    [Fact]
    public void A_broken_line_is_named_by_its_number()
    {
        File.WriteAllText(At("metrics.jsonl"), "{\"step\":1}\n{\"stepp\":2}\n{\"step\":3}\n");
        Assert.Contains("metrics.jsonl:2: expected", Assert.Throws<InvalidDataException>(() => MetricsFile.Read(At("metrics.jsonl"))).Message, StringComparison.Ordinal);
        Assert.Empty(MetricsFile.Read(At("nothing.jsonl")));
    }

    [Fact]
    public void A_summary_survives_the_file_under_the_promised_names()
    {
        SummaryFile.Write(At("summary.json"), SampleRun.Summary);
        var root = JsonDocument.Parse(File.ReadAllText(At("summary.json"))).RootElement;

        Assert.Equal(SampleRun.Summary.Before!.Mean, root.GetProperty("before").GetProperty("mean").GetDouble());
        Assert.Equal(SampleRun.Summary.After!.Mean, root.GetProperty("after").GetProperty("mean").GetDouble());
        Assert.Equal("level-8", root.GetProperty("after").GetProperty("tasks")[5].GetProperty("task").GetString());
        Assert.Equal(42UL, root.GetProperty("seed").GetUInt64());
        Assert.Equal("completed", root.GetProperty("outcome").GetString());
        Assert.Equivalent(SampleRun.Summary, SummaryFile.Read(At("summary.json")), strict: true);
        Assert.False(File.Exists(At("summary.json.partial")));
    }

    [Fact]
    public void The_environment_names_the_machine_but_nobody_and_no_place()
    {
        var environment = EnvironmentInfo.Collect(new Dictionary<string, string> { ["libtorch"] = "2.10.0" }, new Dictionary<string, int> { ["intra_op"] = 2 });
        environment.Write(At("environment.json"));
        var text = File.ReadAllText(At("environment.json"));

        Assert.Equal("2.10.0", environment.Libraries["libtorch"]);
        Assert.True(environment.Cores > 0 && environment.MemoryBytes > 0);
        Assert.DoesNotContain(Environment.MachineName, text, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetCurrentDirectory(), text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refs/heads/main", true)]
    [InlineData("refs/heads/main", false)]
    [InlineData(null, true)]
    public void The_commit_is_read_without_git(string? branch, bool loose)
    {
        const string Commit = "0123456789abcdef0123456789abcdef01234567";
        Directory.CreateDirectory(At(".git/refs/heads"));
        Directory.CreateDirectory(At("deep/down"));
        File.WriteAllText(At(".git/HEAD"), branch is null ? Commit + "\n" : $"ref: {branch}\n");
        if (branch is not null)
            File.WriteAllText(loose ? At(".git/" + branch) : At(".git/packed-refs"), loose ? Commit + "\n" : $"# pack-refs\n{Commit} {branch}\n");

        Assert.Equal(Commit, EnvironmentInfo.Collect(folder: At("deep/down")).GitCommit);
    }
}
