using System.Buffers;
using System.Text;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>
/// A regular expression as tokenizer files write them (Oniguruma's syntax, which Rust's is a part of), matched over code points.
/// .NET's own engine fails here in three ways: <c>\p{L}</c> does not match letters beyond U+FFFF, there are no scripts (<c>\p{Han}</c>),
/// and there are neither possessive quantifiers nor intersections of classes (<c>[\p{L}&amp;&amp;[^\p{Han}]]</c>).
/// </summary>
internal sealed class RegexPattern : TextPattern
{
    private readonly PatternNode _start;

    private RegexPattern(PatternNode start) => _start = start;

    /// <summary>Reads a pattern; throws <see cref="FormatException"/> where it cannot be read or used.</summary>
    public static RegexPattern Parse(string pattern) => new(new PatternParser(pattern).Parse().Compile(PatternNode.Accept));

    public override (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        for (var at = from; at <= text.Length;)
        {
            if (_start.Match(text, at) is >= 0 and var end)
                return (at, end);
            if (at == text.Length)
                break;
            at += Rune.DecodeFromUtf16(text[at..], out _, out var length) == OperationStatus.Done ? length : 1;
        }

        return (-1, -1);
    }
}
