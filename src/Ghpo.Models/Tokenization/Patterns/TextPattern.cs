using System.Text;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>What tokenizer.json calls a pattern: a literal text or a regular expression.</summary>
internal abstract class TextPattern
{
    /// <summary>The first match at or behind a place; <c>Start</c> is -1 where there is none.</summary>
    public abstract (int Start, int End) Find(ReadOnlySpan<char> text, int from);

    public string Replace(string text, string replacement)
    {
        var (start, end) = Find(text, 0);
        if (start < 0)
            return text;
        var replaced = new StringBuilder();
        var copied = 0;
        while (start >= 0)
        {
            replaced.Append(text, copied, start - copied).Append(replacement);
            copied = end;
            var next = end > start ? end : end + 1;
            if (next > text.Length)
                break;
            (start, end) = Find(text, next);
        }

        return replaced.Append(text, copied, text.Length - copied).ToString();
    }
}

/// <summary>A literal text.</summary>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    public override (int Start, int End) Find(ReadOnlySpan<char> text, int from)
    {
        var at = text[from..].IndexOf(literal);
        return at < 0 ? (-1, -1) : (from + at, from + at + literal.Length);
    }
}
