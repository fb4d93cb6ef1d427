using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Ghpo.Models.Checkpoints;

/// <summary>Brings one file's content into the cache: resumed where it was cut, checked against its length and hash, renamed when whole.</summary>
internal sealed class HubDownload(HubClient client, HubStore store, HubReference reference, HubFile file, IProgress<HubProgress>? progress)
{
    private const int BufferSize = 256 << 10;
    private const long ReportEveryMilliseconds = 100;
    private long _received;
    private long _reported;

    /// <summary>Downloads the blob unless the cache has it, and puts it into the snapshot.</summary>
    public async Task RunAsync(string commit, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(store.Blob(file.ETag))!);
        using var alone = await store.LockAsync(file.ETag, () => Note("another process downloads this file; waiting for it"), cancellation).ConfigureAwait(false);
        if (store.Has(commit, file.Name)) return;
        var fresh = !store.HasBlob(file.ETag);
        if (fresh) await DownloadAsync(commit, cancellation).ConfigureAwait(false);
        store.Place(commit, file.Name, file.ETag, fresh);
    }

    private async Task DownloadAsync(string commit, CancellationToken cancellation)
    {
        var incomplete = store.Incomplete(file.ETag);
        string? wrong;
        await using (var stream = new FileStream(incomplete, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
        {
            var resumed = stream.Length > 0;
            wrong = await FillAsync(commit, stream, cancellation).ConfigureAwait(false);
            if (wrong is not null && resumed)
            {
                Note($"what an earlier download had left was broken ({wrong}); beginning anew");
                stream.SetLength(0);
                wrong = await FillAsync(commit, stream, cancellation).ConfigureAwait(false);
            }
            if (wrong is null) stream.Flush(flushToDisk: true);
        }
        if (wrong is null)
        {
            File.Move(incomplete, store.Blob(file.ETag), overwrite: true);
            return;
        }
        File.Delete(incomplete);
        throw new HubException($"{reference.Repository}/{file.Name} came wrong: {wrong}. What came is deleted; try again, and if it stays so, the hub, its mirror or a proxy changes the file.");
    }

    // Everything up to the end, over as many connections as it takes; then what is wrong with it, if anything is.
    private async Task<string?> FillAsync(string commit, FileStream stream, CancellationToken cancellation)
    {
        await client.RetryAsync(file.Name, async () =>
        {
            await ReceiveAsync(commit, stream, cancellation).ConfigureAwait(false);
            return true;
        }, () => _received, cancellation).ConfigureAwait(false);
        Report(stream.Length, always: true);
        return await MismatchAsync(stream, cancellation).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(string commit, FileStream stream, CancellationToken cancellation)
    {
        if (stream.Length > file.Size) stream.SetLength(0);
        if (stream.Length == file.Size) return;
        using var response = await client.FetchAsync(commit, file, stream.Length, cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            stream.SetLength(0);
            throw new HubTransientException("the server cannot go on where the download stopped (HTTP 416), so it begins anew", TimeSpan.Zero);
        }
        if (!GoesOn(response, stream.Length)) stream.SetLength(0);
        stream.Seek(0, SeekOrigin.End);
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[BufferSize];
        Report(stream.Length, always: true);
        // More than the announced length is not read on: MismatchAsync names it.
        for (int count; !(stream.Length > file.Size) && (count = await client.ReadAsync(body, buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            Write(stream, buffer.AsSpan(0, count));
            Report(stream.Length, always: false);
        }
        if (stream.Length < file.Size) throw new HubTransientException($"the connection ended after {stream.Length} of {file.Size} bytes");
    }

    private static bool GoesOn(HttpResponseMessage response, long from)
    {
        if (from == 0 || response.StatusCode != HttpStatusCode.PartialContent) return false;
        return response.Content.Headers.ContentRange is not { From: { } start } || start == from
            ? true
            : throw new HubTransientException($"the server sends from byte {start}, not {from} as asked");
    }

    private void Write(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (IOException e)
        {
            throw new HubException($"{reference.Repository}/{file.Name} cannot be written to {Path.GetDirectoryName(stream.Name)}: {e.Message}. Make room there or set HF_HOME to a larger disk, then run again: it goes on after {stream.Length} bytes.", e);
        }
    }

    // The ETag of a large file is the sha256 of its content, of any other file the sha1 of git's blob; a mirror's may be neither.
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "git names blobs by it; it finds damage, it guards nothing.")]
    private async Task<string?> MismatchAsync(FileStream stream, CancellationToken cancellation)
    {
        if (file.Size is { } size && stream.Length != size) return $"{stream.Length} bytes instead of {size}{(stream.Length > size ? ", or more" : "")}";
        var isHash = file.ETag.Length is 40 or 64 && file.ETag.All(char.IsAsciiHexDigit);
        if (!isHash) return null;
        using var hash = IncrementalHash.CreateHash(file.ETag.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (file.ETag.Length == 40) hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        stream.Seek(0, SeekOrigin.Begin);
        var buffer = new byte[BufferSize];
        for (int count; (count = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, count);
        var found = Convert.ToHexStringLower(hash.GetHashAndReset());
        return found.Equals(file.ETag, StringComparison.OrdinalIgnoreCase) ? null : $"its {(file.ETag.Length == 64 ? "sha256" : "git sha1")} is {found}, the hub announced {file.ETag}";
    }

    private void Report(long received, bool always)
    {
        _received = received;
        var now = Environment.TickCount64;
        if (!always && now - _reported < ReportEveryMilliseconds) return;
        if (!always) _reported = now;
        progress?.Report(new HubProgress(file.Name, received, file.Size));
    }

    private void Note(string text) => progress?.Report(new HubProgress(file.Name, _received, file.Size, text));
}
