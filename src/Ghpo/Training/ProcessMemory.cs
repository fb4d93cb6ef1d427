using System.Diagnostics;

namespace Ghpo.Training;

/// <summary>The memory of this process, native memory included.</summary>
internal static class ProcessMemory
{
    /// <summary>The most physical memory it has held so far, in bytes.</summary>
    public static long PeakBytes()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
