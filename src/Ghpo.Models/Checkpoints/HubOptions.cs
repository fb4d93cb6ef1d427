using System.Globalization;
using System.Text.RegularExpressions;

namespace Ghpo.Models.Checkpoints;

/// <summary>
/// Where models come from and where they are kept. A new instance follows the environment with the rules of Python's
/// <c>huggingface_hub</c> (HF_HOME, HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, XDG_CACHE_HOME, HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH,
/// HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE and a few more), so that both find each other's downloads; set a property to overrule it.
/// </summary>
public sealed partial record HubOptions
{
    /// <summary>Options as the environment of this process gives them.</summary>
    public HubOptions()
        : this(Environment.GetEnvironmentVariable)
    {
    }

    internal HubOptions(Func<string, string?> environment)
    {
        string? Variable(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (environment(name) is { } value && !string.IsNullOrWhiteSpace(value)) return value.Trim();
            return null;
        }

        bool Flag(params ReadOnlySpan<string> names) => Variable(names)?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
        string Expand(string path) => ExpandPath(path, environment);

        var home = Expand(Variable("HF_HOME") ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine("~", ".cache"), "huggingface"));
        CacheFolder = Expand(Variable("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"));
        Endpoint = (Variable("HF_ENDPOINT") ?? "https://huggingface.co").TrimEnd('/');
        Offline = Flag("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE");
        Symlinks = !Flag("HF_HUB_DISABLE_SYMLINKS");
        Token = Flag("HF_HUB_DISABLE_IMPLICIT_TOKEN") ? null
            : Variable("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ?? ReadToken(Expand(Variable("HF_TOKEN_PATH") ?? Path.Combine(home, "token")));
        if (int.TryParse(Variable("HF_HUB_DOWNLOAD_TIMEOUT"), CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
            Timeout = TimeSpan.FromSeconds(seconds);
    }

    /// <summary>The hub's address, without a slash at its end; <c>https://huggingface.co</c> unless HF_ENDPOINT names a mirror.</summary>
    public string Endpoint { get; init; }

    /// <summary>The folder that holds <c>models--org--name</c> folders; <c>~/.cache/huggingface/hub</c> unless the environment names another.</summary>
    public string CacheFolder { get; init; }

    /// <summary>The access token, for gated and private models; it is sent to <see cref="Endpoint"/> and to no other host.</summary>
    public string? Token { get; init; }

    /// <summary>Use the cache only and never the network.</summary>
    public bool Offline { get; init; }

    /// <summary>Whether weights are wanted; without them configuration, tokenizer and chat template are fetched.</summary>
    public bool Weights { get; init; } = true;

    /// <summary>Whether a snapshot links to its blobs; where links cannot be made, it holds the files themselves.</summary>
    public bool Symlinks { get; init; }

    /// <summary>The longest silence borne: until connected, until an answer begins, between two pieces of a file.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is tried that fails for a reason that may pass, with growing pauses; a download that moved on starts counting anew.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>The longest pause that the hub may ask for between two tries (HTTP 429, Retry-After); asked for more, we give up and say so.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many files are downloaded at once.</summary>
    public int Parallelism { get; init; } = 4;

    /// <summary>How pauses pass; the tests' do not.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;

    /// <summary>The options in words, without the token.</summary>
    public override string ToString() => $"{Endpoint}, cache {CacheFolder}{(Offline ? ", offline" : "")}{(Token is null ? "" : ", with a token")}";

    // As Python's expanduser and expandvars: ~ at the beginning, $NAME and ${NAME} where NAME is set.
    private static string ExpandPath(string path, Func<string, string?> environment)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~" + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        path = VariableInPath().Replace(path, match => environment(match.Groups["name"].Value) ?? match.Value);
        return Path.GetFullPath(path);
    }

    [GeneratedRegex(@"\$(?:(?<name>\w+)|\{(?<name>\w+)\})")]
    private static partial Regex VariableInPath();

    private static string? ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HubException($"{file}: the hub's token cannot be read ({e.Message}). Make the file readable, or set HF_TOKEN.", e);
        }
    }
}

/// <summary>How far a download is, or something worth telling on the way.</summary>
/// <param name="File">The file's name in the repository; empty where the note is about the repository.</param>
/// <param name="Received">Bytes on the disk so far, those of an earlier, cut download included.</param>
/// <param name="Size">Bytes of the whole file; null where the hub does not say.</param>
/// <param name="Note">A sentence for the user (a pause, another try, waiting for another process), or null.</param>
public sealed record HubProgress(string File, long Received, long? Size, string? Note = null);
