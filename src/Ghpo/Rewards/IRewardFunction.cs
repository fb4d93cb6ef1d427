using Ghpo.Problems;
using Ghpo.Rollouts;
using Ghpo.Verification;

namespace Ghpo.Rewards;

/// <summary>What a reward function may look at.</summary>
/// <param name="Completion">The completion and, through its prompt, the problem.</param>
/// <param name="Verdict">What the verifier says of its answer.</param>
public readonly record struct RewardInput(Completion Completion, Verdict Verdict)
{
    /// <summary>The problem that was asked.</summary>
    public Problem Problem => Completion.Prompt.Problem;
}

/// <summary>Gives a completion a number. Must be a pure function: it is called from several threads, and its result is replayed on resume.</summary>
public interface IRewardFunction
{
    /// <summary>The name in recipes and metrics (<c>rewards/&lt;name&gt;/mean</c>).</summary>
    string Name { get; }

    /// <summary>The reward, or null to give none (the other functions then decide alone).</summary>
    double? Score(RewardInput input);
}

/// <summary>Decides whether an answer is right. The default reads mathematics; a user's own may run anything that ends.</summary>
public interface IVerifier
{
    /// <summary>The verdict on an answer to a problem. Only the problem's gold answer can make it unscorable.</summary>
    Verdict Verify(Problem problem, string answer);

    /// <summary>Whether the answer is right, and nothing else.</summary>
    bool Accepts(Problem problem, string answer) => Verify(problem, answer).Outcome == Outcome.Correct;

    /// <summary>Whether the problem's gold answer can be read, so that answers to it are scorable.</summary>
    bool CanRead(Problem problem) => Verify(problem, "").Outcome != Outcome.Unscorable;

    /// <summary>The answer that a whole text gives, for a vote; null where it gives none.</summary>
    string? Extract(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>Whether two extracted answers mean the same, for a vote.</summary>
    bool AreSame(string first, string second) => first == second;
}

/// <summary>Mathematical equivalence with the gold answer.</summary>
public sealed class MathAnswerVerifier(VerifierOptions? options = null) : IVerifier
{
    /// <inheritdoc/>
    public Verdict Verify(Problem problem, string answer) => MathVerifier.Verify(problem.Answer, answer, options);

    /// <inheritdoc/>
    public bool CanRead(Problem problem) => MathVerifier.CanRead(problem.Answer, options);

    /// <inheritdoc/>
    public string? Extract(string text) => AnswerExtractor.Extract(text, options)?.Text;

    /// <inheritdoc/>
    public bool AreSame(string first, string second) => first == second || MathVerifier.Equivalent(first, second, options);
}
