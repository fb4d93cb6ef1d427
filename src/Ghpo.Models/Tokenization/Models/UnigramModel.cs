using System.Text;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>
/// The unigram language model of SentencePiece: of all ways to cut a piece into tokens, the one with the largest sum of scores (Viterbi).
/// Unknown characters score 10 less than the worst token, and neighbours among them become one.
/// </summary>
internal sealed class UnigramModel : WordModel
{
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, int> _vocabulary = [];
    private readonly double[] _scores;
    private readonly PrefixTree _tree = new();
    private readonly double _unknownScore;
    private readonly int? _unknown;
    private readonly int[]? _bytes;

    public UnigramModel(IReadOnlyList<(string Token, double Score)> pieces, int? unknown, bool byteFallback)
    {
        _scores = [.. pieces.Select(piece => piece.Score)];
        for (var id = 0; id < pieces.Count; id++)
        {
            // Of two entries with one text the last is found, as in the reference.
            _vocabulary[pieces[id].Token] = id;
            _tree.Add(pieces[id].Token, id);
        }

        _unknown = unknown;
        _unknownScore = (_scores.Length == 0 ? 0 : _scores.Min()) - UnknownPenalty;
        if (byteFallback && Enumerable.Range(0, 256).All(b => _vocabulary.ContainsKey($"<0x{b:X2}>")))
            _bytes = [.. Enumerable.Range(0, 256).Select(b => _vocabulary[$"<0x{b:X2}>"])];
    }

    public override IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    public override void Encode(ReadOnlySpan<char> piece, IdBuffer ids)
    {
        var best = new (double Score, int Start, int Id)[piece.Length + 1];
        for (var i = 1; i < best.Length; i++)
            best[i].Start = -1;

        for (var start = 0; start < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[start..], out _, out var length);
            var hasSingle = false;
            var node = PrefixTree.Root;
            for (var end = start; end < piece.Length && _tree.TryStep(ref node, piece[end]);)
            {
                end++;
                if (_tree.IdAt(node) is not (>= 0 and var id))
                    continue;
                Improve(ref best[end], best[start].Score + _scores[id], start, id);
                hasSingle |= end - start == length;
            }

            if (!hasSingle)
            {
                var unknown = _unknown ?? throw new TokenizerException($"The character '{piece.Slice(start, length)}' is not in the unigram vocabulary, which has no unknown token either.");
                Improve(ref best[start + length], best[start].Score + _unknownScore, start, unknown);
            }

            start += length;
        }

        Trace(piece, best, ids);
    }

    private static void Improve(ref (double Score, int Start, int Id) node, double score, int start, int id)
    {
        if (node.Start < 0 || score > node.Score)
            node = (score, start, id);
    }

    private void Trace(ReadOnlySpan<char> piece, (double Score, int Start, int Id)[] best, IdBuffer ids)
    {
        var cuts = new Stack<(int Start, int End, int Id)>();
        for (var end = piece.Length; end > 0; end = best[end].Start)
        {
            var (_, start, id) = best[end];
            if (id == _unknown && cuts.TryPeek(out var next) && next.Id == id)
                cuts.Push((start, cuts.Pop().End, id));
            else
                cuts.Push((start, end, id));
        }

        foreach (var (start, end, id) in cuts)
        {
            if (id == _unknown)
                AddUnknown(piece[start..end], ids);
            else
                ids.Add(id);
        }
    }

    private void AddUnknown(ReadOnlySpan<char> text, IdBuffer ids)
    {
        // Neighbouring unknowns are one text, which may happen to be a token.
        if (_vocabulary.TryGetValue(text.ToString(), out var known))
        {
            ids.Add(known);
            return;
        }

        if (_bytes is null)
        {
            ids.Add(_unknown!.Value);
            return;
        }

        foreach (var b in Encoding.UTF8.GetBytes(text.ToString()))
            ids.Add(_bytes[b]);
    }
}
