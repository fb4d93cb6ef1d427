using Ghpo.Problems;

namespace Ghpo.Rollouts;

/// <summary>The completions of one prompt, ordered by index: what advantages are computed over. A group never mixes prompts.</summary>
public sealed record Group
{
    /// <summary>Takes the completions of one prompt, in any order.</summary>
    /// <exception cref="InvalidOperationException">A completion was sampled under another prompt.</exception>
    public Group(Visit visit, int stage, Prompt prompt, IEnumerable<Completion> completions)
    {
        (Visit, Stage, Prompt, Completions) = (visit, stage, prompt, [.. completions.OrderBy(c => c.Index)]);
        if (Completions.FirstOrDefault(c => !ReferenceEquals(c.Prompt, prompt)) is { } stranger)
            throw new InvalidOperationException($"problem {visit.Problem.Id}: completion {stranger.Index} was sampled under another prompt than its group's");
    }

    /// <summary>The problem's turn.</summary>
    public Visit Visit { get; }

    /// <summary>0 for the unguided round, then the number of the guided stage.</summary>
    public int Stage { get; }

    /// <summary>What all of them were sampled from.</summary>
    public Prompt Prompt { get; }

    /// <summary>The completions by index.</summary>
    public IReadOnlyList<Completion> Completions { get; }

    /// <summary>Sampled tokens, end tokens included.</summary>
    public int TokenCount => Completions.Sum(c => c.Ids.Length);
}
