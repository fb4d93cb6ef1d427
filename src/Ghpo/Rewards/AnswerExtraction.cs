using Ghpo.Verification;

namespace Ghpo.Rewards;

/// <summary>Where in a completion its answer may stand.</summary>
public enum AnswerExtraction
{
    /// <summary>Wherever the verifier finds one: a mark first, the last expression at worst.</summary>
    Any,

    /// <summary>Where a mark announces it: an answer tag, a box, <c>####</c>, "the answer is".</summary>
    Marked,

    /// <summary>In a box alone.</summary>
    Boxed,
}

/// <summary>Makes verifiers that look for answers in the places asked for.</summary>
public static class AnswerExtractions
{
    /// <summary>A verifier of mathematics.</summary>
    /// <param name="extraction">Where the answer may stand.</param>
    /// <param name="acceptRounded">Accept a decimal rounded from an exact gold.</param>
    public static IVerifier Verifier(this AnswerExtraction extraction, bool acceptRounded) => new MathAnswerVerifier(extraction switch
    {
        AnswerExtraction.Boxed => VerifierOptions.BoxedOnly,
        AnswerExtraction.Marked => new VerifierOptions { Strategies = [ExtractionStrategy.AnswerTag, ExtractionStrategy.Boxed, ExtractionStrategy.Hashes, ExtractionStrategy.Phrase, ExtractionStrategy.Whole] },
        _ => VerifierOptions.Default,
    } with
    { AcceptRounded = acceptRounded });
}
