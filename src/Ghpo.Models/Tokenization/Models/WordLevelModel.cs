namespace Ghpo.Models.Tokenization.Models;

/// <summary>Every piece is one token, or the unknown token.</summary>
internal sealed class WordLevelModel : WordModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int? _unknown;
    private readonly string _unknownToken;

    public WordLevelModel(Dictionary<string, int> vocabulary, string unknownToken)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknown = vocabulary.TryGetValue(unknownToken, out var id) ? id : null;
        _unknownToken = unknownToken;
    }

    public override IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, IdBuffer ids)
    {
        if (_lookup.TryGetValue(piece, out var id))
            ids.Add(id);
        else
            ids.Add(_unknown ?? throw new TokenizerException($"The word '{piece}' is not in the vocabulary, and neither is the unknown token '{_unknownToken}': add one of them."));
    }
}
