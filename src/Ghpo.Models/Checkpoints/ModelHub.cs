using System.Collections.Concurrent;

namespace Ghpo.Models.Checkpoints;

/// <summary>Finds the folder of a model: one on the disk, one in the cache that is shared with Python's <c>huggingface_hub</c>, or one fetched from the hub.</summary>
public static class ModelHub
{
    /// <summary>
    /// The folder that holds a model's configuration, tokenizer and safetensors weights. Only the files a model needs are
    /// fetched; a cut or cancelled download goes on where it stopped; lengths and hashes are checked.
    /// </summary>
    /// <param name="model">A folder, or a model's name on the hub: <c>org/name</c> or <c>org/name@revision</c> (branch, tag or commit).</param>
    /// <param name="options">Address, cache, token and limits; what the environment says if null.</param>
    /// <param name="progress">Told of bytes received (ten times a second at most, from several threads) and of pauses.</param>
    /// <param name="cancellation">Stops the download; what has come is kept and the next call goes on from there.</param>
    /// <returns>The full path of the folder.</returns>
    /// <exception cref="HubException">The model cannot be had; the message says what to do.</exception>
    public static async Task<string> ResolveAsync(string model, HubOptions? options = null, IProgress<HubProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (Directory.Exists(model)) return Path.GetFullPath(model);
        if (File.Exists(model)) throw new HubException($"{model} is a file: give the folder that it lies in.");
        if (LooksLikePath(model)) throw new HubException($"{model}: there is no such folder.");
        options ??= new HubOptions();
        var reference = HubReference.Parse(model);
        var store = new HubStore(options, reference);
        try
        {
            return options.Offline ? FromCache(store, reference, options) : await FromHubAsync(store, reference, options, progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not HubException)
        {
            throw new HubException($"{reference.Repository}: the cache {options.CacheFolder} cannot be used: {e.Message} Set HF_HOME to a folder that can be written.", e);
        }
    }

    private static bool LooksLikePath(string model) =>
        Path.IsPathRooted(model) || model[0] is '.' or '~' || model.Contains('\\') || model.EndsWith('/') || model.Split('@')[0].Count(c => c == '/') > 1;

    private static string FromCache(HubStore store, HubReference reference, HubOptions options)
    {
        const string How = "Offline mode is on (HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE): unset it, or download the model first.";
        var commit = store.FindCommit(reference.Revision)
            ?? throw new HubException($"{reference.Repository} at revision '{reference.Revision}' is not in the cache {options.CacheFolder}. {How}");
        var missing = store.Missing(commit, options.Weights);
        return missing.Count == 0 ? store.Snapshot(commit)
            : throw new HubException($"{reference.Repository} at revision '{reference.Revision}' is not whole in the cache: {store.Snapshot(commit)} lacks {string.Join(", ", missing)}. {How}");
    }

    private static async Task<string> FromHubAsync(HubStore store, HubReference reference, HubOptions options, IProgress<HubProgress>? progress, CancellationToken cancellation)
    {
        using var client = new HubClient(options, reference, progress);
        // With a whole model in the cache, a hub that cannot be reached is no reason to wait or to fail.
        var cached = store.FindCommit(reference.Revision) is { } known && store.Missing(known, options.Weights).Count == 0 ? store.Snapshot(known) : null;
        HubRevision revision;
        try
        {
            revision = await client.ResolveRevisionAsync(cached is null ? options.Tries : 1, cancellation).ConfigureAwait(false);
        }
        catch (HubException e) when (cached is not null && e.InnerException is HubTransientException)
        {
            progress?.Report(new HubProgress("", 0, null, $"{options.Endpoint} cannot be reached ({e.InnerException.Message}): using {cached}"));
            return cached;
        }

        var commit = revision.Commit;
        if (options.Weights && !HasWeights(revision))
            throw Refusal(reference, revision);
        if (store.FindCommit(reference.Revision) is null) store.WriteReference(reference.Revision, commit);
        // The index is small and says which weights there are; weights come last, so that a snapshot with weights is whole.
        var small = HubFiles.ChooseSmall(revision.Files).Concat(options.Weights && revision.Files.Contains(HubFiles.WeightIndex) ? [HubFiles.WeightIndex] : []);
        await FetchAsync([.. small]).ConfigureAwait(false);
        if (options.Weights)
        {
            var weights = HubFiles.ChooseWeights(revision.Files, () => File.ReadAllText(Path.Combine(store.Snapshot(commit), HubFiles.WeightIndex)), reference.Repository);
            if (weights.FirstOrDefault(w => !revision.Files.Contains(w)) is { } absent)
                throw new HubException($"{reference.Repository}: {HubFiles.WeightIndex} names {absent}, which the repository does not hold at revision '{reference.Revision}'.");
            await FetchAsync(weights).ConfigureAwait(false);
        }
        store.WriteReference(reference.Revision, commit);
        return store.Snapshot(commit);

        async Task FetchAsync(IReadOnlyList<string> names)
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.Parallelism), CancellationToken = cancellation };
            var files = new ConcurrentBag<HubFile>();
            await Parallel.ForEachAsync(names.Where(n => !store.Has(commit, n)), parallel, async (name, stop) =>
                files.Add(await client.DescribeAsync(commit, name, stop).ConfigureAwait(false))).ConfigureAwait(false);
            if (files.IsEmpty) return;
            store.RequireRoom(files, reference);
            await Parallel.ForEachAsync(files.OrderBy(f => f.Name, StringComparer.Ordinal), parallel, async (file, stop) =>
                await new HubDownload(client, store, reference, file, progress).RunAsync(commit, stop).ConfigureAwait(false)).ConfigureAwait(false);
        }
    }

    private static bool HasWeights(HubRevision revision) =>
        revision.Files.Contains(HubFiles.WeightIndex) || HubFiles.ChooseWeights(revision.Files, () => "", "").Count > 0;

    private static HubException Refusal(HubReference reference, HubRevision revision)
    {
        var pickled = HubFiles.Pickled(revision.Files);
        return new HubException(pickled.Count > 0
            ? $"{reference.Repository} holds its weights only in Python's pickle format ({string.Join(", ", pickled.Take(3))}{(pickled.Count > 3 ? ", …" : "")}), which can run any program when it is read: refused. Give a revision with safetensors (a conversion often waits as {reference.Repository}@refs/pr/1) or convert it with transformers' save_pretrained."
            : $"{reference.Repository} holds no safetensors weights at revision '{reference.Revision}' (files: {string.Join(", ", revision.Files.Take(10))}{(revision.Files.Count > 10 ? ", …" : "")}).");
    }
}
