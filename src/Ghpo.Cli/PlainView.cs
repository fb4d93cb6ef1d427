using System.Text;
using Ghpo.Metrics;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Cli;

/// <summary>A readable line a step, for files, pipes and terminals without colours. Of supervised steps every 25th is shown.</summary>
internal sealed class PlainView(TextWriter output) : IRunView
{
    private const int SupervisedEvery = 25;

    public async Task<RunSummary> ShowAsync(Func<Task<RunSummary>> run) => await run().ConfigureAwait(false);

    public void OnStart(RunInfo run)
    {
        Write($"run {run.Folder}");
        if (run.Model.Length > 0)
            Write($"model {run.Model}");
        if (run.Problems.Length > 0)
            Write($"problems {run.Problems}");
        if (run.Phases.Count > 1)
            Write($"phases {string.Join(" → ", run.Phases)}");
        if (run.StepsDone > 0)
            Write($"going on after step {run.StepsDone}");
    }

    public void OnStep(StepReport report)
    {
        var supervised = report.Value(Reward) is null;
        if (!supervised || report.Step % SupervisedEvery == 0 || report.Step == report.TotalSteps)
            Write(Line(report));
        if (report.Diagnosis is { } diagnosis)
            Write($"note: {diagnosis}");
    }

    public void OnEvaluation(EvaluationReport report)
    {
        var text = new StringBuilder($"evaluation after step {report.Step}: accuracy {StepText.Interval(report.Mean, report.Low, report.High)}");
        if (report.Greedy is { } greedy)
            text.Append($", greedy {StepText.Percent(greedy)}");
        text.Append(" (").AppendJoin(", ", report.Tasks.Select(task => $"{task.Task} {StepText.Percent(task.Mean)}")).Append(')');
        Write(text.ToString());
    }

    public void OnMessage(string message) => Write(message);

    public void OnEnd(RunSummary summary)
    {
        Write("");
        var rows = StepText.BeforeAfter(summary);
        if (rows.Count > 0)
        {
            lock (output)
                StepText.WriteTable([[.. StepText.BeforeAfterHeads], .. rows], output);
            Write("");
        }

        Write(RunReport.Headline(summary));
        if (summary is { Message: { } message, Before: not null, After: not null })
            Write(message);
    }

    private static string Line(StepReport report)
    {
        var text = new StringBuilder($"{report.Phase}: step {report.Step.ToString().PadLeft(report.TotalSteps.ToString().Length)}/{report.TotalSteps}");
        Add(Loss, value => report.Value(Reward) is null ? $"loss {value:0.0000}" : null);
        Add(Reward, value => $"reward {value:0.000}");
        Add(Accuracy, value => $"correct {StepText.Percent(value)}");
        var hints = StepText.Hints(report);
        if (hints.Any(hint => hint.Ratio > 0))
            text.Append("  hints ").AppendJoin(" ", hints.Select(hint => $"{hint.Ratio * 100:0}%:{hint.Share * (report.Value(Groups) ?? 0):0}"));
        Add(EffectiveQueries, value => $"effective {value:0}/{report.Value(Groups) ?? 0:0}");
        if (StepText.RescueRate(report) is { } rescued)
            text.Append($"  rescued {rescued * 100:0} %");
        Add(GradNorm, value => $"grad {value:0.00}");
        Add(TokensPerSecond, value => $"{value:N0} tokens/s");
        return text.Append($"  {StepText.Clock(report.Elapsed)}").ToString();

        void Add(string name, Func<double, string?> write)
        {
            if (report.Value(name) is { } value && write(value) is { } words)
                text.Append("  ").Append(words);
        }
    }

    private void Write(string line)
    {
        lock (output)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
