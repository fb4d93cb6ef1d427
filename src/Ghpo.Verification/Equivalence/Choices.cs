namespace Ghpo.Verification.Equivalence;

/// <summary>Multiple choice: "(E)", "\textbf{(E)}", "E.", "Option E", "(E) 12".</summary>
internal static class Choices
{
    /// <summary>The letter A to J that a text chooses, and where the text of the option begins behind it (its end when there is none); '\0' when it chooses none.</summary>
    public static char Letter(ReadOnlySpan<char> text, out int behind)
    {
        behind = text.Length;
        var i = SkipDress(text, 0);
        var word = i;
        while (word < text.Length && char.IsAsciiLetter(text[word])) word++;
        if (word - i > 1)
        {
            var name = text[i..word];
            if (!(name.Equals("option", StringComparison.OrdinalIgnoreCase) || name.Equals("choice", StringComparison.OrdinalIgnoreCase) || name.Equals("answer", StringComparison.OrdinalIgnoreCase))) return '\0';
            i = SkipDress(text, word);
        }
        if (i >= text.Length || text[i] is < 'A' or > 'J') return '\0';
        var letter = text[i];
        // "\(E" opens a formula, "(E" an option.
        var open = i > 0 && text[i - 1] == '(' && !(i > 1 && text[i - 2] == '\\');
        var next = i + 1;
        if (next < text.Length && char.IsLetterOrDigit(text[next])) return '\0';
        var marked = next < text.Length && text[next] is ')' or ':' or '.';
        if (next < text.Length && text[next] is '_' or '^' or '=' or '\'' or '(' or '/' or '+' or '-' or '*' or '!') return '\0';
        var rest = SkipDress(text, next);
        if (rest >= text.Length) return letter;
        // What follows has to be set off by a bracket or a mark: "A + B" chooses nothing.
        if (!(marked || open) || text[next] == ',' || text[rest] is ',' or ';' or '&' or '+' or '*' or '/' or '=' or '<' or '>' or '^' or '_' or '!' || text[rest..].StartsWith("and ") || text[rest..].StartsWith("or ")) return '\0';
        // "(A) (B) (C)" lists the options.
        if (text[rest] is >= 'A' and <= 'J' && text[rest - 1] == '(' && rest + 1 < text.Length && text[rest + 1] == ')') return '\0';
        behind = rest;
        return letter;
    }

    private static int SkipDress(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || c is '(' or ')' or '{' or '}' or '$' or '.' or ':' or '*' or '[' or ']' or '~')
            {
                i++;
                continue;
            }
            if (c != '\\') return i;
            var end = i + 1;
            while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
            if (end == i + 1)
            {
                i += 2;
                continue;
            }
            if (!Parsing.Vocabulary.WordDress.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[(i + 1)..end])
                && !(text[(i + 1)..end] is "mathrm" or "mathbf" or "boldsymbol" or "bf" or "rm" or "left" or "right" or "quad" or "qquad" or "boxed" or "fbox" or "mathsf")) return i;
            i = end;
        }
        return i;
    }
}
