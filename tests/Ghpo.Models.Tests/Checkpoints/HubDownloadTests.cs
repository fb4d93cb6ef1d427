using System.Globalization;
using System.Text;
using Ghpo.Models.Checkpoints;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>What can go wrong on the way, and what comes of it.</summary>
public sealed class HubDownloadTests : HubFixture
{
    private byte[] Downloaded => File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors"));
    private string Incomplete => Path.Combine(Cache, "blobs", Weights + ".incomplete");

    [Fact]
    public async Task The_token_goes_to_the_hub_and_to_no_other_host()
    {
        Options = Options with { Token = "hf_secret" };
        await ResolveAsync();
        Assert.NotEmpty(Fetches);
        Assert.All(Server.Requests, r => Assert.Equal(r.Cdn ? null : "Bearer hf_secret", r.Headers.GetValueOrDefault("Authorization")));
        Assert.DoesNotContain("hf_secret", Options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_goes_on_where_it_stopped()
    {
        Fail(2, r => r.Cdn, a => a with { CutAfter = 100_000 });
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.Equal([null, "bytes=100000-", "bytes=200000-"], Fetches.Select(r => r.Range));
        Assert.Equal(2, Pauses.Count);
    }

    [Fact]
    public async Task A_small_file_goes_on_only_if_it_is_still_the_same()
    {
        Server.Files["tokenizer.json"] = Bytes(50_000, 9);
        Fail(1, r => r.Method == "GET" && r.Path.EndsWith("tokenizer.json", StringComparison.Ordinal), a => a with { CutAfter = 20_000 });
        await ResolveAsync();
        var again = Server.Requests.Single(r => r.Range is not null);
        Assert.Equal(("bytes=20000-", $"\"{HubServer.GitSha1(Server.Files["tokenizer.json"])}\""), (again.Range!, again.Headers["If-Range"]));
        Assert.Equal(Server.Files["tokenizer.json"], File.ReadAllBytes(Path.Combine(Snapshot, "tokenizer.json")));
    }

    [Fact]
    public async Task A_cut_in_every_connection_is_borne_while_it_moves_on()
    {
        Server.Change = (r, a) => r.Cdn ? a with { CutAfter = 30_000 } : a;
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.Equal(10, Fetches.Count());
    }

    [Fact]
    public async Task A_connection_that_never_moves_on_ends_after_the_tries_and_keeps_what_came()
    {
        var first = true;
        Server.Change = (r, a) =>
        {
            if (!r.Cdn) return a;
            var cut = first ? 1234 : 0;
            first = false;
            return a with { CutAfter = cut };
        };
        var error = await FailAsync();
        Assert.Contains("org/tiny/model.safetensors cannot be had", error.Message, StringComparison.Ordinal);
        Assert.Contains("run again to go on", error.Message, StringComparison.Ordinal);
        Assert.Equal(Options.Tries, Fetches.Count());
        Assert.Equal(1234, new FileInfo(Incomplete).Length);
    }

    [Fact]
    public async Task A_silent_server_is_left_and_the_download_goes_on()
    {
        Options = Options with { Timeout = TimeSpan.FromMilliseconds(400) };
        Fail(1, r => r.Cdn, a => a with { SilentAfter = 5000 });
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.Equal([null, "bytes=5000-"], Fetches.Select(r => r.Range));
        Assert.Contains(Notes, n => n.Contains("nothing came for 0.4 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancellation_keeps_what_came_and_the_next_run_goes_on_from_there()
    {
        Fail(1, r => r.Cdn, a => a with { SilentAfter = 70_000 });
        using var stop = new CancellationTokenSource();
        // Only when bytes of the weights are on the disk.
        var watcher = new Listener(p => { if (p.File == "model.safetensors" && p.Received > 0) stop.Cancel(); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ResolveAsync(progress: watcher, cancellation: stop.Token));
        var kept = new FileInfo(Incomplete).Length;
        Assert.InRange(kept, 1, 70_000);

        await ResolveAsync();
        Assert.Equal($"bytes={kept}-", Fetches.Last().Range);
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.False(File.Exists(Incomplete));
    }

    [Fact]
    public async Task Wrong_bytes_are_deleted_and_named()
    {
        Server.Change = (r, a) => r.Cdn ? a with { Body = Bytes(a.Body.Length, 99) } : a;
        var error = await FailAsync();
        Assert.Contains("org/tiny/model.safetensors came wrong: its sha256 is", error.Message, StringComparison.Ordinal);
        Assert.Contains("What came is deleted", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Incomplete));
        Assert.False(File.Exists(Path.Combine(Snapshot, "model.safetensors")));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    public async Task Wrong_bytes_of_a_small_file_are_found_by_gits_hash(string file)
    {
        Server.Change = (r, a) => r.Method == "GET" && r.Path.EndsWith(file, StringComparison.Ordinal) ? a with { Body = Bytes(a.Body.Length, 99) } : a;
        Assert.Contains($"{file} came wrong: its git sha1 is", (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_bytes_than_announced_are_not_taken()
    {
        Server.Change = (r, a) => r.Cdn ? a with { Body = Bytes(9_000_000, 99) } : a;
        Assert.Contains("instead of 300000, or more", (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_remains_of_an_earlier_download_are_thrown_away()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incomplete)!);
        File.WriteAllBytes(Incomplete, Bytes(1000, 98));
        await ResolveAsync();
        Assert.Equal(["bytes=1000-", null], Fetches.Select(r => r.Range));
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.Contains(Notes, n => n.Contains("beginning anew", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(300_000)]
    [InlineData(300_001)]
    public async Task Remains_that_are_whole_are_checked_and_those_that_are_too_long_are_not_used(int length)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Incomplete)!);
        File.WriteAllBytes(Incomplete, [.. Server.Files["model.safetensors"], .. new byte[length - 300_000]]);
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
        Assert.Equal(length > 300_000 ? 1 : 0, Fetches.Count());
    }

    [Theory]
    [InlineData(200)]
    [InlineData(416)]
    public async Task A_server_without_ranges_sends_everything_again(int status)
    {
        var content = Server.Files["model.safetensors"];
        var cut = true;
        Server.Change = (r, a) =>
        {
            if (!r.Cdn) return a;
            if (r.Range is not null) return status == 200 ? new(200, [], content) : HubAnswer.Refuse(416);
            (var now, cut) = (cut, false);
            return now ? a with { CutAfter = 1000 } : a;
        };
        await ResolveAsync();
        Assert.Equal(content, Downloaded);
    }

    [Theory]
    [InlineData("Retry-After", "7", 7)]
    [InlineData("RateLimit", "\"resolvers\";r=0;t=42", 42)]
    public async Task Too_many_requests_are_followed_by_the_pause_the_hub_asks_for(string header, string value, int seconds)
    {
        Fail(2, r => r.Method == "HEAD" && r.Path.EndsWith("config.json", StringComparison.Ordinal), _ => HubAnswer.Refuse(429, (header, value)));
        await ResolveAsync();
        Assert.Equal([TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds)], Pauses);
    }

    [Fact]
    public async Task A_pause_may_be_asked_for_as_a_date()
    {
        var date = DateTimeOffset.UtcNow.AddMinutes(2);
        Fail(1, r => r.Cdn, _ => HubAnswer.Refuse(429, ("Retry-After", date.ToString("R", CultureInfo.InvariantCulture))));
        await ResolveAsync();
        Assert.InRange(Assert.Single(Pauses).TotalSeconds, 60, 121);
    }

    [Fact]
    public async Task A_pause_that_is_too_long_is_not_kept()
    {
        Server.Change = (_, _) => HubAnswer.Refuse(429, ("Retry-After", "7200"));
        Assert.Contains("asks to wait for 7200 s", (await FailAsync()).Message, StringComparison.Ordinal);
        Assert.Empty(Pauses);
    }

    [Fact]
    public async Task A_broken_server_is_tried_again_with_growing_pauses_and_then_given_up()
    {
        Server.Change = (_, _) => HubAnswer.Refuse(502);
        var error = await FailAsync();
        Assert.Contains($"the server failed (HTTP 502) (tried {Options.Tries} times)", error.Message, StringComparison.Ordinal);
        Assert.Equal(Options.Tries, Server.Requests.Count);
        Assert.Equal(Options.Tries - 1, Pauses.Count);
        Assert.True(Pauses[^1] > 2 * Pauses[0], $"the pauses were {string.Join(", ", Pauses)}");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        await Server.DisposeAsync();
        Assert.Contains($"cannot be had from {Options.Endpoint}", (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "GatedRepo", false, "org/tiny is gated: accept its terms at", "set HF_TOKEN")]
    [InlineData(403, "GatedRepo", true, "your token's account has no access yet", "accept its terms at")]
    [InlineData(401, "RepoNotFound", false, "There is no public model org/tiny", "set HF_TOKEN")]
    [InlineData(401, null, true, "refuses your token", "wrong or expired")]
    [InlineData(403, null, true, "forbids access", "read access")]
    [InlineData(404, "RepoNotFound", true, "no folder and no model org/tiny", "Check the name")]
    [InlineData(404, "RevisionNotFound", false, "org/tiny has no revision 'main'", "branch, tag or commit")]
    [InlineData(404, null, false, "no model org/tiny with a revision 'main'", "Check the name")]
    [InlineData(418, null, false, "refuses org/tiny", "HTTP 418")]
    public async Task A_refusal_is_explained(int status, string? code, bool token, string expected, string advice)
    {
        Options = Options with { Token = token ? "hf_x" : null };
        Server.Change = (_, _) => HubAnswer.Refuse(status, code is null ? [] : [("X-Error-Code", code), ("X-Error-Message", "as the hub puts it")]);
        var error = await FailAsync();
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Equal(code is not null, error.Message.Contains("as the hub puts it", StringComparison.Ordinal));
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_file_that_is_listed_but_missing_is_named()
    {
        Fail(1, r => r.Method == "HEAD" && r.Path.EndsWith("config.json", StringComparison.Ordinal), _ => HubAnswer.Refuse(404, ("X-Error-Code", "EntryNotFound")));
        Assert.Contains("org/tiny has no file 'config.json' at revision 'main'", (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_with_the_token()
    {
        Options = Options with { Token = "hf_x" };
        Server.Change = (r, a) => !r.Path.Contains("/old/", StringComparison.Ordinal) ? a
            : HubAnswer.Refuse(307, ("Location", r.Path.Replace("/old/", "/org/", StringComparison.Ordinal)));
        var folder = await ResolveAsync("old/tiny");
        Assert.EndsWith(Path.Combine("models--old--tiny", "snapshots", HubServer.Commit), folder, StringComparison.Ordinal);
        Assert.All(Server.Requests.Where(r => !r.Cdn), r => Assert.Equal("Bearer hf_x", r.Headers["Authorization"]));
    }

    [Theory]
    [InlineData("/api/models/org/tiny/revision/main", "more than 10 times")]
    [InlineData("ftp://127.0.0.1/x", "not secure")]
    public async Task Redirects_are_bounded_and_go_to_the_web_only(string location, string expected)
    {
        Server.Change = (_, _) => HubAnswer.Refuse(302, ("Location", location));
        Assert.Contains(expected, (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_who_want_the_same_model_at_once_fetch_it_once()
    {
        Server.Files["model.safetensors"] = Bytes(4_000_000, 10);
        await Task.WhenAll(ResolveAsync(), ResolveAsync(), ResolveAsync());
        Assert.Single(Fetches);
        Assert.Equal(Server.Files["model.safetensors"], Downloaded);
    }

    [Fact]
    public async Task A_download_waits_for_the_lock_of_another_process()
    {
        var locks = Directory.CreateDirectory(Path.Combine(Options.CacheFolder, ".locks", "models--org--tiny"));
        var waits = new TaskCompletionSource();
        var watcher = new Listener(p => { if (p.Note?.Contains("another process", StringComparison.Ordinal) == true) waits.TrySetResult(); });
        Task<string> running;
        using (new FileStream(Path.Combine(locks.FullName, Weights + ".lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            running = ResolveAsync(progress: watcher);
            await Task.WhenAny(waits.Task, running);
            Assert.True(waits.Task.IsCompleted, $"the download did not wait: {running.Exception?.Message}");
            Assert.Empty(Fetches);
        }
        Assert.Equal(Snapshot, await running);
    }

    [Fact]
    public async Task Progress_tells_how_far_each_file_is()
    {
        var heard = new List<HubProgress>();
        await ResolveAsync(progress: new Listener(p => { lock (heard) heard.Add(p); }));
        var weights = heard.Where(p => p.File == "model.safetensors").ToArray();
        Assert.Equal((300_000, 300_000), (weights[^1].Received, weights[^1].Size));
        Assert.Equal(weights.Select(p => p.Received).Order(), weights.Select(p => p.Received));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_is_named()
    {
        var file = Path.Combine(Directory.CreateDirectory(Options.CacheFolder).FullName, "models--org--tiny");
        File.WriteAllText(file, "in the way", Encoding.ASCII);
        Assert.Contains($"the cache {Options.CacheFolder} cannot be used", (await FailAsync()).Message, StringComparison.Ordinal);
    }
}
