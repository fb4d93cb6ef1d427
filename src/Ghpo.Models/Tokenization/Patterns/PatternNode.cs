using System.Runtime.CompilerServices;
using System.Text;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>One step of matching by trying and going back. Nodes hold no state, so that one pattern serves all threads.</summary>
internal abstract class PatternNode
{
    public static PatternNode Accept { get; } = new AcceptNode();

    /// <summary>Where the match of this and all that follows ends, or -1.</summary>
    public abstract int Match(ReadOnlySpan<char> text, int at);

    protected static int Read(ReadOnlySpan<char> text, int at, out int length)
    {
        length = 1;
        var c = text[at];
        if (!char.IsSurrogate(c))
            return c;
        Rune.DecodeFromUtf16(text[at..], out var rune, out length);
        return rune.Value;
    }

    /// <summary>The place one character before.</summary>
    protected static int Back(ReadOnlySpan<char> text, int at) => at - (at >= 2 && char.IsLowSurrogate(text[at - 1]) && char.IsHighSurrogate(text[at - 2]) ? 2 : 1);

    private sealed class AcceptNode : PatternNode
    {
        public override int Match(ReadOnlySpan<char> text, int at) => at;
    }
}

internal sealed class SetNode(CharacterSet set, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) =>
        at < text.Length && set.Contains(Read(text, at, out var length)) ? next.Match(text, at + length) : -1;
}

internal sealed class SetRepeatNode(CharacterSet set, int least, int most, RepeatKind kind, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at)
    {
        var count = 0;
        var end = at;
        var target = kind == RepeatKind.Lazy ? least : most;
        for (; count < target && TryStep(text, ref end); count++)
        {
        }

        if (count < least)
            return -1;
        if (kind == RepeatKind.Possessive)
            return next.Match(text, end);
        while (true)
        {
            if (next.Match(text, end) is >= 0 and var match)
                return match;
            if (kind == RepeatKind.Lazy)
            {
                if (count++ >= most || !TryStep(text, ref end))
                    return -1;
            }
            else
            {
                if (count-- <= least)
                    return -1;
                end = Back(text, end);
            }
        }
    }

    private bool TryStep(ReadOnlySpan<char> text, ref int at)
    {
        if (at >= text.Length || !set.Contains(Read(text, at, out var length)))
            return false;
        at += length;
        return true;
    }
}

internal sealed class AlternateNode(PatternNode[] branches) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at)
    {
        foreach (var branch in branches)
        {
            if (branch.Match(text, at) is >= 0 and var end)
                return end;
        }

        return -1;
    }
}

/// <summary>A group again and again; each round matches at least one character.</summary>
internal sealed class LoopNode : PatternNode
{
    private readonly PatternNode _body;
    private readonly PatternNode _next;
    private readonly bool _lazy;

    public LoopNode(PatternSyntax item, bool lazy, PatternNode next)
    {
        _next = next;
        _lazy = lazy;
        _body = item.Compile(this);
    }

    public override int Match(ReadOnlySpan<char> text, int at)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new TokenizerException("A split pattern repeats a group more often on this text than can be followed: break the text into smaller parts.");
        var first = (_lazy ? _next : _body).Match(text, at);
        return first >= 0 ? first : (_lazy ? _body : _next).Match(text, at);
    }
}

internal sealed class AtomicNode(PatternNode body, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) => body.Match(text, at) is >= 0 and var end ? next.Match(text, end) : -1;
}

internal sealed class LookAheadNode(PatternNode body, bool negative, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) => body.Match(text, at) >= 0 != negative ? next.Match(text, at) : -1;
}

internal sealed class LookBehindNode(PatternSyntax item, int least, int most, bool negative, PatternNode next) : PatternNode
{
    private readonly PatternNode _body = item.Compile(PatternNode.Accept);

    public override int Match(ReadOnlySpan<char> text, int at) => Finds(text, at) != negative ? next.Match(text, at) : -1;

    // What it looks for must end exactly here, so it sees no further.
    private bool Finds(ReadOnlySpan<char> text, int at)
    {
        var start = at;
        for (var length = 0; length <= most; length++)
        {
            if (length >= least && _body.Match(text[..at], start) == at)
                return true;
            if (start == 0)
                return false;
            start = Back(text, start);
        }

        return false;
    }
}

internal enum Anchor
{
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordBoundary,
    NotWordBoundary,
}

internal sealed class AnchorNode(Anchor anchor, PatternNode next) : PatternNode
{
    public override int Match(ReadOnlySpan<char> text, int at) => Holds(text, at) ? next.Match(text, at) : -1;

    private bool Holds(ReadOnlySpan<char> text, int at) => anchor switch
    {
        Anchor.TextStart => at == 0,
        Anchor.TextEnd => at == text.Length,
        Anchor.LineStart => at == 0 || text[at - 1] == '\n',
        Anchor.LineEnd => at == text.Length || text[at] == '\n',
        _ => (IsWordBefore(text, at) != (at < text.Length && UnicodeClass.IsPatternWord(Read(text, at, out _)))) == (anchor == Anchor.WordBoundary),
    };

    private static bool IsWordBefore(ReadOnlySpan<char> text, int at) => at > 0 && UnicodeClass.IsPatternWord(Read(text, Back(text, at), out _));
}
