using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>What becomes of the matches of a splitter.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Splits at the matches of a pattern.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        var cutter = new PieceCutter(behavior);
        var behind = 0;
        for (var at = 0; at <= text.Length;)
        {
            var (start, end) = pattern.Find(text, at);
            if (start < 0)
                break;
            if (start > behind)
                cutter.Add(behind, start, invert);
            cutter.Add(start, end, !invert);
            behind = end;
            at = end > start ? end : end + 1;
        }

        if (behind < text.Length)
            cutter.Add(behind, text.Length, invert);
        cutter.Emit(text, atStart, sink);
    }
}

/// <summary>Splits at single characters of a kind.</summary>
internal sealed class CharacterSplit(Func<int, bool> matches, SplitBehavior behavior) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        var cutter = new PieceCutter(behavior);
        var behind = 0;
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            if (matches(rune.Value))
            {
                if (at > behind)
                    cutter.Add(behind, at, false);
                cutter.Add(at, at + length, true);
                behind = at + length;
            }

            at += length;
        }

        if (behind < text.Length)
            cutter.Add(behind, text.Length, false);
        cutter.Emit(text, atStart, sink);
    }
}

/// <summary>Pieces of so many characters.</summary>
internal sealed class FixedLengthSplit(int length) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = start;
            for (var i = 0; i < Math.Max(length, 1) && end < text.Length; i++)
            {
                Rune.DecodeFromUtf16(text[end..], out _, out var units);
                end += units;
            }

            sink.Add(text[start..end], atStart && start == 0);
            start = end;
        }
    }
}
