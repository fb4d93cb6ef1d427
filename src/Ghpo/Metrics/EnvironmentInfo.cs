using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;

namespace Ghpo.Metrics;

/// <summary>What a run ran on: environment.json. It holds no host name, no user name and no path.</summary>
public sealed record EnvironmentInfo
{
    /// <summary>The operating system with its version.</summary>
    public required string OperatingSystem { get; init; }

    /// <summary>The process's architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>The processor's name, where the system tells it.</summary>
    public required string Processor { get; init; }

    /// <summary>Vector instruction sets that numeric libraries choose by.</summary>
    public required IReadOnlyList<string> Instructions { get; init; }

    /// <summary>Logical cores that the process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory that the process may use, in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The .NET runtime's version.</summary>
    public required string Dotnet { get; init; }

    /// <summary>Libraries and their versions.</summary>
    public required IReadOnlyDictionary<string, string> Libraries { get; init; }

    /// <summary>Threads of each pool, by name.</summary>
    public required IReadOnlyDictionary<string, int> Threads { get; init; }

    /// <summary>The commit checked out around the working folder; null outside a repository.</summary>
    public string? GitCommit { get; init; }

    /// <summary>Looks at this machine and process.</summary>
    /// <param name="libraries">Libraries to name beside the loaded assemblies, such as libtorch.</param>
    /// <param name="threads">Threads of each pool, such as libtorch's.</param>
    /// <param name="folder">Where to look for a git repository; the working folder by default.</param>
    public static EnvironmentInfo Collect(IReadOnlyDictionary<string, string>? libraries = null, IReadOnlyDictionary<string, int>? threads = null, string? folder = null)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic))
        {
            if (assembly.GetName().Name is { } name && !name.StartsWith("System", StringComparison.Ordinal) && !name.StartsWith("Microsoft", StringComparison.Ordinal)
                && name is not ("netstandard" or "mscorlib") && assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion is { } version)
                all[name] = version.Split('+')[0];
        }

        foreach (var (name, version) in libraries ?? new Dictionary<string, string>())
            all[name] = version;
        return new()
        {
            OperatingSystem = RuntimeInformation.OSDescription.Trim(),
            Architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
            Processor = ProcessorName(),
            Instructions = InstructionSets(),
            Cores = Environment.ProcessorCount,
            MemoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
            Dotnet = Environment.Version.ToString(),
            Libraries = all,
            Threads = threads ?? new Dictionary<string, int>(),
            GitCommit = Commit(folder ?? Directory.GetCurrentDirectory()),
        };
    }

    /// <summary>Writes environment.json; the file is there whole or not at all.</summary>
    public void Write(string path) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(this, SummaryFile.Options) + "\n");

    private static string ProcessorName()
    {
        try
        {
            const string Key = "model name";
            var line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal)) : null;
            return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }

    private static List<string> InstructionSets()
    {
        (string Name, bool There)[] sets =
        [
            ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported), ("avx512f", Avx512F.IsSupported), ("avx512bw", Avx512BW.IsSupported),
            ("avx512vbmi", Avx512Vbmi.IsSupported), ("neon", System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported),
        ];
        return [.. sets.Where(set => set.There).Select(set => set.Name)];
    }

    /// <summary>Reads .git by hand: git itself need not be installed.</summary>
    private static string? Commit(string folder)
    {
        try
        {
            for (var place = new DirectoryInfo(folder); place is not null; place = place.Parent)
            {
                var git = Path.Combine(place.FullName, ".git");
                if (File.Exists(git))
                    git = Path.GetFullPath(File.ReadAllText(git).Replace("gitdir:", "", StringComparison.Ordinal).Trim(), place.FullName);
                var head = Path.Combine(git, "HEAD");
                if (!File.Exists(head))
                    continue;
                var text = File.ReadAllText(head).Trim();
                if (!text.StartsWith("ref:", StringComparison.Ordinal))
                    return text;
                var name = text[4..].Trim();
                var common = Path.Combine(git, "commondir") is var pointer && File.Exists(pointer) ? Path.GetFullPath(File.ReadAllText(pointer).Trim(), git) : git;
                var loose = Path.Combine(common, name);
                if (File.Exists(loose))
                    return File.ReadAllText(loose).Trim();
                var packed = Path.Combine(common, "packed-refs");
                return File.Exists(packed) ? File.ReadLines(packed).FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0] : null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A repository that cannot be read is none.
        }

        return null;
    }
}
