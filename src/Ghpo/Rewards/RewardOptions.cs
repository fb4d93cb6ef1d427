using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Ghpo.Rewards;

/// <summary>Which rewards are summed, and how.</summary>
public sealed record RewardOptions
{
    /// <summary>The reward functions by name.</summary>
    [Description("reward functions: accuracy, format, think_format, tag_count, cosine, repetition, soft_overlong, length, or Type, Assembly.dll for one of your own"), MinLength(1)]
    public IReadOnlyList<string> RewardFuncs { get; init; } = ["accuracy", "format"];

    /// <summary>The weight of each function.</summary>
    [Description("the weight of each reward function, in the same order (default: the paper's 1.0 for accuracy, 0.5 for format and think_format, 1.0 for any other)")]
    public IReadOnlyList<double>? RewardWeights { get; init; }

    /// <summary>Tokens before the limit over which <c>soft_overlong</c> grows.</summary>
    [Description("soft_overlong: the tokens before the limit over which the punishment grows"), Range(1, 1_000_000)]
    public int SoftOverlongCache { get; init; } = 64;

    /// <summary>The size of the n-grams that <c>repetition</c> counts.</summary>
    [Description("repetition: how many words or tokens an n-gram has"), Range(1, 1000), JsonPropertyName("repetition_n_grams")]
    public int RepetitionNGrams { get; init; } = 3;

    /// <summary>What <c>repetition</c> gives to a text that only repeats itself.</summary>
    [Description("repetition: the reward of a text that repeats nothing but itself"), Range(-1000.0, 0.0)]
    public double RepetitionMaxPenalty { get; init; } = -1;

    /// <summary>What <c>repetition</c> counts.</summary>
    [Description("repetition: what an n-gram is made of: words (open-r1), or tokens (TRL; for languages without spaces)")]
    public RepetitionUnit RepetitionUnit { get; init; }

    /// <summary>Accept a decimal rounded from an exact gold.</summary>
    [Description("accept a rounded decimal for an exact gold answer (10/11 = 0.9091)")]
    public bool AcceptRounded { get; init; }

    /// <summary>Builds the reward model that these options describe.</summary>
    /// <param name="maxCompletionLength">The longest completion, in tokens, for the rewards that look at length.</param>
    /// <exception cref="InvalidDataException">An unknown name, a plug-in that cannot be loaded, or a wrong number of weights.</exception>
    public RewardModel Build(int maxCompletionLength)
    {
        if (RewardWeights is { } weights && weights.Count != RewardFuncs.Count)
            throw new InvalidDataException($"rewards.reward_weights: {weights.Count} weights for {RewardFuncs.Count} reward functions; give one for each, or none at all");
        var rewards = RewardFuncs.Select((name, i) =>
            new WeightedReward(Create(name, maxCompletionLength), RewardWeights?[i] ?? (name is "format" or "think_format" ? 0.5 : 1.0)));
        return new RewardModel(new MathAnswerVerifier(new Verification.VerifierOptions { AcceptRounded = AcceptRounded }), [.. rewards]);
    }

    private IRewardFunction Create(string name, int maxCompletionLength) => name switch
    {
        "accuracy" => new AccuracyReward(),
        "format" => new FormatReward(),
        "think_format" => new ThinkFormatReward(),
        "tag_count" => new TagCountReward(),
        "cosine" => new CosineReward(maxCompletionLength),
        "repetition" => new RepetitionReward(RepetitionNGrams, RepetitionMaxPenalty, RepetitionUnit),
        "soft_overlong" => new SoftOverlongReward(maxCompletionLength, SoftOverlongCache),
        "length" => new LengthReward(maxCompletionLength),
        _ when name.Split(',', 2, StringSplitOptions.TrimEntries) is [var type, var assembly] => LoadPlugIn(type, assembly),
        _ => throw new InvalidDataException(
            $"rewards.reward_funcs: there is no reward \"{name}\"; built in are accuracy, format, think_format, tag_count, cosine, repetition, soft_overlong and length, and \"Namespace.Type, path/Assembly.dll\" names one of your own"),
    };

    private static IRewardFunction LoadPlugIn(string type, string assembly)
    {
        try
        {
            var found = Assembly.LoadFrom(Path.GetFullPath(assembly)).GetType(type, throwOnError: false)
                ?? throw new InvalidDataException($"rewards.reward_funcs: {assembly} has no type \"{type}\"; name it with its namespace");
            return Activator.CreateInstance(found) as IRewardFunction
                ?? throw new InvalidDataException($"rewards.reward_funcs: {type} in {assembly} does not implement {typeof(IRewardFunction).FullName}");
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or MissingMethodException)
        {
            throw new InvalidDataException($"rewards.reward_funcs: {assembly} could not be loaded as a plug-in with a public parameterless {type}: {e.Message}", e);
        }
    }
}
