using System.Text.RegularExpressions;
using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Benchmarks;

/// <summary>Where the peers, the data and the checkpoints that both sides read lie, and in which precision each is faster here; what is missing is made once, with the peers' scripts.</summary>
internal sealed partial class Places
{
    private readonly string _shared, _made;

    public Places(string? shared)
    {
        _shared = Path.GetFullPath(shared ?? Path.Combine(Checkout(), "..", "shared"));
        Peers = Path.Combine(_shared, "peers", "run");
        if (!File.Exists(Peers)) throw new InvalidDataException($"{Peers} does not exist: the peers lie in the folder shared beside the checkout; give another with --shared.");
        _made = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "ghpo-benchmarks");
    }

    /// <summary>The program that runs a peer's script.</summary>
    public string Peers { get; }

    /// <summary>An argument with the places in it.</summary>
    public string Expand(string argument, int threads) => Placeholder().Replace(argument, match => match.Groups["kind"].Value switch
    {
        "shared" => _shared,
        "script" => Path.GetRelativePath(Path.GetDirectoryName(Peers)!, Path.Combine(Checkout(), "benchmarks", match.Groups["shape"].Value)),
        "faster" => MatrixSpeed.Cpu.Faster == ScalarType.Float32 ? "fp32" : match.Groups["shape"].Value == "trl" ? "autocast" : "bf16",
        "checkpoint" => Checkpoint(match.Groups["shape"].Value, threads),
        _ => Gguf(match.Groups["shape"].Value, match.Groups["type"].Value, threads),
    });

    private string Checkpoint(string shape, int threads) => Make(shape, threads, path => ["make_checkpoint.py", path, "--shape", shape]);

    private string Gguf(string shape, string type, int threads) => Make($"{shape}-{type}.gguf", threads, path => ["make_gguf.py", Checkpoint(shape, threads), path, "--type", type]);

    // Under another name until it is whole, so that a run that was stopped leaves nothing that looks finished.
    private string Make(string name, int threads, Func<string, string[]> command)
    {
        var path = Path.Combine(_made, name);
        if (Path.Exists(path)) return path;
        Console.Error.WriteLine($"making {path} …");
        Directory.CreateDirectory(_made);
        var unfinished = Path.Combine(_made, "unfinished-" + name);
        MeasuredProcess.Run(Peers, command(unfinished), threads);
        Directory.Move(unfinished, path);
        return path;
    }

    private static string Checkout()
    {
        foreach (var start in new[] { AppContext.BaseDirectory, Environment.CurrentDirectory })
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Ghpo.slnx"))) return folder.FullName;
        return Environment.CurrentDirectory;
    }

    [GeneratedRegex(@"\{(?<kind>shared|script|faster|checkpoint|gguf)(?::(?<shape>[\w.]+))?(?::(?<type>\w+))?\}")]
    private static partial Regex Placeholder();
}
