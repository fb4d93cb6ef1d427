using System.Diagnostics;
using Ghpo.Metrics;
using Spectre.Console;
using Spectre.Console.Rendering;
using static Ghpo.Metrics.MetricNames;

namespace Ghpo.Cli;

/// <summary>The live view: where the run stands, how the model fares without hints, which hints its groups get, and how fast it goes.</summary>
internal sealed class ConsoleView(IAnsiConsole console) : IRunView
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(0.5);
    private static readonly Color[] HintColours = [Color.DodgerBlue1, Color.MediumSpringGreen, Color.Gold1, Color.OrangeRed1, Color.MediumPurple1];
    private readonly Lock _lock = new();
    private readonly Stopwatch _sinceStep = new();
    private readonly List<double> _rewards = [];
    private readonly List<EvaluationReport> _evaluations = [];
    private RunInfo? _run;
    private StepReport? _step;
    private (StepReport First, int Count)? _phase;
    private string _message = "";
    private RunSummary? _summary;

    public async Task<RunSummary> ShowAsync(Func<Task<RunSummary>> run)
    {
        var summary = await console.Live(Picture()).Overflow(VerticalOverflow.Ellipsis).StartAsync(async live =>
        {
            // The run computes for long stretches: it gets a thread of its own, and the clock goes on.
            var task = Task.Run(run);
            while (await Task.WhenAny(task, Task.Delay(Tick)).ConfigureAwait(false) != task)
                live.UpdateTarget(Picture());
            live.UpdateTarget(Picture());
            return await task.ConfigureAwait(false);
        }).ConfigureAwait(false);
        WriteEnd(_summary ?? summary);
        return summary;
    }

    public void OnStart(RunInfo run) => Change(() => _run = run);

    public void OnStep(StepReport report) => Change(() =>
    {
        _phase = _phase is { } phase && phase.First.Phase == report.Phase ? (phase.First, phase.Count + 1) : (report, 0);
        _step = report;
        _sinceStep.Restart();
        if (report.Value(Reward) is { } reward)
            _rewards.Add(reward);
        if (report.Diagnosis is { } diagnosis)
            _message = diagnosis;
    });

    public void OnEvaluation(EvaluationReport report) => Change(() => _evaluations.Add(report));

    public void OnMessage(string message) => Change(() => _message = message);

    public void OnEnd(RunSummary summary) => Change(() => _summary = summary);

    /// <summary>The view as it stands.</summary>
    internal IRenderable Picture()
    {
        lock (_lock)
        {
            var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
            if (_run is { } run)
            {
                Row(grid, "run", $"[bold]{Markup.Escape(run.Name)}[/]  [dim]{Markup.Escape(string.Join(" · ", new[] { run.Model, run.Problems }.Where(text => text.Length > 0)))}[/]");
                if (run.Phases.Count > 1)
                    Row(grid, "phase", string.Join(" → ", run.Phases.Select(phase => phase == _step?.Phase ? $"[bold]{Markup.Escape(phase)}[/]" : $"[dim]{Markup.Escape(phase)}[/]")));
            }

            if (_step is { } step)
                AddStep(grid, step);
            else
                Row(grid, "", _run is null ? "loading …" : "the first step …");
            AddEvaluations(grid);
            if (_message.Length > 0)
                Row(grid, "", $"[yellow]{Markup.Escape(_message)}[/]");
            // Not the full width: the terminal's echo of Ctrl-C must not wrap, or the view would move by a line.
            return new Panel(grid) { Border = BoxBorder.Rounded, Header = new PanelHeader(" ghpo "), Width = Math.Max(40, console.Profile.Width - 4) };
        }
    }

    private void AddStep(Grid grid, StepReport step)
    {
        var done = Math.Clamp((double)step.Step / Math.Max(1, step.TotalSteps), 0, 1);
        grid.AddRow(new Text("progress", new Style(Color.Grey)), new Columns(new Markup($"{Bar([(done, Color.DodgerBlue1)], 30)}  step {step.Step} of {step.TotalSteps}  [dim]{StepText.Clock(step.Elapsed + _sinceStep.Elapsed)}{TimeLeft(step)}[/]")) { Expand = false });
        if (step.Value(Reward) is not { } reward)
        {
            Row(grid, "loss", $"{step.Value(Loss) ?? double.NaN:0.0000}");
            return;
        }

        Row(grid, "reward", $"{reward:0.000} without hints  {StepText.Sparkline(_rewards, 40, Math.Max(1e-9, _rewards.Max()))}");
        var groups = step.Value(Groups) ?? 0;
        var hints = StepText.Hints(step).Select((hint, i) => (hint.Ratio, hint.Share, Colour: HintColours[i % HintColours.Length])).ToList();
        if (hints.Any(hint => hint.Ratio > 0))
            Row(grid, "hints", $"{Bar([.. hints.Select(hint => (hint.Share, hint.Colour))], 30)}  {string.Join("  ", hints.Select(hint => $"[{hint.Colour.ToMarkup()}]{(hint.Ratio == 0 ? "none" : $"{hint.Ratio * 100:0} %")}[/] {hint.Share * groups:0}"))}");
        var rescued = StepText.RescueRate(step) is { } rate ? $", {rate * 100:0} % of the guided ones rescued" : "";
        Row(grid, "groups", $"{step.Value(EffectiveQueries) ?? 0:0} of {groups:0} effective{rescued}");
        Row(grid, "speed", $"{step.Value(TokensPerSecond) ?? 0:N0} tokens/s, {step.Value(StepTime) ?? 0:0.0} s a step, {(step.Value(PeakMemoryBytes) ?? 0) / 1e9:0.0} GB at most");
    }

    private void AddEvaluations(Grid grid)
    {
        if (_evaluations.Count == 0)
            return;
        var last = _evaluations[^1];
        Row(grid, "accuracy", $"{StepText.Sparkline([.. _evaluations.Select(evaluation => evaluation.Mean)], 40, 1)}  [bold]{StepText.Percent(last.Mean)}[/] without hints after step {last.Step}{(_evaluations.Count > 1 ? $" [dim](began at {StepText.Percent(_evaluations[0].Mean)})[/]" : "")}");
    }

    private string TimeLeft(StepReport step)
    {
        if (_phase is not { Count: > 0 } phase || step.Step >= step.TotalSteps)
            return "";
        var perStep = (step.Elapsed - phase.First.Elapsed) / phase.Count;
        var left = (perStep * (step.TotalSteps - step.Step)) - _sinceStep.Elapsed;
        return $", about {StepText.Clock(left < TimeSpan.Zero ? TimeSpan.Zero : left)} left";
    }

    /// <summary>A bar of parts of a whole; what is missing to 1 stays dim.</summary>
    private static string Bar(IReadOnlyList<(double Share, Color Colour)> parts, int width)
    {
        var text = "";
        var (shown, sum) = (0, 0.0);
        foreach (var (share, colour) in parts)
        {
            // Rounding the running sum, not each part, keeps the whole at its width.
            sum += share;
            var end = (int)Math.Round(Math.Clamp(sum, 0, 1) * width);
            if (end > shown)
                text += $"[{colour.ToMarkup()}]{new string('█', end - shown)}[/]";
            shown = Math.Max(shown, end);
        }

        return text + (shown < width ? $"[grey35]{new string('░', width - shown)}[/]" : "");
    }

    private void WriteEnd(RunSummary summary)
    {
        var rows = StepText.BeforeAfter(summary);
        if (rows.Count > 0)
        {
            var table = new Table().Border(TableBorder.Rounded);
            for (var i = 0; i < StepText.BeforeAfterHeads.Count; i++)
            {
                var column = new TableColumn(Markup.Escape(StepText.BeforeAfterHeads[i])) { NoWrap = true, Alignment = i == 0 ? Justify.Left : Justify.Right };
                table.AddColumn(column);
            }

            foreach (var row in rows)
                table.AddRow([.. row.Select(cell => new Markup(row[0] == "mean" ? $"[bold]{Markup.Escape(cell)}[/]" : Markup.Escape(cell)))]);
            console.Write(table);
        }

        console.MarkupLine($"[bold]{Markup.Escape(RunReport.Headline(summary))}[/]");
        if (summary is { Message: { } message, Before: not null, After: not null })
            console.MarkupLine(Markup.Escape(message));
    }

    private static void Row(Grid grid, string name, string markup) => grid.AddRow(new Text(name, new Style(Color.Grey)), new Markup(markup));

    private void Change(Action change)
    {
        lock (_lock)
            change();
    }
}
