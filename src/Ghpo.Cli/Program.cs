using System.CommandLine;

namespace Ghpo.Cli;

/// <summary>The <c>ghpo</c> command. Each subcommand is a file of its own.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => CreateRoot().Parse(arguments).InvokeAsync();

    internal static RootCommand CreateRoot() => new("Reinforcement learning with verifiable rewards, with adaptive guidance (GHPO).")
    {
        VerifyCommand.Create(),
    };
}
