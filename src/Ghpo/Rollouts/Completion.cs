namespace Ghpo.Rollouts;

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>It sampled an end-of-sequence token.</summary>
    Stop,

    /// <summary>It reached the longest length allowed: its answer is truncated.</summary>
    Length,
}

/// <summary>One sampled answer, with everything that it was <b>sampled</b> under; a change of the prompt makes another completion, never a relabelled one.</summary>
/// <param name="Prompt">The very prompt that it was sampled from.</param>
/// <param name="Index">Its place in the group, 0 … G − 1; part of the key of its random stream.</param>
/// <param name="Ids">Token ids, the end-of-sequence token included: |o|.</param>
/// <param name="LogProbs">log π_old(o_t | prompt, o_&lt;t) = log_softmax(logits / T), before top-k, top-p and min-p. (|o|) natural logarithms.</param>
/// <param name="Text">The decoded ids without special tokens.</param>
/// <param name="Finish">Why it ended.</param>
/// <param name="PolicyVersion">The version of the weights that sampled it.</param>
public sealed record Completion(Prompt Prompt, int Index, int[] Ids, float[] LogProbs, string Text, FinishReason Finish, long PolicyVersion)
{
    /// <summary>The answer as a reader sees it: an assistant-prefix hint, then the completion.</summary>
    public string Answer => Prompt.AnswerPrefix + Text;
}
