using System.Text;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>What lies where, what is fetched at all, and what is found without the network.</summary>
public sealed class HubCacheTests : HubFixture
{
    [Fact]
    public async Task A_folder_that_exists_is_the_model_and_nobody_is_asked()
    {
        var folder = Path.GetTempPath();
        Assert.Equal(Path.GetFullPath(folder), await ResolveAsync(folder));
        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData("./no/such/folder", "no such folder")]
    [InlineData("/no/such/folder", "no such folder")]
    [InlineData("a/b/c", "no such folder")]
    [InlineData("org/na me", "neither a folder that exists nor a model's name")]
    [InlineData("org/a..b", "neither a folder that exists nor a model's name")]
    [InlineData("org/name@../../x", "is no revision")]
    [InlineData("org/name@", "is no revision")]
    public async Task What_is_neither_folder_nor_name_is_said_to_be_so(string model, string expected) =>
        Assert.Contains(expected, (await FailAsync(model)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_download_has_the_layout_of_Pythons_hub_and_only_the_files_a_model_needs()
    {
        Server.Files["original/model.safetensors"] = Bytes(10, 2);
        Server.Files["pytorch_model.bin"] = Bytes(10, 3);
        Assert.Equal(Snapshot, await ResolveAsync());

        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Directory.EnumerateFileSystemEntries(Snapshot).Select(Path.GetFileName).Order());
        Assert.Equal(HubServer.Commit, File.ReadAllText(Path.Combine(Cache, "refs", "main")));
        Assert.Equal(Path.Combine("..", "..", "blobs", Weights), new FileInfo(Path.Combine(Snapshot, "model.safetensors")).LinkTarget);
        Assert.Equal(Path.Combine("..", "..", "blobs", HubServer.GitSha1(Server.Files["config.json"])), new FileInfo(Path.Combine(Snapshot, "config.json")).LinkTarget);
        Assert.Equal(Server.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")));
        Assert.Equal(3, Directory.GetFiles(Path.Combine(Cache, "blobs")).Length);
        Assert.True(File.Exists(Path.Combine(Options.CacheFolder, ".locks", "models--org--tiny", Weights + ".lock")));
    }

    [Fact]
    public async Task A_second_time_only_the_commit_is_asked_for()
    {
        await ResolveAsync();
        Server.Requests.Clear();
        await ResolveAsync();
        Assert.Equal("/api/models/org/tiny/revision/main", Assert.Single(Server.Requests).Path);
    }

    [Fact]
    public async Task A_sharded_model_is_the_shards_that_its_index_names()
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["model-00001-of-00002.safetensors"] = Bytes(1000, 4);
        Server.Files["model-00002-of-00002.safetensors"] = Bytes(1000, 5);
        Server.Files["consolidated.safetensors"] = Bytes(2000, 6);
        Add("model.safetensors.index.json", """{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors", "c": "model-00001-of-00002.safetensors"}}""");
        await ResolveAsync();
        Assert.Equal(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"], Directory.GetFiles(Snapshot, "*.safetensors").Select(Path.GetFileName).Order());

        File.Delete(Path.Combine(Snapshot, "model-00002-of-00002.safetensors"));
        Options = Options with { Offline = true };
        var error = await FailAsync();
        Assert.Contains("lacks model-00002-of-00002.safetensors. Offline mode is on (HF_HUB_OFFLINE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adapter_and_a_folder_of_templates_come_whole()
    {
        Server.Files.Clear();
        Add("adapter_config.json", "{}");
        Add("additional_chat_templates/tools.jinja", "{{ messages }}");
        Server.Files["adapter_model.safetensors"] = Bytes(100, 7);
        await ResolveAsync();
        Assert.Equal("{{ messages }}", File.ReadAllText(Path.Combine(Snapshot, "additional_chat_templates", "tools.jinja")));
        Assert.Equal(100, File.ReadAllBytes(Path.Combine(Snapshot, "adapter_model.safetensors")).Length);
    }

    [Fact]
    public async Task Without_weights_only_small_files_are_fetched_and_weights_may_follow()
    {
        Options = Options with { Weights = false };
        await ResolveAsync();
        Assert.Equal(["config.json", "tokenizer.json"], Directory.GetFiles(Snapshot).Select(Path.GetFileName).Order());
        Options = Options with { Weights = true };
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("v1.0")]
    [InlineData("refs/pr/1")]
    [InlineData(HubServer.Commit)]
    public async Task Offline_finds_by_branch_tag_or_commit_what_was_downloaded(string revision)
    {
        Server.Revision = revision;
        await ResolveAsync("org/tiny@" + revision);
        Server.Requests.Clear();
        Options = Options with { Offline = true };
        Assert.Equal(Snapshot, await ResolveAsync("org/tiny@" + revision));
        Assert.Empty(Server.Requests);
        Assert.Contains("at revision 'other' is not in the cache", (await FailAsync("org/tiny@other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_Python_downloaded_is_found_and_only_the_rest_is_fetched()
    {
        // As huggingface_hub writes it: the reference without a line's end, links from the snapshot to the blobs.
        var blob = Path.Combine(Cache, "blobs", Weights);
        foreach (var folder in new[] { "blobs", "refs", Path.Combine("snapshots", HubServer.Commit) }) Directory.CreateDirectory(Path.Combine(Cache, folder));
        File.WriteAllText(Path.Combine(Cache, "refs", "main"), HubServer.Commit);
        File.WriteAllBytes(blob, Server.Files["model.safetensors"]);
        File.CreateSymbolicLink(Path.Combine(Snapshot, "model.safetensors"), Path.Combine("..", "..", "blobs", Weights));
        await ResolveAsync();
        Assert.Empty(Fetches);
        Assert.True(File.Exists(Path.Combine(Snapshot, "config.json")));
    }

    [Fact]
    public async Task A_link_whose_blob_is_gone_is_fetched_again()
    {
        await ResolveAsync();
        File.Delete(Path.Combine(Cache, "blobs", Weights));
        await ResolveAsync();
        Assert.Equal(Server.Files["model.safetensors"], File.ReadAllBytes(Path.Combine(Snapshot, "model.safetensors")));
    }

    [Fact]
    public async Task Where_links_cannot_be_made_the_snapshot_holds_the_files_themselves()
    {
        Options = Options with { Symlinks = false };
        await ResolveAsync();
        var file = new FileInfo(Path.Combine(Snapshot, "model.safetensors"));
        Assert.Null(file.LinkTarget);
        Assert.Equal(Server.Files["model.safetensors"], File.ReadAllBytes(file.FullName));
        Options = Options with { Offline = true };
        Assert.Equal(Snapshot, await ResolveAsync());
    }

    [Fact]
    public async Task A_hub_that_cannot_be_reached_does_not_stop_who_has_the_model()
    {
        await ResolveAsync();
        Server.Change = (_, _) => HubAnswer.Refuse(503);
        Assert.Equal(Snapshot, await ResolveAsync());
        Assert.Empty(Pauses);
        Assert.Contains("cannot be reached", Assert.Single(Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pickled_weights_are_refused_by_name()
    {
        Server.Files.Remove("model.safetensors");
        Server.Files["pytorch_model.bin"] = Bytes(10, 8);
        Assert.Contains("pickle format (pytorch_model.bin)", (await FailAsync()).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Snapshot));
    }

    [Theory]
    [InlineData("../../evil.safetensors")]
    [InlineData("/etc/evil.safetensors")]
    [InlineData("a\\..\\..\\evil.safetensors")]
    [InlineData("additional_chat_templates/../../../evil.jinja")]
    public async Task A_file_name_that_leaves_the_cache_is_refused(string name)
    {
        Add(name, "evil");
        Assert.Contains("could lie outside the cache", (await FailAsync()).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Options.CacheFolder));
    }

    [Theory]
    [InlineData("""{"weight_map": {"a": "../evil.safetensors"}}""", "names '../evil.safetensors'")]
    [InlineData("""{"weight_map": {"a": "absent.safetensors"}}""", "names absent.safetensors, which the repository does not hold")]
    [InlineData("""{"weight_map": {"a": 1}}""", "is broken")]
    [InlineData("""{"weight_map": {"a": null}}""", "names ''")]
    [InlineData("{", "is broken")]
    [InlineData("[]", "is broken")]
    public async Task An_index_that_names_what_is_not_there_is_refused(string index, string expected)
    {
        Server.Files.Remove("model.safetensors");
        Add("model.safetensors.index.json", index);
        Assert.Contains(expected, (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Linked-Etag", "\"../../../evil\"", "as the ETag of")]
    [InlineData("X-Linked-Etag", "\"\"", "as the ETag of")]
    [InlineData("X-Repo-Commit", "ffff", "with commit ffff, not")]
    [InlineData("X-Linked-Size", "9000000000000000000", "Make room")]
    public async Task What_the_hub_says_of_a_file_must_make_sense(string header, string value, string expected)
    {
        Fail(1, r => r.Method == "HEAD" && r.Path.EndsWith(".safetensors", StringComparison.Ordinal), a => a with { Headers = [.. a.Headers.Where(h => h.Name != header), (header, value)] });
        Assert.Contains(expected, (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>", "no JSON object")]
    [InlineData("""{"siblings": []}""", "no JSON object")]
    [InlineData("""{"sha": "../..", "siblings": []}""", "as the commit of")]
    [InlineData("""{"sha": "abc", "siblings": []}""", "holds no safetensors weights")]
    public async Task What_the_hub_says_of_a_revision_must_make_sense(string answer, string expected)
    {
        Fail(1, r => r.Path.StartsWith("/api", StringComparison.Ordinal), a => a with { Body = Encoding.UTF8.GetBytes(answer) });
        Assert.Contains(expected, (await FailAsync()).Message, StringComparison.Ordinal);
    }
}
