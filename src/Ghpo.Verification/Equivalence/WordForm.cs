using System.Text;

namespace Ghpo.Verification.Equivalence;

/// <summary>The normal form of an answer in words: no case, no articles, no punctuation, no LaTeX dress, single spaces.</summary>
internal static class WordForm
{
    public const string NoSolution = "no solution";
    public const string AllReals = "all real numbers";

    private const int Longest = 2_000;

    /// <summary>The normal form; empty when the text has no letter or digit.</summary>
    public static string Of(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest) text = text[..Longest];
        var form = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '\\')
            {
                i = SkipCommand(text, i, form);
            }
            else if (c is 's' or 'n' or 'r' or 't' && IsOrdinal(text, i))
            {
                // 14th is 14.
                i++;
            }
            else if (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || IsWordMark(text, i))
            {
                form.Append(char.ToLowerInvariant(c));
            }
            else if (c is not ('\'' or '’' or '{' or '}' or '$'))
            {
                Space(form);
            }
        }
        return DropArticles(form.ToString().Trim()) switch
        {
            "does not exist" => "dne",
            "no solutions" or "no real solution" or "no real solutions" or "there are no solutions" or "there is no solution" or "there are no real solutions" or "there is no real solution" or "no such solution exists" => NoSolution,
            "infinitely many solutions" or "infinite solutions" or "there are infinitely many solutions" or "there are infinitely many" or "infinite number of solutions" => "infinitely many",
            "divergent" or "series diverges" or "integral diverges" or "it diverges" or "sequence diverges" => "diverges",
            "convergent" or "series converges" or "integral converges" or "it converges" or "sequence converges" => "converges",
            "all reals" or "all real" or "all real x" or "any real number" or "every real number" => AllReals,
            var words => words,
        };
    }

    /// <summary>The parts of words joined by commas or "and", in order of the alphabet; null for what is no such list.</summary>
    public static string[]? Parts(ReadOnlySpan<char> text)
    {
        if (text.Length > Longest || !(text.Contains(',') || text.Contains(" and ", StringComparison.OrdinalIgnoreCase) || text.Contains('&'))) return null;
        var plain = text.ToString().Replace(" and ", ",", StringComparison.OrdinalIgnoreCase).Replace("\\&", ",", StringComparison.Ordinal);
        var parts = plain.Split(',').Select(p => Of(p)).Where(p => p.Length > 0).ToArray();
        Array.Sort(parts, StringComparer.Ordinal);
        return parts.Length > 1 ? parts : null;
    }

    private static bool IsOrdinal(ReadOnlySpan<char> text, int i) =>
        i > 0 && char.IsAsciiDigit(text[i - 1]) && i + 1 < text.Length && text.Slice(i, 2) is "st" or "nd" or "rd" or "th" && (i + 2 == text.Length || !char.IsLetterOrDigit(text[i + 2]));

    private static bool IsWordMark(ReadOnlySpan<char> text, int i) =>
        char.GetUnicodeCategory(text[i]) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark
        || (text[i] is '.' or ',' && i > 0 && i + 1 < text.Length && char.IsDigit(text[i - 1]) && char.IsDigit(text[i + 1]))
        || (text[i] is '-' && i + 1 < text.Length && char.IsDigit(text[i + 1]) && (i == 0 || char.IsWhiteSpace(text[i - 1])));

    private static int SkipCommand(ReadOnlySpan<char> text, int i, StringBuilder form)
    {
        var start = i + 1;
        var end = start;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        var name = text[start..end];
        if (name.IsEmpty)
        {
            Space(form);
            return Math.Min(start, text.Length - 1);
        }
        // Dress and spacing vanish; any other command is a word of its own.
        if (name is not ("text" or "textbf" or "textit" or "textrm" or "texttt" or "textsf" or "mathrm" or "mathbf" or "mathit" or "mathsf" or "boldsymbol" or "bm" or "mbox" or "hbox" or "operatorname" or "displaystyle" or "left" or "right" or "boxed" or "fbox" or "bf" or "rm" or "it"))
        {
            Space(form);
            if (name is not ("quad" or "qquad" or "enspace")) form.Append(name);
            Space(form);
        }
        return end - 1;
    }

    private static void Space(StringBuilder form)
    {
        if (form.Length > 0 && form[^1] != ' ') form.Append(' ');
    }

    private static string DropArticles(string form)
    {
        if (!form.Contains(' ')) return form;
        var words = form.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!Array.Exists(words, IsArticle)) return words.Length == 1 ? words[0] : string.Join(' ', words);
        var kept = Array.FindAll(words, w => !IsArticle(w));
        return kept.Length == 0 ? string.Join(' ', words) : string.Join(' ', kept);
    }

    private static bool IsArticle(string word) => word is "a" or "an" or "the";
}
