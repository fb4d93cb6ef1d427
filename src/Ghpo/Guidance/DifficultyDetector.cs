using Ghpo.Rewards;

namespace Ghpo.Guidance;

/// <summary>Difficulty detection (spec section 3.2): a group is difficult when at most <paramref name="threshold"/> of its completions are <b>correct</b>. The format reward never counts, and an unscorable group is neither difficult nor easy.</summary>
/// <param name="threshold">k; the paper's is 0.</param>
public sealed class DifficultyDetector(int threshold = 0)
{
    /// <summary>Whether the policy fails this problem under this prompt.</summary>
    public bool IsDifficult(ScoredGroup group) => !group.IsUnscorable && group.CorrectCount <= threshold;
}
