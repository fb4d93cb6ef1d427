using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Ghpo.Models.Checkpoints;

/// <summary>What the hub says of a file: the name of its content (a sha256 for large files, git's sha1 for others) and its length.</summary>
internal sealed record HubFile(string Name, string ETag, long? Size);

/// <summary>The commit of a revision and the names of its files.</summary>
internal sealed record HubRevision(string Commit, IReadOnlyList<string> Files);

/// <summary>Speaks with the hub: questions, redirects, the token, time limits, and which failures are worth another try.</summary>
internal sealed partial class HubClient : IDisposable
{
    private const int LongestAnswer = 64 << 20;
    private const int MostRedirects = 10;
    private readonly HubOptions _options;
    private readonly HubReference _reference;
    private readonly IProgress<HubProgress>? _progress;
    private readonly Uri _endpoint;
    private readonly HttpClient _http;

    public HubClient(HubOptions options, HubReference reference, IProgress<HubProgress>? progress)
    {
        (_options, _reference, _progress) = (options, reference, progress);
        if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out _endpoint!) || _endpoint.Scheme is not ("http" or "https"))
            throw new HubException($"HF_ENDPOINT is '{options.Endpoint}': expected an address such as https://huggingface.co.");
        // Redirects are followed here, one by one, so that the token stays with the hub; no cookies, no decompression (sizes and hashes are of the plain file).
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = options.Timeout };
        _http = new HttpClient(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Asks which commit the revision is now, and for the names of its files.</summary>
    public async Task<HubRevision> ResolveRevisionAsync(int tries, CancellationToken cancellation)
    {
        var path = $"/api/models/{_reference.Repository}/revision/{Uri.EscapeDataString(_reference.Revision)}";
        var answer = await RetryAsync("", tries, async () =>
        {
            using var response = await SendAsync(HttpMethod.Get, path, null, 0, null, cancellation).ConfigureAwait(false);
            return await ReadAllAsync(response, cancellation).ConfigureAwait(false);
        }, null, cancellation).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(answer);
            var commit = document.RootElement.GetProperty("sha").GetString() ?? "";
            var files = document.RootElement.GetProperty("siblings").EnumerateArray().Select(f => f.GetProperty("rfilename").GetString() ?? "").ToArray();
            if (!FileName().IsMatch(commit)) throw new HubException($"{_endpoint} gives '{commit}' as the commit of {_reference.Repository}, which is none: refused.");
            if (files.FirstOrDefault(f => !HubFiles.IsSafe(f)) is { } hostile)
                throw new HubException($"{_endpoint} lists a file '{hostile}' in {_reference.Repository}, which could lie outside the cache: refused.");
            return new HubRevision(commit, files);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HubException($"{_endpoint}{path} gives no JSON object with \"sha\" and \"siblings\": is HF_ENDPOINT the address of a hub? {e.Message}", e);
        }
    }

    /// <summary>Asks for a file's content name and length.</summary>
    public Task<HubFile> DescribeAsync(string commit, string file, CancellationToken cancellation) => RetryAsync(file, async () =>
    {
        using var response = await SendAsync(HttpMethod.Head, FilePath(commit, file), file, 0, null, cancellation).ConfigureAwait(false);
        if (HubException.Header(response, "X-Repo-Commit") is { } answered && answered != commit)
            throw new HubException($"{_endpoint} answers for {file} of {_reference.Repository} with commit {answered}, not {commit} as asked: refused.");
        var etag = (HubException.Header(response, "X-Linked-Etag") ?? HubException.Header(response, "ETag") ?? "").Replace("W/", "", StringComparison.Ordinal).Trim('"');
        if (!FileName().IsMatch(etag))
            throw new HubException($"{_endpoint} gives '{etag}' as the ETag of {file} of {_reference.Repository}: expected the content's hash. Is HF_ENDPOINT the address of a hub, with no proxy that drops headers?");
        var size = long.TryParse(HubException.Header(response, "X-Linked-Size"), out var linked) && linked >= 0 ? linked
            : response.IsSuccessStatusCode ? response.Content.Headers.ContentLength : null;
        return new HubFile(file, etag, size);
    }, null, cancellation);

    /// <summary>Begins to fetch a file from a byte on. The answer's status is 206, or 200 if it starts at 0 all the same, or 416 if there is nothing from there on.</summary>
    public Task<HttpResponseMessage> FetchAsync(string commit, HubFile file, long from, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, FilePath(commit, file.Name), file.Name, from, file.ETag, cancellation);

    /// <summary>One read of a body, with a limit on silence.</summary>
    public async Task<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellation) =>
        await LimitAsync(async limited => await body.ReadAsync(buffer, limited).ConfigureAwait(false), cancellation).ConfigureAwait(false);

    /// <summary>Does something again, with growing pauses or those the hub asks for, while it fails for a reason that may pass.</summary>
    /// <param name="file">The file that it is about; empty for the repository.</param>
    /// <param name="attempt">What is done.</param>
    /// <param name="received">Bytes so far: if they grew, the failures before do not count.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<T> RetryAsync<T>(string file, Func<Task<T>> attempt, Func<long>? received, CancellationToken cancellation) =>
        RetryAsync(file, _options.Tries, attempt, received, cancellation);

    private async Task<T> RetryAsync<T>(string file, int tries, Func<Task<T>> attempt, Func<long>? received, CancellationToken cancellation)
    {
        // The limit on all tries ends a server that gives a byte and hangs up, again and again.
        for (int failures = 0, all = 0; ;)
        {
            var before = received?.Invoke();
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (HubTransientException e)
            {
                failures = received?.Invoke() > before ? 1 : failures + 1;
                var what = file.Length == 0 ? _reference.Repository : $"{_reference.Repository}/{file}";
                if (failures >= tries || ++all >= 20 * tries)
                    throw new HubException($"{what} cannot be had from {_endpoint}: {e.Message} (tried {Math.Max(failures, all)} times). What has come is kept: run again to go on.", e);
                var pause = e.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(30, 1 << (failures - 1)) * (0.75 + 0.5 * Random.Shared.NextDouble()));
                if (pause > _options.LongestPause)
                    throw new HubException($"{what}: {e.Message}, and {_endpoint} asks to wait for {pause.TotalSeconds:0} s. Run again after that; a token (HF_TOKEN) raises the hub's limits.", e);
                _progress?.Report(new HubProgress(file, received?.Invoke() ?? 0, null, $"{e.Message}; next try in {pause.TotalSeconds:0.#} s"));
                await _options.Pause(pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    private string FilePath(string commit, string file) =>
        $"/{_reference.Repository}/resolve/{commit}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}";

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? file, long from, string? etag, CancellationToken cancellation)
    {
        var uri = new Uri(_options.Endpoint + path);
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var request = Request(method, uri, from, etag);
            var response = await LimitAsync(limited => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited), cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode || (from > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)) return response;
            // For a large file the hub's own answer describes it and sends the reader elsewhere for the content.
            var target = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location ? new Uri(uri, location) : null;
            if (target is not null && method == HttpMethod.Head && (HubException.Header(response, "X-Linked-Etag") is not null || !IsHub(target))) return response;
            using (response)
            {
                if (target is null) throw Refusal(response, file);
                if (target.Scheme is not ("http" or "https") || (uri.Scheme == "https" && target.Scheme == "http"))
                    throw new HubException($"{uri.Host} redirects {_reference.Repository}/{file} to {target.Scheme}://{target.Host}, which is not secure: refused.");
                uri = target;
            }
        }
        throw new HubException($"{_endpoint} redirects {_reference.Repository}/{file} more than {MostRedirects} times.");
    }

    private HttpRequestMessage Request(HttpMethod method, Uri uri, long from, string? etag)
    {
        var request = new HttpRequestMessage(method, uri);
        request.Headers.UserAgent.ParseAdd("ghpo");
        request.Headers.AcceptEncoding.ParseAdd("identity");
        if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
        if (!IsHub(uri)) return request;   // elsewhere: no token, and that host's ETags are its own
        if (_options.Token is { } token && !request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token))
            throw new HubException("The hub's token holds characters that a token cannot have: check HF_TOKEN or the token file.");
        if (from > 0 && etag is not null) request.Headers.IfRange = new RangeConditionHeaderValue($"\"{etag}\"");
        return request;
    }

    private bool IsHub(Uri uri) => uri.Scheme == _endpoint.Scheme && uri.Host == _endpoint.Host && uri.Port == _endpoint.Port;

    private Exception Refusal(HttpResponseMessage response, string? file) => (int)response.StatusCode switch
    {
        429 => new HubTransientException("the hub says that too many requests came (HTTP 429)", AskedPause(response)),
        408 or >= 500 => new HubTransientException($"the server failed (HTTP {(int)response.StatusCode})", AskedPause(response)),
        _ => HubException.ForRefusal(response, _reference, file, _options),
    };

    // Retry-After in seconds or as a date, or the hub's RateLimit header, whose t is the seconds until its window ends.
    private static TimeSpan? AskedPause(HttpResponseMessage response)
    {
        var pause = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - DateTimeOffset.UtcNow,
            _ when RateLimitReset().Match(HubException.Header(response, "RateLimit") ?? "") is { Success: true } match => TimeSpan.FromSeconds(int.Parse(match.Groups[1].ValueSpan)),
            _ => (TimeSpan?)null,
        };
        return pause < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }

    private async Task<byte[]> ReadAllAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        using var answer = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int count; (count = await ReadAsync(body, buffer, cancellation).ConfigureAwait(false)) > 0;)
        {
            answer.Write(buffer, 0, count);
            if (answer.Length > LongestAnswer) throw new HubException($"{_endpoint} gives more than {LongestAnswer >> 20} MB about {_reference.Repository}: is HF_ENDPOINT the address of a hub?");
        }
        return answer.ToArray();
    }

    private async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        try
        {
            return await action(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new HubTransientException($"nothing came for {_options.Timeout.TotalSeconds:0.#} s", null, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new HubTransientException(e.InnerException is { } inner && e is HttpRequestException ? $"{e.Message} {inner.Message}" : e.Message, null, e);
        }
    }

    // A commit or an ETag becomes the name of a folder or file.
    [GeneratedRegex(@"^[0-9A-Za-z][0-9A-Za-z._-]{0,127}\z")]
    private static partial Regex FileName();

    [GeneratedRegex(@"\br\s*=\s*0\s*;\s*t\s*=\s*(\d{1,6})")]
    private static partial Regex RateLimitReset();
}
