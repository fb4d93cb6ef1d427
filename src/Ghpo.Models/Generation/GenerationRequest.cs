namespace Ghpo.Models.Generation;

/// <summary>A prompt, and how many completions of it to sample and how.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt's token ids: at least one, shorter than the model's context.</summary>
    public required int[] Prompt { get; init; }

    /// <summary>One random stream, and so one completion, for each key (see <see cref="RandomStream"/>): the key alone decides the completion's draws.</summary>
    public required IReadOnlyList<ulong> StreamKeys { get; init; }

    /// <summary>How tokens are chosen, and when a completion ends.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>
    /// The cache of an earlier prompt. As many tokens as the two prompts have in common at their beginning are not computed again. It changes no result,
    /// and a handle that is no longer alive does no harm.
    /// </summary>
    public PrefixHandle? Extends { get; init; }

    /// <summary>
    /// Called with the completion's index and the id of each token as it is drawn, in order within a completion; for showing text as it comes. It holds up
    /// the whole batch: be quick. An exception ends the request.
    /// </summary>
    public Action<int, int>? OnToken { get; init; }
}

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>A stop id was sampled; it is the completion's last token.</summary>
    Stop,

    /// <summary>The length limit, or the end of the model's context, was reached.</summary>
    Length,
}

/// <summary>A finished completion.</summary>
public sealed record GeneratedSequence
{
    /// <summary>Which of the request's stream keys it belongs to.</summary>
    public required int Index { get; init; }

    /// <summary>The sampled ids, the stop id included; at least one.</summary>
    public required int[] Ids { get; init; }

    /// <summary>
    /// log_softmax(logits / T) of each id, before the repetition penalty and before top-k, top-p and min-p: what the trainer computes for it. With
    /// temperature 0, log_softmax(logits).
    /// </summary>
    public required float[] LogProbs { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>The version of the weights that it was sampled with, as given to <see cref="Generator.Publish"/>.</summary>
    public required long Version { get; init; }

    /// <summary>The cache of the request's prompt, for requests whose prompts begin alike; null where prefixes are not kept.</summary>
    public PrefixHandle? Prefix { get; init; }
}
