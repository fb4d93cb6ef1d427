using System.CommandLine;
using Ghpo.Experiments;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli;

/// <summary><c>ghpo label RECIPE</c>.</summary>
internal static class LabelCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "The recipe whose problems are labelled by its start model" };
        var output = new Option<string>("--output") { Description = "The file of labels, which must not exist: a line {\"id\", \"solve_rate\", \"samples\", \"tokens\"} a problem", HelpName = "FILE", Required = true };
        var samples = new Option<int?>("--samples") { Description = "Samples of each problem (default: the recipe's num_generations)", HelpName = "N" };
        var model = new Option<string?>("--model") { Description = "A checkpoint folder in Hugging Face format (short for --set model.path=DIR)", HelpName = "DIR" };
        var set = new Option<string[]>("--set") { Description = "Change a key of the recipe, as with train", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var command = new Command("label", "Measure how often the start model solves each problem: the labels of guidance.when: labelled.") { recipe, output, samples, model, set };
        samples.Validators.Add(CompareCommand.AtLeastOne);
        command.SetAction(async (parsed, _) =>
        {
            string[] overrides = parsed.GetValue(model) is { } folder ? [$"model.path={folder}", .. parsed.GetValue(set)!] : parsed.GetValue(set)!;
            var read = RecipeReader.Read<Recipe>(parsed.GetValue(recipe)!, overrides);
            var view = new PlainView(parsed.InvocationConfiguration.Output);
            using var interrupts = new Interrupts(view.OnMessage, () => Environment.Exit(ExitCodes.Interrupted));
            var report = await Task.Run(() => DifficultyLabelling.WriteAsync(read, parsed.GetValue(output)!, parsed.GetValue(samples), view, interrupts.Stop)).ConfigureAwait(false);
            parsed.InvocationConfiguration.Output.WriteLine($"{report.Problems:N0} problems: the start model solves {report.MeanRate:P1} of the samples, and {report.Unsolved:N0} problems never ({(double)report.Unsolved / report.Problems:P1}); {report.Tokens:N0} tokens");
            return ExitCodes.Ok;
        });
        return command;
    }
}
