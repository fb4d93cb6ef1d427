using System.Text;

namespace Ghpo.Verification.Equivalence;

/// <summary>Questions about an answer's text before it is read.</summary>
internal static class PlainText
{
    /// <summary>Words and nothing that could be mathematics: then comparing words is safe.</summary>
    public static bool IsWordy(ReadOnlySpan<char> text)
    {
        var longest = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsLetter(c))
            {
                var start = i;
                while (i + 1 < text.Length && (char.IsLetter(text[i + 1]) || (text[i + 1] is '-' or '\'' or '’' && i + 2 < text.Length && char.IsLetter(text[i + 2])))) i++;
                longest = Math.Max(longest, c > 127 ? 2 : i + 1 - start);
                continue;
            }
            if (c == '\\')
            {
                var start = i + 1;
                while (i + 1 < text.Length && char.IsAsciiLetter(text[i + 1])) i++;
                if (i + 1 == start)
                {
                    i++;
                    if (i >= text.Length || text[i] is not (' ' or ',' or '$')) return false;
                    continue;
                }
                if (!Parsing.Vocabulary.WordDress.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[start..(i + 1)])
                    && !(text[start..(i + 1)] is "mathrm" or "mathbf" or "boldsymbol" or "boxed" or "fbox" or "operatorname" or "mathsf" or "mathit")) return false;
                continue;
            }
            if (char.IsWhiteSpace(c) || char.IsDigit(c) || char.IsSurrogate(c) || (c == ':' && i > 0 && i + 1 < text.Length && char.IsDigit(text[i - 1]) && char.IsDigit(text[i + 1])) || c is '.' or ',' or '!' or '?' or ';' or '\'' or '’' or '"' or '(' or ')' or '{' or '}' or '$' or '~') continue;
            var category = char.GetUnicodeCategory(c);
            if (category is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.OtherPunctuation && c > 127) continue;
            return false;
        }
        return longest >= 2;
    }

    /// <summary>The text without spacing and sizes, as long as it is short. Between two digits a space stays: "1 2" is not 12.</summary>
    public static string Squeezed(ReadOnlySpan<char> text)
    {
        if (text.Length > 4_000) return "";
        var squeezed = new StringBuilder(text.Length);
        var spaced = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsWhiteSpace(c) || c is '$' or '~')
            {
                spaced = true;
                continue;
            }
            if (c == '\\' && i + 1 < text.Length)
            {
                if (text[i + 1] is ',' or ';' or '!' or ':' or ' ')
                {
                    spaced = true;
                    i++;
                    continue;
                }
                if (text[i..].StartsWith("\\left") && i + 5 < text.Length && !char.IsAsciiLetter(text[i + 5]))
                {
                    i += 4;
                    continue;
                }
                if (text[i..].StartsWith("\\right") && i + 6 < text.Length && !char.IsAsciiLetter(text[i + 6]))
                {
                    i += 5;
                    continue;
                }
                if (text[i..].StartsWith("\\dfrac") || text[i..].StartsWith("\\tfrac"))
                {
                    squeezed.Append('\\');
                    i++;
                    continue;
                }
            }
            if (spaced && char.IsDigit(c) && squeezed.Length > 0 && char.IsDigit(squeezed[^1])) squeezed.Append(' ');
            squeezed.Append(c);
            spaced = false;
        }
        // A full stop ends a sentence; "0.33..." goes on.
        if (squeezed.Length > 0 && squeezed[^1] == '.' && !(squeezed.Length > 1 && squeezed[^2] == '.')) squeezed.Length--;
        return squeezed.ToString();
    }
}
