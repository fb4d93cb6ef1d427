using System.Globalization;
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

/// <summary>1 for a think block at the beginning, the only one, with anything behind it; otherwise 0 (TRL's think_format_reward): for answers in a box and no answer tags.</summary>
public sealed class ThinkFormatReward : IRewardFunction
{
    private const string Open = "<think>";

    /// <inheritdoc/>
    public string Name => "think_format";

    /// <inheritdoc/>
    public double? Score(RewardInput input)
    {
        var answer = input.Completion.Answer.AsSpan().Trim();
        return answer.StartsWith(Open) && answer.Count(Open) == 1 && answer.Contains("</think>", StringComparison.Ordinal) ? 1 : 0;
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
/// Accuracy bent by length along half a cosine: correct answers earn 1 when short and 0.5 at the limit, wrong ones −1 when short and −0.5 at the limit
/// (open-r1's get_cosine_scaled_reward, over tokens as in TRL; its names and defaults).
/// </summary>
/// <param name="maxLength">The longest completion, in tokens.</param>
/// <param name="minValueCorrect">A correct answer at the limit.</param>
/// <param name="maxValueCorrect">A correct answer of no length.</param>
/// <param name="minValueWrong">A wrong answer of no length.</param>
/// <param name="maxValueWrong">A wrong answer at the limit.</param>
public sealed class CosineReward(int maxLength, double minValueCorrect = 0.5, double maxValueCorrect = 1, double minValueWrong = -1, double maxValueWrong = -0.5) : IRewardFunction
{
    /// <inheritdoc/>
    public string Name => "cosine";

    /// <inheritdoc/>
    public double? Score(RewardInput input)
    {
        var bend = (1 - Math.Cos(Math.PI * Math.Min(1, (double)input.Completion.Ids.Length / maxLength))) / 2; // 0 at length 0, 1 at the limit
        return input.Verdict.Outcome switch { Outcome.Correct => Between(maxValueCorrect, minValueCorrect), Outcome.Incorrect => Between(minValueWrong, maxValueWrong), _ => null };

        double Between(double atZero, double atLimit) => atZero + ((atLimit - atZero) * bend);
    }
}

/// <summary>What an n-gram is made of.</summary>
public enum RepetitionUnit
{
    /// <summary>Words between white space, without case (open-r1).</summary>
    Words,

    /// <summary>Token ids (TRL): for languages without spaces, and for loops within a formula.</summary>
    Tokens,
}

/// <summary>The share of n-grams that stand there already, times a penalty: 0 for a text that never repeats itself (open-r1's and TRL's get_repetition_penalty_reward).</summary>
public sealed class RepetitionReward : IRewardFunction
{
    private readonly int _size;
    private readonly double _maxPenalty;
    private readonly RepetitionUnit _unit;

    /// <summary>Counts n-grams of a size.</summary>
    /// <param name="ngramSize">The units of an n-gram, at least 1.</param>
    /// <param name="maxPenalty">The reward of a text that repeats nothing but itself; not above 0.</param>
    /// <param name="unit">Words or tokens.</param>
    public RepetitionReward(int ngramSize = 3, double maxPenalty = -1, RepetitionUnit unit = RepetitionUnit.Words)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ngramSize, 1);
        if (!(maxPenalty <= 0))
            throw new ArgumentOutOfRangeException(nameof(maxPenalty), maxPenalty, "a penalty is not above 0");
        (_size, _maxPenalty, _unit) = (ngramSize, maxPenalty, unit);
    }

    /// <inheritdoc/>
    public string Name => "repetition";

    /// <inheritdoc/>
    public double? Score(RewardInput input)
    {
        var units = _unit == RepetitionUnit.Tokens
            ? Array.ConvertAll(input.Completion.Ids, id => id.ToString(CultureInfo.InvariantCulture))
            : input.Completion.Answer.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var total = units.Length - _size + 1;
        if (total <= 0)
            return 0;
        var distinct = Enumerable.Range(0, total).Select(i => string.Join(' ', units, i, _size)).Distinct(StringComparer.Ordinal).Count();
        return (1 - ((double)distinct / total)) * _maxPenalty;
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
