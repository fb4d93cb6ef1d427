using System.CommandLine;
using Ghpo.Cli.Bench;

namespace Ghpo.Benchmarks;

/// <summary>What is measured, side by side with others' programs, in one run on one machine.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) =>
        new RootCommand("Measures Ghpo beside its peers: dotnet run -c Release --project benchmarks -- peers")
        {
            PeersCommand.Create(),
            OursCommand.Create(),
            MachineCommand(),
        }.Parse(arguments).InvokeAsync();

    private static Command MachineCommand()
    {
        var command = new Command("machine", "Describes this machine and measures what limits it, as one JSON line.");
        command.SetAction(_ => Console.WriteLine(Machine.Measure(OursCommand.Threads).ToJson()));
        return command;
    }
}
