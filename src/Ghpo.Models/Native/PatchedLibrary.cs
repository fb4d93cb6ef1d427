using System.Security.Cryptography;

namespace Ghpo.Models.Native;

/// <summary>The patched copy of a native library, kept in the user's cache folder under the hash of the original.</summary>
internal static class PatchedLibrary
{
    /// <summary>The path of a copy of <paramref name="original"/> whose requirement of <paramref name="version"/> is weak; made where absent.</summary>
    /// <exception cref="DllNotFoundException">The library does not ask for that version, or no folder can be written.</exception>
    public static string For(string original, string version)
    {
        var bytes = File.ReadAllBytes(original);
        var name = $"{Path.GetFileNameWithoutExtension(original)}-{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}{Path.GetExtension(original)}";
        if (ElfVersionNeeds.MakeWeak(bytes, version) == 0)
            throw new DllNotFoundException($"{original} cannot be loaded, and it does not ask for {version}: the known remedy does not apply");
        List<string> refused = [];
        foreach (var folder in Folders())
        {
            try
            {
                return Write(bytes, folder, name);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                refused.Add($"{folder} ({e.Message})");
            }
        }
        throw new DllNotFoundException(
            $"this system's libstdc++ has no {version}; a patched copy of {Path.GetFileName(original)} is needed, but no folder for it can be written: {string.Join("; ", refused)}. " +
            "Set XDG_CACHE_HOME to a folder that can be written");
    }

    /// <summary>Writes under a name of its own, then renames: several processes may start at once, and each sees nothing or the whole.</summary>
    internal static string Write(byte[] bytes, string folder, string name)
    {
        var path = Path.Combine(folder, name);
        // The content is checked, not the name alone: a cut file would crash the process that maps it.
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes)) return path;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{name}.{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return path;
    }

    private static IEnumerable<string> Folders()
    {
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(cache) && Path.IsPathRooted(cache)) yield return Path.Combine(cache, "ghpo", "native");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (!string.IsNullOrEmpty(home)) yield return Path.Combine(home, ".cache", "ghpo", "native");
        // Last: in the shared temporary folder the name alone must not be trusted, so the folder is the process's own.
        yield return Path.Combine(Path.GetTempPath(), $"ghpo-native-{Environment.ProcessId}-{Guid.NewGuid():N}");
    }
}
