using System.CommandLine;
using System.CommandLine.Parsing;
using Ghpo.Experiments;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli;

/// <summary><c>ghpo compare A B …</c>.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var recipes = new Argument<string[]>("RECIPES") { Description = "The recipes; the first is the baseline (not with --resume)", Arity = ArgumentArity.ZeroOrMore };
        var seeds = new Option<string>("--seeds") { Description = "How many seeds, from 0 (5), or which (100-104, or 1,5,7)", HelpName = "SEEDS", DefaultValueFactory = _ => "5" };
        var target = new Option<double>("--target") { Description = "The accuracy whose cost is measured", HelpName = "SHARE", DefaultValueFactory = _ => 0.8 };
        var jobs = new Option<int?>("--jobs") { Description = "Runs at a time (default: as many as the cores allow)", HelpName = "N" };
        var threads = new Option<int>("--threads") { Description = "Processor threads of a run", HelpName = "N", DefaultValueFactory = _ => 1 };
        var with = new Option<string[]>("--with") { Description = "Lay the keys of this file over every recipe", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var set = new Option<string[]>("--set") { Description = "Change a key of every recipe, as with train", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var output = new Option<string?>("--output") { Description = "The comparison's folder, which must not exist (default: comparisons/comparison-1, or the first number that is free)", HelpName = "DIR" };
        var resume = new Option<string?>("--resume") { Description = "Go on with a comparison (default: the newest)", HelpName = "DIR", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("compare", "Compare recipes over seeds, at equal steps and at equal sampled tokens, and write one report.") { recipes, seeds, target, jobs, threads, with, set, output, resume };
        seeds.Validators.Add(result =>
        {
            if (Seeds(result.GetValueOrDefault<string>()) is null)
                result.AddError($"--seeds: expected a number of seeds (5), a range (100-104) or a list (1,5,7), got {result.GetValueOrDefault<string>()}");
        });
        jobs.Validators.Add(AtLeastOne);
        threads.Validators.Add(AtLeastOne);
        command.Validators.Add(result =>
        {
            var resumes = result.GetResult(resume) is not null;
            if (!resumes && result.GetValue(recipes) is not { Length: > 1 })
                result.AddError("two recipes or more are needed; the first is the baseline");
            if (resumes && (result.GetValue(recipes) is { Length: > 0 } || result.GetValue(output) is not null || result.GetValue(set) is { Length: > 0 } || result.GetValue(with) is { Length: > 0 }))
                result.AddError("--resume goes on with the comparison as it was begun and takes no RECIPES, --with, --set or --output");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            var screen = parsed.InvocationConfiguration.Output;
            ComparisonFolder folder;
            if (parsed.GetResult(resume) is not null)
            {
                folder = ComparisonFolder.Open(parsed.GetValue(resume));
            }
            else
            {
                var files = parsed.GetValue(recipes)!;
                var read = files.Select(file => RecipeReader.Read<Recipe>(file, parsed.GetValue(set), parsed.GetValue(with))).ToList();
                var plan = new ComparisonPlan
                {
                    Recipes = [.. files.Zip(read).Select(pair => pair.Second.Name ?? Path.GetFileNameWithoutExtension(pair.First))],
                    Seeds = Seeds(parsed.GetValue(seeds)!)!,
                    Target = parsed.GetValue(target),
                    Threads = parsed.GetValue(threads),
                    Command = TrainCommand.Command(parsed),
                };
                folder = ComparisonFolder.Create(parsed.GetValue(output), plan, read);
            }

            using var interrupts = new Interrupts(screen.WriteLine, () => Environment.Exit(ExitCodes.Interrupted));
            screen.WriteLine($"{folder.Plan.Recipes.Count} recipes × {folder.Plan.Seeds.Count} seeds in {folder.Path}");
            try
            {
                await Task.Run(() => new ComparisonQueue(folder, parsed.GetValue(jobs) ?? Math.Max(1, Environment.ProcessorCount / folder.Plan.Threads), line => screen.WriteLine(line)).ExecuteAsync(interrupts.Stop), cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                screen.WriteLine($"stopped and saved; go on with: ghpo compare --resume {folder.Path}");
                return ExitCodes.Interrupted;
            }

            var comparison = Comparison.Read(folder);
            var report = ComparisonReport.Write(folder, comparison);
            foreach (var line in ComparisonReport.Headlines(comparison))
                screen.WriteLine(line);
            screen.WriteLine($"report: {report}");
            return ExitCodes.Ok;
        });
        return command;
    }

    internal static void AtLeastOne(OptionResult result)
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
            result.AddError($"{result.Option.Name} is at least 1");
    }

    /// <summary>5 → 0 to 4; 100-104; 1,5,7.</summary>
    internal static IReadOnlyList<int>? Seeds(string text)
    {
        if (int.TryParse(text, out var count))
            return count is > 0 and <= 10_000 ? [.. Enumerable.Range(0, count)] : null;
        if (text.Split('-') is [var low, var high] && int.TryParse(low, out var first) && int.TryParse(high, out var last) && first >= 0 && last >= first && last - first < 10_000)
            return [.. Enumerable.Range(first, last - first + 1)];
        var list = text.Split(',').Select(part => int.TryParse(part, out var seed) && seed >= 0 ? seed : -1).ToList();
        return list.Count > 1 && !list.Contains(-1) && list.Distinct().Count() == list.Count ? list : null;
    }
}
