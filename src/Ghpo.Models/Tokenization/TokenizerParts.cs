using Ghpo.Models.Tokenization.Decoders;
using Ghpo.Models.Tokenization.Models;
using Ghpo.Models.Tokenization.Normalizers;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>Everything that a tokenizer is made of, as read from its files.</summary>
/// <param name="Model">From pieces to ids.</param>
internal sealed record TokenizerParts(WordModel Model)
{
    public Normalizer? Normalizer { get; init; }
    public PreTokenizer? PreTokenizer { get; init; }
    public PostProcessor PostProcessor { get; init; } = PostProcessor.None;
    public Decoder? Decoder { get; init; }
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];
    public SpecialTokens SpecialTokens { get; init; } = new();

    /// <summary>transformers' <c>clean_up_tokenization_spaces</c>: decoding takes spaces before punctuation away.</summary>
    public bool CleansUpSpaces { get; init; }

    /// <summary>What <see cref="Tokenizer.Save"/> writes: file names and where their content comes from.</summary>
    public required TokenizerFiles Files { get; init; }
}
