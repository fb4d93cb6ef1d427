using System.Runtime.CompilerServices;

namespace Ghpo.Tests.Shared;

/// <summary>Where the data beside the checkout lies (<c>../shared</c>), or the reason a test without it is skipped.</summary>
internal static class SharedData
{
    /// <summary>The folder of the checkout, from the place of this source file.</summary>
    public static string Checkout { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourceFile())!, "..", ".."));

    /// <summary>The full path of a file or folder below <c>../shared</c>; skips the running test where it is absent.</summary>
    public static string Require(string relative)
    {
        var path = Path.Combine(Checkout, "..", "shared", relative);
        Assert.SkipUnless(Path.Exists(path), $"../shared/{relative} is not beside this checkout");
        return Path.GetFullPath(path);
    }

    private static string SourceFile([CallerFilePath] string path = "") => path;
}
