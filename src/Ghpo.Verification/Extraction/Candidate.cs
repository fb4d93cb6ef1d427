namespace Ghpo.Verification.Extraction;

/// <summary>What a strategy made of a completion.</summary>
internal enum Found : byte
{
    /// <summary>The strategy's mark does not occur.</summary>
    Nothing,

    /// <summary>An answer.</summary>
    Answer,

    /// <summary>The mark occurs with nothing in it.</summary>
    Empty,

    /// <summary>The mark is opened and never closed.</summary>
    Truncated,
}

/// <summary>A deciding part of a completion, without allocating.</summary>
/// <param name="Found">What was found.</param>
/// <param name="Strategy">By which strategy.</param>
/// <param name="Mark">Where its mark begins.</param>
/// <param name="Start">Where the answer begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Joined">The text, where it is not simply the span (several boxes).</param>
internal readonly record struct Candidate(Found Found, ExtractionStrategy Strategy, int Mark, int Start, int End, string? Joined = null)
{
    public TextSpan Span => new(Start, End - Start);

    public ReadOnlySpan<char> TextIn(string completion) => Joined is null ? completion.AsSpan(Start, End - Start) : Joined;

    /// <summary>The same, without the white space around it; an answer of nothing but white space is empty.</summary>
    public Candidate Trimmed(string text)
    {
        if (Found != Found.Answer || Joined is not null) return this;
        int start = Start, end = End;
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        return this with { Start = start, End = end, Found = start == end ? Found.Empty : Found.Answer };
    }
}
