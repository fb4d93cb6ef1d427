using System.Collections.Immutable;

namespace Ghpo.Verification;

/// <summary>Where in a completion an answer may stand. The order of a list of them is the order of trust.</summary>
public enum ExtractionStrategy
{
    /// <summary>The last <c>&lt;answer&gt;…&lt;/answer&gt;</c>; a box within it decides.</summary>
    AnswerTag,

    /// <summary>The last <c>\boxed{…}</c> or <c>\fbox{…}</c>; boxes joined by "and", "or" or a comma are one list.</summary>
    Boxed,

    /// <summary>The rest of the line behind the last <c>####</c> (GSM8K).</summary>
    Hashes,

    /// <summary>What follows the last "the answer is", "Answer:", "答案是", … of the table of phrases.</summary>
    Phrase,

    /// <summary>The whole completion, when it is a bare answer and no prose.</summary>
    Whole,

    /// <summary>The last formula between <c>$</c>, <c>\(…\)</c>, <c>\[…\]</c> or in an environment, or the last plain number, whichever stands later.</summary>
    LastExpression,
}

/// <summary>How an answer with a percent sign meets a gold without one, or the other way round.</summary>
public enum PercentHandling
{
    /// <summary>50 % is 1/2; and a sign left off a number of at least 1 is forgiven (10 for 10 %). The default.</summary>
    Lenient,

    /// <summary>50 % is 1/2 and nothing else.</summary>
    Hundredth,

    /// <summary>The sign is ignored: 50 % is 50.</summary>
    Ignore,
}

/// <summary>What to make of units such as cm, dollars or books.</summary>
public enum UnitHandling
{
    /// <summary>Known units of one kind are converted and of different kinds refused; a unit on one side only, or an unknown word, is ignored. The default.</summary>
    Lenient,

    /// <summary>Units are never looked at, as Math-Verify does.</summary>
    Ignore,

    /// <summary>A gold with a known unit asks for an answer with one.</summary>
    Required,
}

/// <summary>The open choices of verification. The defaults are Math-Verify's where it has one.</summary>
public sealed record VerifierOptions
{
    /// <summary>The defaults.</summary>
    public static VerifierOptions Default { get; } = new();

    /// <summary>Boxes only, as trainers with a strict format ask for.</summary>
    public static VerifierOptions BoxedOnly { get; } = new() { Strategies = [ExtractionStrategy.Boxed] };

    /// <summary>Where to look for the answer, most trusted first; the first strategy that finds something decides.</summary>
    public ImmutableArray<ExtractionStrategy> Strategies { get; init; } =
    [
        ExtractionStrategy.AnswerTag, ExtractionStrategy.Boxed, ExtractionStrategy.Hashes,
        ExtractionStrategy.Phrase, ExtractionStrategy.Whole, ExtractionStrategy.LastExpression,
    ];

    /// <summary>An answer counts only behind the last of these marks, where one occurs. Default: <c>&lt;/think&gt;</c>.</summary>
    public ImmutableArray<string> ReasoningEnds { get; init; } = ["</think>"];

    /// <summary>When true, a completion without a closed reasoning block has no answer.</summary>
    public bool RequireReasoningEnd { get; init; }

    /// <summary>Strict (default): variables keep their names, and a set in braces is no tuple. Otherwise a single variable may be renamed, and a set meets a tuple element by element in order.</summary>
    public bool Strict { get; init; } = true;

    /// <summary>Accept a decimal that is the gold rounded to the digits given, at least three of them significant (or two decimals). Off by default.</summary>
    public bool AcceptRounded { get; init; }

    /// <summary>Numbers of which one is a decimal are equal when both round to one value at so many decimals (Math-Verify's <c>float_rounding</c>: 6) and agree to that many significant digits.</summary>
    public int DecimalDigits { get; init; } = 6;

    /// <summary>An allowed absolute difference between two numbers; 0 for none (default).</summary>
    public double AbsoluteTolerance { get; init; }

    /// <summary>The treatment of percent signs.</summary>
    public PercentHandling Percent { get; init; } = PercentHandling.Lenient;

    /// <summary>The treatment of units.</summary>
    public UnitHandling Units { get; init; } = UnitHandling.Lenient;

    /// <summary>Whether <c>a ≤ x ≤ b</c> is an answer to the gold <c>[a, b]</c>. On by default.</summary>
    public bool InequalityForInterval { get; init; } = true;

    /// <summary>
    /// The work that one verdict may cost, in units of about a word operation; it bounds digits, nodes, depth and steps and never a clock, so the same
    /// input gives the same answer on every machine. The default keeps the worst case within 50 ms.
    /// </summary>
    public long WorkLimit { get; init; } = 150_000;
}
