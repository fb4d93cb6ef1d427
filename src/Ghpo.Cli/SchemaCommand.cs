using System.CommandLine;
using Ghpo.Training;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli;

/// <summary><c>ghpo schema</c>: the JSON schema of recipes, for editors.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema", "Print the JSON schema of recipes, with which editors complete and check them.");
        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(Text()));
        return command;
    }

    /// <summary>The text of recipes/recipe.schema.json.</summary>
    public static string Text() => RecipeSchema.Create<Recipe>("A recipe of Ghpo");
}
