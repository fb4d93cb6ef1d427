using System.CommandLine;
using Spectre.Console;

namespace Ghpo.Cli;

/// <summary><c>ghpo inspect RUN</c>: prompts, hints and completions of a step, to read.</summary>
internal static class InspectCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "The run's folder" };
        var step = new Option<int?>("--step") { Description = "The step (default: the last; with --problem: all)", HelpName = "N" };
        var problem = new Option<string?>("--problem") { Description = "Only the problem of this id", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "Groups to show", HelpName = "N", DefaultValueFactory = _ => 8 };
        var command = new Command("inspect", "Read what the model wrote: prompts, hints and completions with their verdict, reward and advantage.") { run, step, problem, limit };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(run)!;
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(parsed.InvocationConfiguration.Output) });
            if (Console.IsOutputRedirected)
                console.Profile.Width = 160;
            Show(console, Path.Combine(folder, "completions.jsonl"), parsed.GetValue(step), parsed.GetValue(problem), Math.Max(1, parsed.GetValue(limit)));
        });
        return command;
    }

    /// <summary>Shows the groups of a step, of a problem, or of both.</summary>
    internal static void Show(IAnsiConsole console, string path, int? step, string? problem, int limit)
    {
        var groups = CompletionLines.Groups(path, step, problem);
        foreach (var group in groups.Take(limit))
            ShowGroup(console, group);
        if (groups.Count > limit)
            console.MarkupLine($"[dim]{groups.Count - limit} more groups; --limit {groups.Count} shows all, --problem ID one[/]");
    }

    private static void ShowGroup(IAnsiConsole console, IReadOnlyList<CompletionLine> group)
    {
        var first = group[0];
        console.Write(new Rule($"step {first.Step} · problem {Markup.Escape(first.Problem)} · visit {first.Visit}{(first.Outcome is { } outcome ? $" · {Markup.Escape(outcome)}" : "")}") { Justification = Justify.Left });
        Labelled(console, "gold", first.Answer);
        foreach (var stage in group.GroupBy(line => line.Stage).OrderBy(stage => stage.Key))
        {
            var line = stage.First();
            var right = stage.Count(completion => completion.Verdict == "correct");
            console.WriteLine();
            console.MarkupLine($"[bold]{(line.HintRatio == 0 ? "without a hint" : $"with a {line.HintRatio:P0} hint ({line.EffectiveRatio:P0} of the trace)")}[/]: {right} of {stage.Count()} right{(stage.Any(completion => completion.Trained) ? ", trained on" : "")}");
            Labelled(console, "prompt", line.Prompt);
            if (line.Hint is { Length: > 0 } hint)
                Labelled(console, "hint", hint);
            var table = new Table().Border(TableBorder.Minimal).AddColumns("", "completion", "reward", "advantage", "tokens").Expand();
            foreach (var completion in stage)
            {
                var (mark, colour) = completion.Verdict switch { "correct" => ("✓", "green"), "incorrect" => ("✗", "red"), _ => ("?", "yellow") };
                var parts = string.Join(", ", completion.Rewards.Select(pair => $"{pair.Key} {pair.Value:0.##}"));
                table.AddRow(
                    new Markup($"[{colour}]{mark}[/]"),
                    new Markup($"{Markup.Escape(completion.Completion)}\n[dim]{Markup.Escape(completion.Reason)}{(completion.Finish == "length" ? ", cut at the length limit" : "")}[/]"),
                    new Markup($"{completion.Reward:0.##}\n[dim]{Markup.Escape(parts)}[/]"),
                    new Text(completion.Advantage is { } advantage ? $"{advantage:+0.00;-0.00;0.00}" : "–"),
                    new Text($"{completion.Tokens}"));
            }

            console.Write(table);
        }

        console.WriteLine();
    }

    private static void Labelled(IAnsiConsole console, string label, string text) =>
        console.Write(new Grid().AddColumn(new GridColumn().NoWrap().Width(8)).AddColumn().AddRow(new Text(label, new Style(Color.Grey)), new Text(text)));
}
