namespace Ghpo.Models.Generation;

/// <summary>
/// How the next token is chosen. The steps and their order are those of transformers' <c>generate</c>: repetition penalty, temperature, top-k, top-p,
/// min-p. The defaults sample from the model's own distribution, which is what policy training assumes.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits. 0 chooses the token with the highest logit, the lowest id among equals. In [0, ∞).</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only the k tokens of highest probability stay (and those equal to the last of them). 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the smallest set of most probable tokens whose probabilities sum to this stays; at least one. In (0, 1]; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens of at least this share of the highest probability stay. In [0, 1]; 0: all.</summary>
    public double MinP { get; init; }

    /// <summary>
    /// Divides positive logits and multiplies negative ones of every token that occurs in the prompt or in the completion so far (Keskar et al., 2019).
    /// Positive; 1: none.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The longest completion, in tokens; at least 1. A completion also ends where the model's context is full.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>A completion ends with the first of these ids, which is its last token. Empty: it ends by its length alone.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Whether top-k, top-p or min-p can remove tokens: sampling then differs from the distribution that is trained.</summary>
    public bool IsTruncated => TopK > 0 || TopP < 1 || MinP > 0;

    /// <summary>Throws unless every value is in its range.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it, its value and its range.</exception>
    public void Validate()
    {
        Check(Temperature >= 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "a number of at least 0");
        Check(TopK >= 0, nameof(TopK), TopK, "0 (all tokens) or a positive number");
        Check(TopP is > 0 and <= 1, nameof(TopP), TopP, "a number above 0 and up to 1");
        Check(MinP is >= 0 and <= 1, nameof(MinP), MinP, "a number from 0 to 1");
        Check(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "a positive number (1: no penalty)");
        Check(MaxNewTokens >= 1, nameof(MaxNewTokens), MaxNewTokens, "at least 1");
        Check(StopIds is not null && StopIds.All(id => id >= 0), nameof(StopIds), StopIds is null ? "null" : string.Join(", ", StopIds), "a list of token ids");

        static void Check(bool isGood, string name, object value, string expected)
        {
            if (!isGood) throw new ArgumentException($"sampling: {name} is {value}; expected {expected}");
        }
    }
}
