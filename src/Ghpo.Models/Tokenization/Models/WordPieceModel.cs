namespace Ghpo.Models.Tokenization.Models;

/// <summary>Takes the longest known token from the front, again and again; a word that cannot be written so is unknown as a whole.</summary>
internal sealed class WordPieceModel : WordModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string _unknownToken;
    private readonly string _prefix;
    private readonly int _longestWord;

    public WordPieceModel(Dictionary<string, int> vocabulary, string unknownToken, string prefix, int longestWord)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _unknownToken = unknownToken;
        _prefix = prefix;
        _longestWord = longestWord;
    }

    public override IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, IdBuffer ids)
    {
        var runes = 0;
        foreach (var _ in piece.EnumerateRunes())
            runes++;
        var found = new List<int>();
        var start = 0;
        while (runes <= _longestWord && start < piece.Length)
        {
            var end = piece.Length;
            var id = -1;
            for (; end > start; end--)
            {
                if (end < piece.Length && char.IsLowSurrogate(piece[end]))
                    continue;
                if (TryFind(piece[start..end], start > 0, out id))
                    break;
            }

            if (end == start)
                break;
            found.Add(id);
            start = end;
        }

        if (start == piece.Length)
        {
            foreach (var id in found)
                ids.Add(id);
        }
        else
        {
            ids.Add(_vocabulary.TryGetValue(_unknownToken, out var unknown) ? unknown
                : throw new TokenizerException($"The word '{piece}' cannot be written with the vocabulary, and the unknown token '{_unknownToken}' is not in it."));
        }
    }

    private bool TryFind(ReadOnlySpan<char> part, bool continues, out int id) =>
        continues ? _vocabulary.TryGetValue($"{_prefix}{part}", out id) : _lookup.TryGetValue(part, out id);
}
