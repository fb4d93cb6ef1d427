using System.Diagnostics;

namespace Ghpo.Training;

/// <summary>The memory of this process, native memory included.</summary>
internal static class ProcessMemory
{
    /// <summary>What the system could give to programs now, in bytes; null where it does not tell.</summary>
    public static long? FreeBytes() =>
        File.Exists("/proc/meminfo") && File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal)) is { } line
            && long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], out var kibibytes) ? kibibytes << 10 : null;

    /// <summary>The most physical memory it has held so far, in bytes.</summary>
    public static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
