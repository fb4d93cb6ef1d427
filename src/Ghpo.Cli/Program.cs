using System.CommandLine;

namespace Ghpo.Cli;

/// <summary>The <c>ghpo</c> command. Each subcommand is a file of its own.</summary>
internal static class Program
{
    /// <summary>Shows an error's stack trace.</summary>
    private static readonly Option<bool> Debug = new("--debug") { Description = "Show where in the code an error arose", Recursive = true };

    public static Task<int> Main(string[] arguments) => RunAsync(arguments, Console.Out, Console.Error);

    /// <summary>Runs a command line: 0 it worked, 1 it failed, 2 wrong usage or recipe, 130 interrupted.</summary>
    internal static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter errors)
    {
        var parsed = CreateRoot().Parse(arguments.Length == 0 ? ["--help"] : arguments);
        if (parsed.Errors.Count > 0)
        {
            // A mistyped command is one mistake, not also a missing command.
            foreach (var error in parsed.UnmatchedTokens.Count == 0 ? parsed.Errors : parsed.Errors.Where(error => error.Message.Contains('\'', StringComparison.Ordinal)))
                await errors.WriteLineAsync($"error: {error.Message}").ConfigureAwait(false);
            await errors.WriteLineAsync($"see: {CommandHelp.NameOf(parsed.CommandResult.Command)} --help").ConfigureAwait(false);
            return ExitCodes.Usage;
        }

        try
        {
            // Ctrl-C is ours: a step is finished and saved, which takes longer than the library would wait.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output, Error = errors }).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The last resort: whatever it is, the user gets a line and an exit code.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return ErrorText.Write(exception, errors, parsed.GetValue(Debug));
        }
    }

    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand("Reinforcement learning with verifiable rewards, with adaptive guidance (GHPO).")
        {
            BenchCommand.Create(),
            CompareCommand.Create(),
            EvaluateCommand.Create(),
            GenerateCommand.Create(),
            InspectCommand.Create(),
            InspectModelCommand.Create(),
            LabelCommand.Create(),
            RenderCommand.Create(),
            ReportCommand.Create(),
            SchemaCommand.Create(),
            ScoreCommand.Create(),
            TokenizeCommand.Create(),
            TrainCommand.Create(),
            VerifyCommand.Create(),
        };
        root.Options.Add(Debug);
        CommandHelp.AddExamples(root);
        return root;
    }
}
