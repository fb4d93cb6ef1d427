using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>A request that the server got; <c>Cdn</c> where it came to the other host, that of the large files.</summary>
internal sealed record HubRequest(bool Cdn, string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("range");
}

/// <summary>An answer as the wire carries it; cut or silent after so many bytes of the body where a test wants that.</summary>
internal sealed record HubAnswer(int Status, (string Name, string Value)[] Headers, byte[] Body)
{
    public int? CutAfter { get; init; }
    public int? SilentAfter { get; init; }

    public static HubAnswer Refuse(int status, params (string, string)[] headers) => new(status, headers, []);
}

/// <summary>
/// Behaves as the hub does, on two ports of 127.0.0.1: the hub itself and the host that it sends readers of large files to.
/// Every answer passes through <see cref="Change"/>, where a test makes it fail.
/// </summary>
internal sealed class HubServer : IAsyncDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private readonly TcpListener _hub = new(IPAddress.Loopback, 0), _cdn = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _work = [];

    public HubServer()
    {
        foreach (var (listener, cdn) in new[] { (_hub, false), (_cdn, true) })
        {
            listener.Start();
            _work.Add(AcceptAsync(listener, cdn));
        }
    }

    public string Repository { get; set; } = "org/tiny";
    public string Revision { get; set; } = "main";
    public Dictionary<string, byte[]> Files { get; } = [];
    public Func<HubRequest, HubAnswer, HubAnswer> Change { get; set; } = (_, answer) => answer;
    public ConcurrentQueue<HubRequest> Requests { get; } = [];
    public string Endpoint => $"http://{_hub.LocalEndpoint}";
    private string Cdn => $"http://{_cdn.LocalEndpoint}";

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "git names blobs by it")]
    public static string GitSha1(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));

    public static bool IsLarge(string file) => file.EndsWith(".safetensors", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        _hub.Stop();
        _cdn.Stop();
        await Task.WhenAll(_work);
    }

    private HubAnswer Answer(HubRequest request)
    {
        if (request.Cdn)
            return Files.Values.FirstOrDefault(f => request.Path == "/blob/" + Sha256(f)) is { } content ? Send(request, content, "an etag of its own", []) : HubAnswer.Refuse(404);
        if (request.Path == $"/api/models/{Repository}/revision/{Uri.EscapeDataString(Revision)}")
            return new(200, [], JsonSerializer.SerializeToUtf8Bytes(new { sha = Commit, siblings = Files.Keys.Select(rfilename => new { rfilename }) }));
        var files = $"/{Repository}/resolve/{Commit}/";
        if (!request.Path.StartsWith(files, StringComparison.Ordinal)) return HubAnswer.Refuse(404, ("X-Error-Code", "RepoNotFound"));
        var name = Uri.UnescapeDataString(request.Path[files.Length..]);
        if (!Files.TryGetValue(name, out var file)) return HubAnswer.Refuse(404, ("X-Error-Code", "EntryNotFound"));
        return IsLarge(name)
            ? new(302, [("X-Repo-Commit", Commit), ("X-Linked-Etag", $"\"{Sha256(file)}\""), ("X-Linked-Size", $"{file.Length}"), ("ETag", "\"not the content's\""), ("Location", $"{Cdn}/blob/{Sha256(file)}")], [])
            : Send(request, file, GitSha1(file), [("X-Repo-Commit", Commit)]);
    }

    // Ranges as HTTP has them: from a byte on, if the content is still that of If-Range.
    private static HubAnswer Send(HubRequest request, byte[] content, string etag, (string, string)[] headers)
    {
        headers = [.. headers, ("ETag", $"\"{etag}\"")];
        var changed = request.Headers.TryGetValue("if-range", out var expected) && expected != $"\"{etag}\"";
        if (request.Range is not { } range || changed) return new(200, headers, content);
        var from = int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
        return from >= content.Length ? HubAnswer.Refuse(416) : new(206, [.. headers, ("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}")], content[from..]);
    }

    private async Task AcceptAsync(TcpListener listener, bool cdn)
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token), cdn));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client, bool cdn)
    {
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                if (await ReadRequestAsync(stream, cdn) is not { } request) return;
                Requests.Enqueue(request);
                var answer = Change(request, Answer(request));
                var head = new StringBuilder($"HTTP/1.1 {answer.Status} x\r\nConnection: close\r\nContent-Length: {answer.Body.Length}\r\n");
                foreach (var (name, value) in answer.Headers) head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
                await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
                if (request.Method == "HEAD") return;
                var count = Math.Min(answer.Body.Length, answer.CutAfter ?? answer.SilentAfter ?? int.MaxValue);
                await stream.WriteAsync(answer.Body.AsMemory(0, count), _stop.Token);
                if (answer.SilentAfter is not null) await Task.Delay(Timeout.Infinite, _stop.Token);
                // Wait for the reader to hang up, so that nothing that was sent is lost to a reset.
                client.Client.Shutdown(SocketShutdown.Send);
                while (await stream.ReadAsync(new byte[1], _stop.Token) > 0) { }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The reader hung up or the test is over.
        }
    }

    private async Task<HubRequest?> ReadRequestAsync(NetworkStream stream, bool cdn)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, false, 1024, leaveOpen: true);
        if (await reader.ReadLineAsync(_stop.Token) is not { } first) return null;
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } line)
            headers[line[..line.IndexOf(':', StringComparison.Ordinal)]] = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        return new(cdn, first.Split(' ')[0], first.Split(' ')[1], headers);
    }
}
