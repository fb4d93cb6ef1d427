using Ghpo.Tests.Metrics;
using Ghpo.Tests.Shared;

namespace Ghpo.Cli.Tests;

public sealed class ProgramTests : FolderTest
{
    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await Program.RunAsync(arguments, output, errors);
        return (code, output.ToString(), errors.ToString().ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("train")]
    [InlineData("trian recipe.yaml")]
    [InlineData("train recipe.yaml --sett a=b")]
    [InlineData("train recipe.yaml --resume runs/a")]
    [InlineData("train --resume runs/a --set seed=1")]
    [InlineData("inspect")]
    public async Task Wrong_usage_exits_2_and_names_the_help(string line)
    {
        var (code, _, errors) = await Run(line.Split(' '));
        Assert.Equal(2, code);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
        Assert.Contains("--help", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_teaches_by_examples()
    {
        var (code, output, _) = await Run("train", "--help");
        Assert.Equal(0, code);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains("ghpo train --resume", output, StringComparison.Ordinal);
        Assert.Contains("ghpo train recipes/quickstart.yaml", (await Run()).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_error_of_a_recipe_is_a_line_and_the_exit_code_is_2()
    {
        File.WriteAllText(At("bad.yaml"), "sed: 1\noptimization: { learning_rate: fast }\n");
        var (code, _, errors) = await Run("train", At("bad.yaml"), "--set", "num_generation=4");
        Assert.Equal(2, code);
        Assert.Equal(3, errors.Split("error: ").Length - 1);
        Assert.Contains(":1:1: sed: unknown key; did you mean seed?", errors, StringComparison.Ordinal);
        Assert.Contains(":2:32: optimization.learning_rate: expected a number", errors, StringComparison.Ordinal);
        Assert.Contains("did you mean rollouts.num_generations?", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_print_prints_is_a_recipe_that_prints_the_same()
    {
        File.WriteAllText(At("small.yaml"), "name: small\nseed: 3\noptimization: { learning_rate: 1e-4 }\n");
        var (code, first, _) = await Run("train", At("small.yaml"), "--print");
        File.WriteAllText(At("printed.yaml"), first);
        var (_, second, _) = await Run("train", At("printed.yaml"), "--print");

        Assert.Equal(0, code);
        Assert.Contains("  learning_rate: 0.0001\n", first, StringComparison.Ordinal);
        Assert.Equal(first.Split('\n', 2)[1], second.Split('\n', 2)[1]);
        Assert.DoesNotContain(Folder, first, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_run_is_an_error_that_says_so()
    {
        var (code, _, errors) = await Run("inspect", At("nowhere"));
        Assert.Equal(1, code);
        Assert.Contains("there is no such file; expected the folder of a run", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_beside_the_recipes_is_up_to_date()
    {
        var path = Path.Combine(SharedData.Checkout, "recipes", "recipe.schema.json");
        Assert.True(SchemaCommand.Text() == File.ReadAllText(path), "recipes/recipe.schema.json is out of date; write it again: ghpo schema > recipes/recipe.schema.json");
    }
}
