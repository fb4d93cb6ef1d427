using System.Reflection;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli.Tests;

public class ErrorTextTests
{
    private static (int Code, string Text) Write(Exception exception, bool debug = false)
    {
        using var errors = new StringWriter();
        var code = ErrorText.Write(exception, errors, debug);
        return (code, errors.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public void An_error_for_users_is_its_message() =>
        Assert.Equal((1, "error: model.safetensors: truncated\n"), Write(new TargetInvocationException(new InvalidDataException("model.safetensors: truncated"))));

    [Fact]
    public void Errors_of_a_recipe_are_a_line_each() =>
        Assert.Equal((2, "error: a.yaml:1:1: seed: x\nerror: a.yaml: y\n"), Write(new RecipeException([new("a.yaml:1:1", "seed", "x"), new("a.yaml", "", "y")])));

    [Fact]
    public void A_fault_of_ours_is_called_that_and_shows_its_trace_only_when_asked()
    {
        var fault = new InvalidOperationException("oops");
        Assert.Equal((1, "error: InvalidOperationException: oops\nerror: this is a fault of ghpo; --debug shows where it arose\n"), Write(fault));
        Assert.Contains("System.InvalidOperationException: oops", Write(fault, debug: true).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interruption_exits_130() => Assert.Equal(130, Write(new OperationCanceledException()).Code);
}
