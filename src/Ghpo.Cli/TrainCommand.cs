using System.CommandLine;
using Ghpo.Metrics;
using Ghpo.Training;
using Ghpo.Training.Recipes;
using Spectre.Console;

namespace Ghpo.Cli;

/// <summary><c>ghpo train RECIPE</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE") { Description = "The recipe, a YAML file (not with --resume)", Arity = ArgumentArity.ZeroOrOne };
        var model = ModelSource.Optional("short for --set model.path=…");
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe: its name, or its path (optimization.learning_rate=1e-6)", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var resume = new Option<string?>("--resume") { Description = "Go on with a run from its last checkpoint (default: the newest run)", HelpName = "RUN", Arity = ArgumentArity.ZeroOrOne };
        var with = new Option<string[]>("--with") { Description = "Lay the keys of this file over the recipe's", HelpName = "FILE", DefaultValueFactory = _ => [] };
        var untilTokens = new Option<long>("--until-tokens") { Description = "With --resume: go on past the recipe's last step until so many tokens were sampled", HelpName = "N" };
        var output = new Option<string?>("--output") { Description = "The run's folder, which must not exist (default: runs/NAME-1, or the first number that is free)", HelpName = "DIR" };
        var plain = new Option<bool>("--plain") { Description = "A line a step instead of the live view" };
        var print = new Option<bool>("--print") { Description = "Print the whole recipe, with every default, and do nothing" };
        var command = new Command("train", "Train a model as a recipe says.") { recipe, model, with, set, resume, untilTokens, output, plain, print };
        command.Validators.Add(result =>
        {
            var resumes = result.GetResult(resume) is not null;
            if (!resumes && result.GetValue(recipe) is null)
                result.AddError("RECIPE is missing; recipes/quickstart.yaml is a good first one");
            if (!resumes && result.GetValue(untilTokens) > 0)
                result.AddError("--until-tokens goes on with a run; give it with --resume RUN");
            if (resumes && (result.GetValue(recipe) is not null || result.GetValue(output) is not null || result.GetValue(model) is not null || result.GetValue(set) is { Length: > 0 } || result.GetValue(with) is { Length: > 0 }))
                result.AddError("--resume goes on with the recipe of the run and takes no RECIPE, --model, --with, --set or --output");
        });
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetResult(resume) is not null)
                return await RunAsync(view => TrainingRun.Resume(RunFolder.Open(parsed.GetValue(resume)), view, Command(parsed), parsed.GetValue(untilTokens)), fresh: false, parsed.GetValue(plain)).ConfigureAwait(false);
            var file = parsed.GetValue(recipe)!;
            string[] overrides = parsed.GetValue(model) is { } folder ? [$"model.path={folder}", .. parsed.GetValue(set)!] : parsed.GetValue(set)!;
            var read = RecipeReader.Read<Recipe>(file, overrides, parsed.GetValue(with));
            read = read with { Name = read.Name ?? Path.GetFileNameWithoutExtension(file) };
            if (parsed.GetValue(print))
            {
                parsed.InvocationConfiguration.Output.Write(RecipePrinter.Print(read, $"The whole recipe of: {Command(parsed)}"));
                return ExitCodes.Ok;
            }

            return await RunAsync(view => TrainingRun.Begin(read, view, parsed.GetValue(output), Command(parsed)), fresh: true, parsed.GetValue(plain)).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> RunAsync(Func<IReporter, TrainingRun> create, bool fresh, bool plain)
    {
        IRunView view = WantsPlain(plain) ? new PlainView(Console.Out) : new ConsoleView(AnsiConsole.Console);
        using var interrupts = new Interrupts(view.OnMessage, () =>
        {
            if (!Console.IsOutputRedirected)
                AnsiConsole.Cursor.Show();
            Environment.Exit(ExitCodes.Interrupted);
        });
        var begun = new Begun();
        var run = create(new Reporters(view, begun));
        try
        {
            var summary = await view.ShowAsync(() => run.ExecuteAsync(interrupts.Stop)).ConfigureAwait(false);
            return summary.Outcome == RunOutcome.Interrupted ? ExitCodes.Interrupted : ExitCodes.Ok;
        }
        catch when (fresh && !begun.IsBegun)
        {
            // Nothing was done yet: a run that could not begin leaves nothing behind.
            Directory.Delete(run.Folder.Path, recursive: true);
            throw;
        }
    }

    private static bool WantsPlain(bool asked) =>
        asked || Console.IsOutputRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") is "dumb" or null or "";

    /// <summary>The command as it can be repeated elsewhere: absolute paths are cut down to what lies below the working folder, or to their name.</summary>
    internal static string Command(ParseResult parsed) => "ghpo " + string.Join(' ', parsed.Tokens.Select(token => Quote(Shorten(token.Value))));

    private static string Shorten(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal) + 1;
        var value = argument[equals..];
        if (!Path.IsPathRooted(value))
            return argument;
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), value);
        return argument[..equals] + (relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? ".../" + Path.GetFileName(Path.TrimEndingDirectorySeparator(value)) : relative);
    }

    private static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || "_-./=:+,%@".Contains(c, StringComparison.Ordinal)) ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Knows whether the run got as far as its first step.</summary>
    private sealed class Begun : IReporter
    {
        public bool IsBegun { get; private set; }

        public void OnStart(RunInfo run) => IsBegun = true;

        public void OnStep(StepReport report)
        {
        }

        public void OnEvaluation(EvaluationReport report)
        {
        }

        public void OnMessage(string message)
        {
        }

        public void OnEnd(RunSummary summary)
        {
        }
    }
}
