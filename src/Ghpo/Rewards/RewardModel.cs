using Ghpo.Rollouts;

namespace Ghpo.Rewards;

/// <summary>A reward function and its weight in the sum.</summary>
/// <param name="Function">The function.</param>
/// <param name="Weight">Its factor.</param>
public sealed record WeightedReward(IRewardFunction Function, double Weight);

/// <summary>The reward of a completion: verdict first, then Σ w_i · r_i (spec section 5; the paper's weights are accuracy : format = 2 : 1, here 1.0 and 0.5).</summary>
public sealed class RewardModel
{
    private readonly IVerifier _verifier;

    /// <summary>Sums these functions.</summary>
    public RewardModel(IVerifier verifier, IReadOnlyList<WeightedReward> rewards) => (_verifier, Rewards) = (verifier, rewards);

    /// <summary>The functions and their weights, in the order of the recipe.</summary>
    public IReadOnlyList<WeightedReward> Rewards { get; }

    /// <summary>The paper's reward: 1.0 · accuracy + 0.5 · format.</summary>
    public static RewardModel Paper { get; } = new(new MathAnswerVerifier(), [new(new AccuracyReward(), 1.0), new(new FormatReward(), 0.5)]);

    /// <summary>Scores one completion.</summary>
    public ScoredCompletion Score(Completion completion)
    {
        var verdict = _verifier.Verify(completion.Prompt.Problem, completion.Answer);
        var components = new double?[Rewards.Count];
        double sum = 0;
        var given = false;
        for (var i = 0; i < components.Length; i++)
        {
            var (function, weight) = Rewards[i];
            components[i] = function.Score(new RewardInput(completion, verdict));
            if (components[i] is not { } value)
                continue;
            if (!double.IsFinite(value))
                throw new InvalidOperationException($"reward \"{function.Name}\" gave {value} for problem {completion.Prompt.Problem.Id}; a reward must be a finite number, or null for none");
            (sum, given) = (sum + weight * value, true);
        }

        return new ScoredCompletion(completion, verdict, given ? sum : double.NaN, components);
    }
}
