using System.Buffers;
using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization;

/// <summary>Finds added tokens in a text: leftmost first, at one place the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken> _tokens = [];
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<char, int[]> _lengths;
    private readonly SearchValues<char> _firstCharacters;

    public AddedTokenMatcher(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        foreach (var (pattern, token) in tokens)
        {
            if (pattern.Length > 0)
                _tokens[pattern] = token;
        }

        _lookup = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = _tokens.Keys.GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.Select(p => p.Length).Distinct().OrderDescending().ToArray());
        _firstCharacters = SearchValues.Create([.. _lengths.Keys]);
    }

    public bool IsEmpty => _tokens.Count == 0;

    /// <summary>The next token at or behind <paramref name="from"/>; <c>Token</c> is null where there is none. White space that the token takes along is inside its range, never before <paramref name="from"/>.</summary>
    public (int Start, int End, AddedToken? Token) Next(ReadOnlySpan<char> text, int from)
    {
        for (var at = from; at < text.Length; at++)
        {
            var step = text[at..].IndexOfAny(_firstCharacters);
            if (step < 0)
                break;
            at += step;
            if (Longest(text, at) is not { } token)
                continue;

            var (start, end) = (at, at + Length(text, at));
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..])))
            {
                // The reference's scan goes on behind a match that it rejects.
                at = end - 1;
                continue;
            }

            while (token.LStrip && start > from && char.IsWhiteSpace(text[start - 1]))
                start--;
            while (token.RStrip && end < text.Length && char.IsWhiteSpace(text[end]))
                end++;
            return (start, end, token);
        }

        return (text.Length, text.Length, null);
    }

    private AddedToken? Longest(ReadOnlySpan<char> text, int at)
    {
        var length = Length(text, at);
        return length > 0 ? _lookup[text.Slice(at, length)] : null;
    }

    private int Length(ReadOnlySpan<char> text, int at)
    {
        foreach (var length in _lengths[text[at]])
        {
            if (length <= text.Length - at && _lookup.ContainsKey(text.Slice(at, length)))
                return length;
        }

        return 0;
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) => Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && UnicodeClass.IsWord(rune.Value);

    private static bool StartsWithWord(ReadOnlySpan<char> text) => Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && UnicodeClass.IsWord(rune.Value);
}
