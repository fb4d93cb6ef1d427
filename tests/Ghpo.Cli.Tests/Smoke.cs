namespace Ghpo.Cli.Tests;

public class Smoke
{
    [Fact]
    public void The_root_command_parses_help() => Assert.Empty(Program.CreateRoot().Parse("--help").Errors);
}
