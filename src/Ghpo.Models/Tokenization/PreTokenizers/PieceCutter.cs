namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>Takes matches and what lies between them, in order, and makes pieces of them as a <see cref="SplitBehavior"/> says.</summary>
internal sealed class PieceCutter(SplitBehavior behavior)
{
    private readonly List<(int Start, int End, bool IsMatch)> _parts = [];

    public void Add(int start, int end, bool isMatch) => _parts.Add((start, end, isMatch));

    public void Emit(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        var start = -1;
        for (var i = 0; i < _parts.Count; i++)
        {
            var part = _parts[i];
            if (start < 0)
                start = part.Start;
            if (i + 1 < _parts.Count && JoinsNext(part.IsMatch, _parts[i + 1].IsMatch))
                continue;
            if (part.End > start && !(behavior == SplitBehavior.Removed && part.IsMatch))
                sink.Add(text[start..part.End], atStart && start == 0);
            start = -1;
        }
    }

    // MergedWithPrevious: a match joins what stands before it, unless that is a match; MergedWithNext: the same from behind.
    private bool JoinsNext(bool isMatch, bool nextIsMatch) => behavior switch
    {
        SplitBehavior.Contiguous => isMatch == nextIsMatch,
        SplitBehavior.MergedWithPrevious => nextIsMatch && !isMatch,
        SplitBehavior.MergedWithNext => isMatch && !nextIsMatch,
        _ => false,
    };
}
