using Ghpo.Verification;

namespace Ghpo.Rewards;

/// <summary>1 for a correct answer, 0 for an incorrect one (GHPO section 3; spec section 5); none for an unscorable gold.</summary>
public sealed class AccuracyReward : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "accuracy";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => input.Verdict.Outcome switch { Outcome.Correct => 1, Outcome.Incorrect => 0, _ => null };
}

/// <summary>1 for a think block, then an answer block, and nothing after it; otherwise 0 (the paper's format reward).</summary>
public sealed class FormatReward : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "format";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => Matches(input.Completion.Answer) ? 1 : 0;

    internal static bool Matches(string answer)
    {
        var rest = answer.AsSpan().Trim();
        return Block(ref rest, "<think>", "</think>") && Block(ref rest, "<answer>", "</answer>") && rest.IsEmpty;
    }

    private static bool Block(ref ReadOnlySpan<char> rest, string open, string close)
    {
        if (!rest.StartsWith(open))
            return false;
        var inside = rest[open.Length..];
        var end = inside.IndexOf(close);
        if (end < 0 || inside[..end].Contains(open, StringComparison.Ordinal))
            return false;
        rest = inside[(end + close.Length)..].TrimStart();
        return true;
    }
}

/// <summary>A quarter for each of the four tags that stands exactly once (open-r1's tag_count).</summary>
public sealed class TagCountReward : IRewardFunction
{
    private static readonly string[] Tags = ["<think>", "</think>", "<answer>", "</answer>"];

    /// <inheritdoc/>
    public string Name => "tag_count";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => Tags.Count(tag => input.Completion.Answer.AsSpan().Count(tag) == 1) / 4.0;
}

/// <summary>
/// Accuracy bent by length along half a cosine: correct answers earn 1 when short and 0.5 at the limit, wrong ones −1 when short and −0.5 at the limit (open-r1's get_cosine_scaled_reward).
/// </summary>
/// <param name="maxLength">The longest completion, in tokens.</param>
public sealed class CosineReward(int maxLength) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "cosine";

    /// <inheritdoc/>
    public double? Score(RewardInput input)
    {
        var bend = (1 - Math.Cos(Math.PI * Math.Min(1, (double)input.Completion.Ids.Length / maxLength))) / 2; // 0 at length 0, 1 at the limit
        return input.Verdict.Outcome switch { Outcome.Correct => 1 - 0.5 * bend, Outcome.Incorrect => -1 + 0.5 * bend, _ => null };
    }
}

/// <summary>Minus the share of n-grams (n = 3, of words) that stand there already: 0 for a text that never repeats itself (open-r1's repetition penalty).</summary>
public sealed class RepetitionReward : IRewardFunction
{
    private const int Size = 3;

    /// <inheritdoc/>
    public string Name => "repetition";

    /// <inheritdoc/>
    public double? Score(RewardInput input)
    {
        var words = input.Completion.Answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var total = words.Length - Size + 1;
        if (total <= 0)
            return 0;
        var distinct = Enumerable.Range(0, total).Select(i => (words[i], words[i + 1], words[i + 2])).Distinct().Count();
        return (double)distinct / total - 1;
    }
}

/// <summary>
/// DAPO's soft overlong punishment (arXiv 2503.14476, equation 13): 0 up to <c>maxLength − cache</c> tokens, then falling linearly to −1 at <c>maxLength</c>.
/// </summary>
/// <param name="maxLength">The longest completion, in tokens.</param>
/// <param name="cache">The last tokens before the limit, over which the punishment grows.</param>
public sealed class SoftOverlongReward(int maxLength, int cache) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "soft_overlong";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => -Math.Clamp((input.Completion.Ids.Length - (maxLength - cache)) / (double)cache, 0, 1);
}

/// <summary>1 for the shortest completions, 0 at the limit, whatever the answer.</summary>
/// <param name="maxLength">The longest completion, in tokens.</param>
public sealed class LengthReward(int maxLength) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "length";

    /// <inheritdoc/>
    public double? Score(RewardInput input) => 1 - Math.Min(1, (double)input.Completion.Ids.Length / maxLength);
}
