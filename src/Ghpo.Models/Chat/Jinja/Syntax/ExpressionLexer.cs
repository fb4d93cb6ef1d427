using System.Globalization;
using System.Text;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>The tokens inside a tag.</summary>
internal static class ExpressionLexer
{
    private static readonly string[] Operators = ["**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{", "}", ".", ",", ":", "|", "=", ">", "<", ";"];

    public static (Token Token, int Length) Next(string source, int at, int line)
    {
        var c = source[at];
        if (char.IsLetter(c) || c == '_')
            return Name(source, at, line);
        if (char.IsAsciiDigit(c))
            return Number(source, at, line);
        if (c is '\'' or '"')
            return Literal(source, at, line);
        foreach (var text in Operators)
        {
            if (string.CompareOrdinal(source, at, text, 0, text.Length) == 0)
                return (new Token(TokenKind.Operator, text, line), text.Length);
        }

        throw new JinjaException($"the character '{c}' is not expected in a tag", line);
    }

    private static (Token, int) Name(string source, int at, int line)
    {
        var end = at + 1;
        while (end < source.Length && (char.IsLetterOrDigit(source[end]) || source[end] == '_'))
            end++;
        return (new Token(TokenKind.Name, source[at..end], line), end - at);
    }

    private static (Token, int) Number(string source, int at, int line)
    {
        var end = at;
        if (source[at] == '0' && at + 2 < source.Length && char.ToLowerInvariant(source[at + 1]) is 'x' or 'o' or 'b' && char.IsAsciiHexDigit(source[at + 2]))
            return BasedNumber(source, at, line);

        var isFloat = false;
        Digits();
        // A dot makes a float only with digits on both sides: "list.0.name" is no number.
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]) && !(at > 0 && source[at - 1] == '.'))
        {
            isFloat = true;
            end++;
            Digits();
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1;
            if (exponent < source.Length && source[exponent] is '+' or '-')
                exponent++;
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                isFloat = true;
                end = exponent;
                Digits();
            }
        }

        var text = source[at..end].Replace("_", "", StringComparison.Ordinal);
        if (!isFloat && !long.TryParse(text, out _))
            throw new JinjaException($"the number {text} is too large", line);
        return (new Token(isFloat ? TokenKind.Float : TokenKind.Integer, text, line), end - at);

        void Digits()
        {
            while (end < source.Length && (char.IsAsciiDigit(source[end]) || (source[end] == '_' && end + 1 < source.Length && char.IsAsciiDigit(source[end + 1]))))
                end++;
        }
    }

    private static (Token, int) BasedNumber(string source, int at, int line)
    {
        var numberBase = char.ToLowerInvariant(source[at + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
        var end = at + 2;
        while (end < source.Length && (char.IsAsciiHexDigit(source[end]) || source[end] == '_'))
            end++;
        try
        {
            var value = Convert.ToInt64(source[(at + 2)..end].Replace("_", "", StringComparison.Ordinal), numberBase);
            return (new Token(TokenKind.Integer, value.ToString(), line), end - at);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new JinjaException($"the number {source[at..end]} cannot be read", line);
        }
    }

    private static (Token, int) Literal(string source, int at, int line)
    {
        var quote = source[at];
        var text = new StringBuilder();
        for (var i = at + 1; i < source.Length; i++)
        {
            if (source[i] == quote)
                return (new Token(TokenKind.Literal, text.ToString(), line), i + 1 - at);
            if (source[i] == '\\' && i + 1 < source.Length)
                i = Escape(source, i + 1, text);
            else
                text.Append(source[i]);
        }

        throw new JinjaException("a string is not closed", line);
    }

    // Python's escapes; an unknown one keeps its backslash. Returns the place of the escape's last character.
    private static int Escape(string source, int at, StringBuilder text)
    {
        switch (source[at])
        {
            case 'n': text.Append('\n'); return at;
            case 't': text.Append('\t'); return at;
            case 'r': text.Append('\r'); return at;
            case 'f': text.Append('\f'); return at;
            case 'v': text.Append('\v'); return at;
            case 'a': text.Append('\a'); return at;
            case 'b': text.Append('\b'); return at;
            case '\\' or '\'' or '"': text.Append(source[at]); return at;
            case '\n': return at;
            case 'x': return Code(2);
            case 'u': return Code(4);
            case 'U': return Code(8);
            case >= '0' and <= '7': return Octal(source, at, text);
            default: text.Append('\\').Append(source[at]); return at;
        }

        int Code(int digits)
        {
            if (at + digits >= source.Length || !int.TryParse(source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, null, out var point) || point > 0x10FFFF)
            {
                text.Append('\\').Append(source[at]);
                return at;
            }

            text.Append(point is >= 0xD800 and < 0xE000 || point < 0x10000 ? ((char)point).ToString() : char.ConvertFromUtf32(point));
            return at + digits;
        }
    }

    private static int Octal(string source, int at, StringBuilder text)
    {
        var (value, end) = (0, at);
        while (end < source.Length && end < at + 3 && source[end] is >= '0' and <= '7')
            value = (value * 8) + (source[end++] - '0');
        text.Append((char)value);
        return end - 1;
    }
}
