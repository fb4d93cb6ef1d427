using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>A place in the cache of an engine where a prompt's keys and values are kept; opaque, and dead once another policy version is published.</summary>
public interface IPrefix : IDisposable;

/// <summary>Asks for completions of one prompt.</summary>
/// <param name="Visit">The problem's turn.</param>
/// <param name="Stage">0 for the unguided round, then 1, 2, … for each hint ratio of the schedule.</param>
/// <param name="Prompt">What to complete.</param>
/// <param name="First">The index in the group of the first completion wanted.</param>
/// <param name="Count">How many are wanted.</param>
/// <param name="Extends">The cache of a prompt that this one begins with, if any.</param>
public sealed record SampleRequest(Visit Visit, int Stage, Prompt Prompt, int First, int Count, IPrefix? Extends = null);

/// <summary>A completion as the engine yields it, with the cache of its prompt.</summary>
/// <param name="Completion">The completion.</param>
/// <param name="Prefix">The kept cache of its prompt; null where the engine keeps none.</param>
public readonly record struct Sampled(Completion Completion, IPrefix? Prefix);

/// <summary>
/// Samples from the policy. Many callers ask at once and share one batch. A completion depends on its request and its random stream (seed, problem, visit, stage, index) alone, never on what else is in the batch.
/// </summary>
public interface IEngine : IDisposable
{
    /// <summary>Yields the completions of one request as they end, in any order.</summary>
    IAsyncEnumerable<Sampled> SampleAsync(SampleRequest request, CancellationToken cancellation = default);

    /// <summary>The only way for new weights in: what is sampled from now on has this version, and every prefix is dead.</summary>
    void Publish(long version);
}
