using System.Net;

namespace Ghpo.Models.Checkpoints;

/// <summary>A model could not be had from the hub or its cache; the message says what was wanted, why it failed and what to do.</summary>
public sealed class HubException : IOException
{
    /// <summary>An error with a message for the user.</summary>
    public HubException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What a refusal of the hub means, in words.</summary>
    /// <param name="response">The hub's answer; its X-Error-Code tells a missing repository, revision and file apart.</param>
    /// <param name="reference">What was asked for.</param>
    /// <param name="file">The file asked for; null where the question was about the revision.</param>
    /// <param name="options">Where it was asked, and whether with a token.</param>
    internal static HubException ForRefusal(HttpResponseMessage response, HubReference reference, string? file, HubOptions options)
    {
        var code = Header(response, "X-Error-Code");
        var (repository, endpoint) = (reference.Repository, options.Endpoint);
        var tokens = $"create a token with read access at {endpoint}/settings/tokens and set HF_TOKEN (or write it to $HF_HOME/token)";
        var missingRevision = $"{repository} has no revision '{reference.Revision}' at {endpoint}: give a branch, tag or commit that {endpoint}/{repository} lists.";
        var text = (response.StatusCode, code) switch
        {
            (_, "GatedRepo") when options.Token is null =>
                $"{repository} is gated: accept its terms at {endpoint}/{repository}, then {tokens}.",
            (_, "GatedRepo") =>
                $"{repository} is gated and your token's account has no access yet: accept its terms at {endpoint}/{repository} (some are granted by hand), and check that the token may read gated repositories.",
            (_, "RevisionNotFound") => missingRevision,
            (_, "EntryNotFound") => $"{repository} has no file '{file}' at revision '{reference.Revision}'.",
            (HttpStatusCode.Unauthorized, _) when options.Token is not null =>
                $"{endpoint} refuses your token for {repository}: it is wrong or expired, or the repository does not exist. Check the name; {tokens}.",
            (HttpStatusCode.Unauthorized, _) =>
                $"There is no public model {repository} at {endpoint}. Check the name; if it is private or gated, {tokens}.",
            (HttpStatusCode.Forbidden, _) =>
                $"{endpoint} forbids access to {repository}{(options.Token is null ? $": if it is gated, accept its terms at {endpoint}/{repository}; {tokens}." : ": your token does not allow it; give it read access to this repository.")}",
            (HttpStatusCode.NotFound, "RepoNotFound") or (HttpStatusCode.NotFound, null) when file is null =>
                $"There is no folder and no model {repository}{(code is null ? $" with a revision '{reference.Revision}'" : "")} at {endpoint}. Check the name{(options.Token is null ? "; if it is private, " + tokens : "")}.",
            (HttpStatusCode.NotFound, _) => $"{endpoint} has no file '{file}' of {repository} at revision '{reference.Revision}'.",
            _ => $"{endpoint} refuses {repository}{(file is null ? "" : $"/{file}")}: HTTP {(int)response.StatusCode}.",
        };
        // The hub's own words come from outside: one short line of them, without control characters.
        var said = new string([.. (Header(response, "X-Error-Message") ?? "").Where(c => !char.IsControl(c)).Take(200)]);
        return new HubException(said.Length > 0 ? $"{text} (The hub says: {said})" : text);
    }

    internal static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;
}

/// <summary>A failure that may pass: the connection, a busy or broken server. Tried again, then reported as a <see cref="HubException"/>.</summary>
internal sealed class HubTransientException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>How long the server asks to wait, where it does.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
