using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Ghpo.Cli;

/// <summary>Help that ends with examples to copy.</summary>
internal static class CommandHelp
{
    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["ghpo"] =
        [
            "ghpo train recipes/quickstart.yaml", "  watch a small model learn, in a few minutes, with nothing to download",
            "ghpo train recipes/quickstart.yaml --print", "  see every key of the recipe with its value and meaning",
            "ghpo inspect runs/quickstart-1", "  read what the model wrote, with which hint, and what it earned",
        ],
        ["train"] =
        [
            "ghpo train recipes/quickstart.yaml --set seed=1 --set learning_rate=1e-4", "  change keys by name, where only one section has the name, or by path",
            "ghpo train recipes/gsm8k.yaml --model DIR --set problems.path=train.jsonl", "  train a checkpoint in Hugging Face format on problems of your own",
            "ghpo train recipes/quickstart.yaml --set 'warm_up[0].training.max_steps=300'", "  change a key of one phase (the first is 0)",
            "ghpo train recipes/baselines/ghpo.yaml --with recipes/regimes/mixed.yaml", "  lay another file's keys over the recipe",
            "ghpo train recipes/gsm8k.yaml --model org/name --set model.lora.r=16", "  train a LoRA adapter on a model of the hub",
            "ghpo train --resume", "  go on with the newest run; Ctrl-C had saved it",
        ],
        ["bench"] =
        [
            "ghpo bench", "  what this machine gives: products, memory, and a small random model on it",
            "ghpo bench --model DIR --json bench.json", "  the same with your checkpoint, and kept in a file",
        ],
        ["compare"] =
        [
            "ghpo compare recipes/baselines/grpo.yaml recipes/baselines/ghpo.yaml --seeds 5", "  five seeds of each, and one report; Ctrl-C saves",
            "ghpo compare --resume", "  go on with the newest comparison",
        ],
        ["evaluate"] =
        [
            "ghpo evaluate runs/quickstart-1", "  examine the trained model of a run on its own tasks",
            "ghpo evaluate recipes/gsm8k.yaml --model DIR --set evaluation.num_samples=8", "  examine any checkpoint, with eight samples a problem",
        ],
        ["generate"] =
        [
            "ghpo generate --model DIR --prompt \"Once upon a time\" --max-new-tokens 64", "  watch a completion come",
            "ghpo generate --model DIR --input prompts.jsonl --output out.jsonl --samples 4 --temperature 0.7", "  complete many prompts together",
        ],
        ["inspect"] =
        [
            "ghpo inspect runs/quickstart-1 --step 5", "  every group of step 5",
            "ghpo inspect runs/quickstart-1 --problem 17", "  one problem over the whole run",
        ],
        ["inspect-model"] =
        [
            "ghpo inspect-model DIR", "  what a checkpoint is, and whether it can be trained here",
        ],
        ["label"] =
        [
            "ghpo label recipes/baselines/grpo-cl-hint.yaml --output labels.jsonl", "  the labels that this recipe names",
        ],
        ["schema"] =
        [
            "ghpo schema > recipes/recipe.schema.json", "  editors complete and check recipes that begin with: # yaml-language-server: $schema=recipe.schema.json",
        ],
        ["verify"] =
        [
            "ghpo verify '\\frac{1}{2}' 'The answer is \\boxed{0.5}' --explain", "  what was read, which rule decided, and why",
            "ghpo verify --input pairs.jsonl --output verdicts.jsonl", "  many pairs: {\"gold\": …, \"candidate\": …} on each line",
        ],
    };

    /// <summary>The words with which a command is called.</summary>
    public static string NameOf(Command command) => command is RootCommand ? "ghpo" : $"ghpo {command.Name}";

    /// <summary>Adds the examples to the help of the command and its subcommands.</summary>
    public static void AddExamples(RootCommand root)
    {
        if (root.Options.OfType<HelpOption>().FirstOrDefault() is { Action: HelpAction help } option)
            option.Action = new HelpWithExamples(help);
    }

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => help.ClearsParseErrors;

        public override int Invoke(ParseResult parseResult)
        {
            var result = help.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            var output = parseResult.InvocationConfiguration.Output;
            if (Examples.TryGetValue(command is RootCommand ? "ghpo" : command.Name, out var lines))
            {
                output.WriteLine("Examples:");
                foreach (var line in lines)
                    output.WriteLine($"  {line}");
                output.WriteLine();
            }

            return result;
        }
    }
}
