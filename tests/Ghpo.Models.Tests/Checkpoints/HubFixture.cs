using System.Text;
using Ghpo.Models.Checkpoints;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>A hub with one small model, an empty cache, and what the code under test said on the way.</summary>
public abstract class HubFixture : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ghpo-hub-");

    protected HubFixture()
    {
        Add("config.json", "{}");
        Add("tokenizer.json", "{\"model\": {}}");
        Add("README.md", "# Tiny");
        Server.Files["model.safetensors"] = Bytes(300_000, 1);
        Options = new HubOptions(_ => null) { Endpoint = Server.Endpoint, CacheFolder = Path.Combine(_folder.FullName, "hub"), Timeout = TimeSpan.FromSeconds(20), Pause = PauseAsync };
    }

    internal HubServer Server { get; } = new();
    protected HubOptions Options { get; set; }
    protected List<TimeSpan> Pauses { get; } = [];
    protected List<string> Notes { get; } = [];
    protected string Cache => Path.Combine(Options.CacheFolder, "models--org--tiny");
    protected string Snapshot => Path.Combine(Cache, "snapshots", HubServer.Commit);
    protected string Weights => HubServer.Sha256(Server.Files["model.safetensors"]);
    internal IEnumerable<HubRequest> Fetches => Server.Requests.Where(r => r.Method == "GET" && r.Cdn);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    protected void Add(string name, string text) => Server.Files[name] = Encoding.UTF8.GetBytes(text);

    protected static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    protected Task<string> ResolveAsync(string model = "org/tiny", IProgress<HubProgress>? progress = null, CancellationToken cancellation = default) =>
        ModelHub.ResolveAsync(model, Options, progress ?? new Listener(Heard), cancellation);

    protected Task<HubException> FailAsync(string model = "org/tiny") => Assert.ThrowsAsync<HubException>(() => ResolveAsync(model));

    /// <summary>Answers the first requests that meet a condition otherwise.</summary>
    internal void Fail(int times, Func<HubRequest, bool> which, Func<HubAnswer, HubAnswer> change) =>
        Server.Change = (request, answer) => which(request) && Interlocked.Decrement(ref times) >= 0 ? change(answer) : answer;

    protected sealed class Listener(Action<HubProgress> heard) : IProgress<HubProgress>
    {
        public void Report(HubProgress value) => heard(value);
    }

    private void Heard(HubProgress progress)
    {
        lock (Notes)
            if (progress.Note is { } note) Notes.Add(note);
    }

    private Task PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        lock (Pauses) Pauses.Add(pause);
        return Task.CompletedTask;
    }
}
