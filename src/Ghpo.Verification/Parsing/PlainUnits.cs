namespace Ghpo.Verification.Parsing;

/// <summary>Units without their dress behind a number: "12 m", "12 m²", "30 m/s". Their letters are variables too, so this reading is a second one, for golds that are numbers.</summary>
internal static class PlainUnits
{
    /// <summary>Dresses the letters of a unit that ends the answer; false where it does not end in one.</summary>
    public static bool Dress(List<Token> tokens)
    {
        for (var at = tokens.Count - 2; at > 0 && at > tokens.Count - 12; at--)
        {
            if (!EndsValue(tokens[at - 1]) || !IsUnit(tokens[at])) continue;
            var end = at + 1;
            var raised = Power(tokens, ref end);
            // "12m" is a product; "12 m" and "12m²" are measures. Only a length is squared.
            if (raised ? tokens[at].Name is not ("m" or "cm" or "mm" or "km") : tokens[at].Kind == TokenKind.Letter && !tokens[at].Spaced) return false;
            var over = end;
            if (tokens[end].Is('/') && IsUnit(tokens[end + 1]))
            {
                over = ++end;
                end++;
                Power(tokens, ref end);
            }
            while (tokens[end].Is('.') || tokens[end].Is('}')) end++;
            if (tokens[end].Kind != TokenKind.End) return false;
            tokens[at] = Upright(tokens[at]);
            if (tokens[over].Kind is TokenKind.Letter or TokenKind.Word) tokens[over] = Upright(tokens[over]);
            return true;
        }
        return false;
    }

    /// <summary>The end of a plain unit at <paramref name="at"/>, behind spaces; <paramref name="at"/> itself where none stands.</summary>
    public static int EndIn(string text, int at, int high)
    {
        var start = at;
        while (start < high && text[start] == ' ') start++;
        var end = start;
        while (end < high && char.IsLetter(text[end])) end++;
        if (!IsName(text.AsSpan(start, end - start)) || (end < high && (char.IsAsciiDigit(text[end]) || text[end] is '\'' or '’' or '-' or '/'))) return at;
        if (end < high && text[end] is '²' or '³') return end + 1;
        return end + 1 < high && text[end] == '^' && text[end + 1] is '2' or '3' ? end + 2 : end;
    }

    private static bool EndsValue(Token token) => token.Kind == TokenKind.Number || token.Is('}') || token.Is(')') || token.IsCommand("pi");

    private static bool IsUnit(Token token) => token.Kind is TokenKind.Letter or TokenKind.Word && IsName(token.Name);

    private static bool IsName(ReadOnlySpan<char> name) => name is "m" or "cm" or "mm" or "km" or "g" or "kg" or "s" or "h" or "min" or "L" or "mL" or "N" or "J" or "W" or "V";

    /// <summary>^2, ^3, ^{2} or ^{3}.</summary>
    private static bool Power(List<Token> tokens, ref int at)
    {
        if (!tokens[at].Is('^')) return false;
        var digit = tokens[at + 1].Is('{') ? at + 2 : at + 1;
        if (digit + 1 >= tokens.Count || tokens[digit].Kind != TokenKind.Number || (tokens[digit].Value != 2 && tokens[digit].Value != 3)) return false;
        at = digit + (digit == at + 2 && tokens[digit + 1].Is('}') ? 2 : 1);
        return true;
    }

    private static Token Upright(Token token) => token with { Upright = true };
}
