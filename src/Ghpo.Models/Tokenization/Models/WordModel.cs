namespace Ghpo.Models.Tokenization.Models;

/// <summary>What turns one piece of text (after normalization and splitting) into ids. Safe for concurrent use.</summary>
internal abstract class WordModel
{
    /// <summary>Tokens by text; the model's own vocabulary, without tokens added later.</summary>
    public abstract IReadOnlyDictionary<string, int> Vocabulary { get; }

    /// <summary>Appends the ids of one piece.</summary>
    public abstract void Encode(ReadOnlySpan<char> piece, IdBuffer ids);
}
