using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using TorchSharp;

namespace Ghpo.Models.Native;

/// <summary>
/// Loads libtorch, also where the system's C++ runtime is older than TorchSharp's native part asks for.
/// </summary>
/// <remarks>
/// TorchSharp 0.107's <c>libLibTorchSharp.so</c> asks for <c>GLIBCXX_3.4.32</c> (GCC 13), which Debian 12 does not have, although
/// nothing that it calls needs it. There a copy whose one version requirement is marked weak is loaded instead; see <see cref="ElfVersionNeeds"/>.
/// The module's initializer registers this as what the runtime asks after its own search has failed, so that nobody has to remember it.
/// </remarks>
public static class LibTorch
{
    private const string Library = "LibTorchSharp";
    private const string FileName = "libLibTorchSharp.so";
    private const string Version = "GLIBCXX_3.4.32";
    private static readonly Lock Gate = new();
    private static bool _loaded;

    /// <summary>
    /// Loads libtorch and TorchSharp's native part for the CPU; cheap after the first call. Anything that uses TorchSharp
    /// before it has touched a type of this library calls this first.
    /// </summary>
    /// <exception cref="DllNotFoundException">libtorch is not beside the application, or cannot be loaded; the message says why.</exception>
    public static void EnsureLoaded()
    {
        if (Volatile.Read(ref _loaded)) return;
        lock (Gate)
        {
            if (_loaded) return;
            try
            {
                torch.InitializeDeviceType(DeviceType.CPU);
            }
            catch (Exception e) when (e is NotSupportedException or TypeInitializationException or DllNotFoundException)
            {
                var cause = e;
                while (cause.InnerException is { } inner) cause = inner;
                throw new DllNotFoundException(
                    "libtorch cannot be loaded. Its package (libtorch-cpu-linux-x64, -win-x64 or -osx-arm64) must match this machine and lie beside the application. " +
                    cause.Message, e);
            }
            Volatile.Write(ref _loaded, true);
        }
    }

#pragma warning disable CA2255 // A module initializer in a library: it only registers an event handler.
    [ModuleInitializer]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux()) return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
        // libgomp's idle threads spin for milliseconds while torch's next product is awaited, and so take a core from our own threads and
        // from other processes: on a shared two-core machine a training step was 30 × slower. Read by libgomp when it is loaded; a user's setting wins.
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null) _ = setenv("GOMP_SPINCOUNT", "2000", overwrite: 0);
    }
#pragma warning restore CA2255

    // Environment.SetEnvironmentVariable does not reach native code.
    [DllImport("libc")]
    private static extern int setenv([MarshalAs(UnmanagedType.LPUTF8Str)] string name, [MarshalAs(UnmanagedType.LPUTF8Str)] string value, int overwrite);

    /// <summary>Called after the runtime's own search for a native library has failed; zero leaves the failure as it is.</summary>
    private static nint Resolve(Assembly assembly, string name)
    {
        if (name is not (Library or FileName or "lib" + Library)) return 0;
        return Find(FileName) is { } original ? LoadWithOldRuntime(original) : 0;
    }

    private static nint LoadWithOldRuntime(string original)
    {
        // Its dependencies first, by path: the copy lies elsewhere, so the loader would not find them beside it.
        foreach (var dependency in (string[])["libgomp*.so*", "libc10.so", "libtorch_cpu.so", "libtorch.so"])
        {
            if (Find(dependency) is { } path) NativeLibrary.Load(path);
        }
        try
        {
            return NativeLibrary.Load(original);
        }
        catch (DllNotFoundException e) when (e.Message.Contains(Version, StringComparison.Ordinal))
        {
            return NativeLibrary.Load(PatchedLibrary.For(original, Version));
        }
    }

    /// <summary>The file in the folders where native libraries of this application lie: published flat, built, or in the package cache.</summary>
    private static string? Find(string pattern) =>
        SearchFolders().Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal))
            .FirstOrDefault();

    private static IEnumerable<string> SearchFolders()
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        yield return AppContext.BaseDirectory;
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", architecture, "native");
        var library = Path.GetDirectoryName(typeof(LibTorch).Assembly.Location);
        if (!string.IsNullOrEmpty(library))
        {
            yield return library;
            yield return Path.Combine(library, "runtimes", architecture, "native");
        }
        // What the host read from the application's deps.json: the package cache, when run by `dotnet run` or a tool.
        if (AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") is string known)
        {
            foreach (var folder in known.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)) yield return folder;
        }
    }
}
