using System.CommandLine;
using Ghpo.Metrics;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli;

/// <summary><c>ghpo evaluate</c>: examines a model, or the model of a run, on a recipe's tasks.</summary>
internal static class EvaluateCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("RUN|RECIPE") { Description = "A run's folder, or a recipe (then with --model)" };
        var model = ModelSource.Optional("default: the trained model of the run");
        var adapter = ModelSource.Adapter();
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe, as with train", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var json = new Option<string?>("--json") { Description = "Write the result to this file too, which must not exist", HelpName = "FILE" };
        var command = new Command("evaluate", "Examine a model without hints on the tasks of a recipe: avg@k, maj@k and pass@k with 95 % intervals, and greedy.") { source, model, adapter, set, json };
        command.SetAction(async (parsed, ct) =>
        {
            var place = parsed.GetValue(source)!;
            var isRun = Directory.Exists(place);
            var recipe = RecipeReader.Read<Recipe>(isRun ? RunFolder.Open(place).Recipe : place, parsed.GetValue(set));
            var (name, trained) = ModelOf(place, isRun, recipe, parsed.GetValue(model));
            var folder = await ModelSource.ResolveAsync(name, parsed.InvocationConfiguration.Error, ct: ct).ConfigureAwait(false);
            if (parsed.GetValue(json) is { } file && Path.Exists(file))
                throw new IOException($"{file} exists; name a file that does not");

            using var stop = new CancellationTokenSource();
            using var interrupts = new Interrupts(_ => stop.Cancel(), () => Environment.Exit(ExitCodes.Interrupted));
            var report = await Task.Run(() => EvaluationRun.ExecuteAsync(recipe, folder, parsed.GetValue(adapter) ?? trained, TrainCommand.Command(parsed), stop.Token)).ConfigureAwait(false);
            Write(report, parsed.InvocationConfiguration.Output);
            if (parsed.GetValue(json) is { } target)
                EvaluationFile.Write(target, report);
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>The model to examine, and the adapter that the run trained on it, where it trained one.</summary>
    private static (string Model, string? Adapter) ModelOf(string place, bool isRun, Recipe recipe, string? given)
    {
        if (given is not null || !isRun)
            return (given ?? recipe.Model.Path ?? throw new InvalidDataException($"{place}: the recipe names no model; give a checkpoint folder or hub name with --model"), null);
        var trained = RunFolder.Open(place).Model;
        if (!Directory.Exists(trained))
            throw new DirectoryNotFoundException($"{place}: the run has no trained model yet; go on with it by: ghpo train --resume {place}");
        return recipe.Model is { Lora: not null, Path: { } path } ? (path, trained) : (trained, null);
    }

    /// <summary>A table of the tasks, the mean last.</summary>
    internal static void Write(EvaluationReport report, TextWriter output)
    {
        string[][] table =
        [
            ["task", "problems", "k", "avg@k [95 %]", "maj@k [95 %]", "pass@k [95 %]", "greedy"],
            .. report.Tasks.Select(task => new[]
            {
                task.Task, $"{task.Problems}", $"{task.SamplesPerProblem}", StepText.Interval(task.Mean, task.Low, task.High),
                task.MajorityAtK is { } majority ? StepText.Interval(majority.Mean, majority.Low, majority.High) : "–",
                task.PassAtK is [.., var pass] ? StepText.Interval(pass.Mean, pass.Low, pass.High) : "–",
                StepText.Percent(task.Greedy ?? double.NaN),
            }),
            ["mean", "", "", StepText.Interval(report.Mean, report.Low, report.High), "", "", StepText.Percent(report.Greedy ?? double.NaN)],
        ];
        StepText.WriteTable(table, output);
        foreach (var task in report.Tasks.Where(task => task.Truncated > 0.05))
            output.WriteLine($"{task.Task}: {StepText.Percent(task.Truncated!.Value)} of the samples reached the longest length allowed and were cut off; evaluation.eval_max_completion_length allows more");
        foreach (var task in report.Tasks.Where(task => task.TooLong > 0))
            output.WriteLine($"{task.Task}: {task.TooLong} of {task.Problems} prompts were longer than the model and the recipe allow; they count as wrong");
        foreach (var note in report.Setting?.Notes ?? [])
            output.WriteLine(note);
    }
}
