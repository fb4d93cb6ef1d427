using System.Runtime.Versioning;
using System.Text;

namespace Ghpo.Models.Checkpoints;

/// <summary>
/// One repository in the hub's cache, in the layout of Python's <c>huggingface_hub</c>: <c>blobs/ETAG</c> holds contents,
/// <c>refs/REVISION</c> the commit that a branch or tag had, <c>snapshots/COMMIT/FILE</c> links to blobs; locks lie beside, in
/// <c>.locks</c>.
/// </summary>
internal sealed class HubStore
{
    private readonly string _folder;
    private readonly string _locks;
    private readonly bool _symlinks;

    public HubStore(HubOptions options, HubReference reference)
    {
        var name = "models--" + reference.Repository.Replace("/", "--", StringComparison.Ordinal);
        _folder = Path.Combine(options.CacheFolder, name);
        _locks = Path.Combine(options.CacheFolder, ".locks", name);
        _symlinks = options.Symlinks;
    }

    public string Snapshot(string commit) => Path.Combine(_folder, "snapshots", commit);

    public string Blob(string etag) => Path.Combine(_folder, "blobs", etag);

    /// <summary>Where a cut download is kept, to be resumed; Python's hub before 2.0 uses the same name.</summary>
    public string Incomplete(string etag) => Blob(etag) + ".incomplete";

    /// <summary>The commit that the cache knows for a revision, which may be a commit itself; null where it knows none.</summary>
    public string? FindCommit(string revision)
    {
        if (!revision.Contains('/') && Directory.Exists(Snapshot(revision))) return revision;
        var reference = Path.Combine(_folder, "refs", revision);
        if (!File.Exists(reference)) return null;
        var commit = File.ReadAllText(reference).Trim();
        return HubFiles.IsSafe(commit) && !commit.Contains('/') ? commit : null;
    }

    /// <summary>Keeps which commit a branch or tag has; a commit is its own name and needs no entry.</summary>
    public void WriteReference(string revision, string commit)
    {
        if (revision == commit || FindCommit(revision) == commit) return;
        var file = Path.Combine(_folder, "refs", revision);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var temporary = $"{file}.{Guid.NewGuid():N}.tmp";
        File.WriteAllText(temporary, commit, new UTF8Encoding(false));
        File.Move(temporary, file, overwrite: true);
    }

    /// <summary>The names of what a snapshot lacks to be loaded; empty where it is complete.</summary>
    public IReadOnlyList<string> Missing(string commit, bool weights)
    {
        var snapshot = Snapshot(commit);
        bool Has(string name) => IsFile(Path.Combine(snapshot, name));
        List<string> missing = [];
        if (!Has("config.json") && !Has("adapter_config.json") && (weights || !Has("tokenizer.json"))) missing.Add("config.json");
        if (!weights) return missing;
        var names = Directory.Exists(snapshot) ? Directory.EnumerateFiles(snapshot).Where(IsFile).Select(f => Path.GetFileName(f)).ToArray() : [];
        var wanted = HubFiles.ChooseWeights(names, () => File.ReadAllText(Path.Combine(snapshot, HubFiles.WeightIndex)), snapshot);
        missing.AddRange(wanted.Count == 0 ? ["model.safetensors"] : wanted.Where(name => !Has(name)));
        return missing;
    }

    public bool Has(string commit, string file) => IsFile(Pointer(commit, file));

    public bool HasBlob(string etag) => IsFile(Blob(etag));

    /// <summary>Fails before the first byte if the disk of the cache cannot hold what is still to come.</summary>
    public void RequireRoom(IEnumerable<HubFile> files, HubReference reference)
    {
        long Kept(HubFile file) => HasBlob(file.ETag) ? file.Size ?? 0 : File.Exists(Incomplete(file.ETag)) ? new FileInfo(Incomplete(file.ETag)).Length : 0;
        var needed = files.Sum(file => (double)Math.Max(0, (file.Size ?? 0) - Kept(file)));
        Directory.CreateDirectory(_folder);
        var free = new DriveInfo(_folder).AvailableFreeSpace;
        if (needed > free)
            throw new HubException($"{reference.Repository} needs {needed / 1e6:0} MB more in {_folder}, where {free / 1e6:0} MB are free. Make room, or set HF_HOME to a larger disk.");
    }

    /// <summary>
    /// Puts a blob into a snapshot: as a relative link, so that the cache can be moved; where links cannot be made, a fresh
    /// blob moves there (as Python's hub does it: no second copy of the weights) and one that others may use is copied.
    /// </summary>
    public void Place(string commit, string file, string etag, bool fresh)
    {
        var pointer = Pointer(commit, file);
        Directory.CreateDirectory(Path.GetDirectoryName(pointer)!);
        File.Delete(pointer);   // a link whose blob is gone
        if (_symlinks)
        {
            try
            {
                File.CreateSymbolicLink(pointer, Path.GetRelativePath(Path.GetDirectoryName(pointer)!, Blob(etag)));
                return;
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException or PlatformNotSupportedException)
            {
                if (IsFile(pointer)) return;   // another process was faster
            }
        }
        if (fresh)
        {
            File.Move(Blob(etag), pointer, overwrite: true);
            return;
        }
        var temporary = $"{pointer}.{Guid.NewGuid():N}.tmp";
        File.Copy(Blob(etag), temporary);
        File.Move(temporary, pointer, overwrite: true);
    }

    /// <summary>
    /// Waits until this process alone may download a blob. An exclusive stream is an <c>flock</c> on Linux and macOS and a
    /// share lock on Windows, which is what Python's hub takes on the same file.
    /// </summary>
    /// <param name="etag">The blob.</param>
    /// <param name="onWait">Called once if another process holds the lock.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public async Task<IDisposable> LockAsync(string etag, Action onWait, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_locks);
        var file = Path.Combine(_locks, etag + ".lock");
        var waited = false;
        while (true)
        {
            try
            {
                return new FileStream(file, LockOptions());
            }
            catch (IOException) when (File.Exists(file))
            {
                if (!waited) onWait();
                waited = true;
                await Task.Delay(100, cancellation).ConfigureAwait(false);
            }
        }
    }

    // File.Exists is true of a link whose target is gone; that is no file to us.
    private static bool IsFile(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    private static FileStreamOptions LockOptions()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) ShareWithGroup(options);
        return options;
    }

    // A cache shared by the users of a group: each may wait for the others' locks.
    [UnsupportedOSPlatform("windows")]
    private static void ShareWithGroup(FileStreamOptions options) =>
        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;

    private string Pointer(string commit, string file) => Path.Combine(Snapshot(commit), file.Replace('/', Path.DirectorySeparatorChar));
}
