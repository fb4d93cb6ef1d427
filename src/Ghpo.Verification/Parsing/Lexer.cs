namespace Ghpo.Verification.Parsing;

/// <summary>Cuts an answer into tokens: LaTeX, plain text and Unicode alike. Spacing, sizes and dollars vanish here.</summary>
internal sealed partial class Lexer
{
    /// <summary>Stands for <c>\{</c> and <c>\}</c>, since plain braces only group.</summary>
    public const char SetOpen = '⦃';
    public const char SetClose = '⦄';
    public const char Norm = '‖';

    private const int MostTokens = 20_000;

    private readonly string _text;
    private readonly WorkMeter _work;
    private readonly List<Token> _tokens;
    private int _brackets;
    private bool _spaced;
    private int _dress;
    private bool _upright;

    private Lexer(string text, WorkMeter work, List<Token> tokens)
    {
        _text = text;
        _work = work;
        _tokens = tokens;
    }

    /// <summary>The tokens of <c>text[start..end)</c>, with an <see cref="TokenKind.End"/> behind them.</summary>
    public static List<Token> Read(string text, int start, int end, WorkMeter work)
    {
        var lexer = new Lexer(text, work, new(Math.Min(end - start, 64) + 1));
        lexer.Run(start, end);
        lexer._tokens.Add(new() { Kind = TokenKind.End, Name = "" });
        return lexer._tokens;
    }

    private void Run(int i, int end)
    {
        while (i < end)
        {
            _work.Spend(4);
            if (_tokens.Count > MostTokens) throw new WorkLimitException();
            i = Next(i, end);
        }
    }

    private int Next(int i, int end)
    {
        var c = UnicodeMath.Plain(_text[i]);
        if (char.IsAsciiDigit(c) || (c == '.' && i + 1 < end && (char.IsAsciiDigit(_text[i + 1]) || IsRepetend(i + 1, end)))) return Number(i, end);
        if (char.IsAsciiLetter(c)) return Letters(i, end);
        switch (c)
        {
            case '{' when i + 2 < end && _text[i + 1] == ':' && _text[i + 2] == '}':
                Add(':');
                return i + 3;
            case ' ' or '\n' or '~' or '\f' or '\v':
                _spaced = true;
                return i + 1;
            case '$':
                _spaced = true;
                return i + 1;
            case '\\':
                return Backslash(i, end);
            case '=' when i + 1 < end && _text[i + 1] == '\u0338':
                AddCommand("ne");
                return i + 2;
            case '*' when i + 1 < end && _text[i + 1] == '*':
                Add('^');
                return i + 2;
            case '.':
                if (i + 2 < end && _text[i + 1] == '.' && _text[i + 2] == '.')
                {
                    Add(TokenKind.Command, "ldots");
                    return i + 3;
                }
                Add('.');
                return i + 1;
            case '(' or '[':
                _brackets++;
                break;
            case ')' or ']':
                _brackets--;
                break;
        }
        if (c < 128)
        {
            Add(c);
            return i + 1;
        }
        return Unicode(i, end, c);
    }

    private int Unicode(int i, int end, char c)
    {
        if (UnicodeMath.Command(c) is { } command)
        {
            AddCommand(command);
            return i + 1;
        }
        var (over, under) = UnicodeMath.Fraction(c);
        if (under != 0)
        {
            AddFraction(over, under);
            return i + 1;
        }
        if (UnicodeMath.Superscript(c) != 0 && SmallFraction(i, end) is var behind and > 0) return behind;
        if (UnicodeMath.Superscript(c) != 0) return Script(i, end, '^', UnicodeMath.Superscript);
        if (UnicodeMath.Subscript(c) != 0) return Script(i, end, '_', UnicodeMath.Subscript);
        if (char.IsLetter(c) || char.IsSurrogate(c))
        {
            var start = i;
            while (i < end && _text[i] >= 128 && (char.IsLetterOrDigit(_text[i]) || char.IsSurrogate(_text[i]) || IsMarkOnLetter(_text[i])) && UnicodeMath.Command(_text[i]) is null) i++;
            Add(TokenKind.Word, _text[start..i]);
            return i;
        }
        // What is left are ornaments: invisible characters and emoji parts are skipped. What strikes out or turns around is none, and other signs stand for themselves.
        if (c is not (>= '\u0334' and <= '\u0338' or '\u202d' or '\u202e') && char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.Control) return i + 1;
        Add(c);
        return i + 1;
    }

    /// <summary>³⁄₄: the end of a fraction of small digits, or -1.</summary>
    private int SmallFraction(int i, int end)
    {
        int over = 0, under = 0, at = i;
        for (; at < end && at - i < 4 && char.IsAsciiDigit(UnicodeMath.Superscript(_text[at])); at++) over = (over * 10) + UnicodeMath.Superscript(_text[at]) - '0';
        if (at == i || at >= end || _text[at] is not ('⁄' or '/')) return -1;
        var first = ++at;
        for (; at < end && at - first < 4 && char.IsAsciiDigit(UnicodeMath.Subscript(_text[at])); at++) under = (under * 10) + UnicodeMath.Subscript(_text[at]) - '0';
        if (under == 0) return -1;
        AddFraction(over, under);
        return at;
    }

    /// <summary>The name keeps "2½" a mixed number for the parser.</summary>
    private void AddFraction(int over, int under)
    {
        _tokens.Add(new() { Kind = TokenKind.Number, Name = "½", Value = new(over, under), Decimals = -1, Spaced = _spaced });
        _spaced = false;
    }

    private static bool IsMarkOnLetter(char c) => char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark;

    private int Script(int i, int end, char mark, Func<char, char> map)
    {
        var inner = new System.Text.StringBuilder();
        while (i < end && map(_text[i]) != 0 && inner.Length < 20) inner.Append(map(_text[i++]));
        Add(mark);
        Add('{');
        var digits = inner.ToString();
        new Lexer(digits, _work, _tokens).Run(0, digits.Length);
        Add('}');
        return i;
    }

    private int Letters(int i, int end)
    {
        var start = i;
        while (i < end && char.IsAsciiLetter(_text[i])) i++;
        var run = _text.AsSpan(start, i - start);
        // "np.arcsin", "math.sqrt": the library is no part of the formula.
        if (i + 1 < end && _text[i] == '.' && char.IsAsciiLetter(_text[i + 1]) && run is "np" or "math" or "numpy" or "sp" or "sympy" or "Math") return i + 1;
        // "US$18", "R$ 18", "Rs 18": a currency's letters before its sign or amount.
        if (run.Length <= 3 && IsCurrencySign(i, end)) return i;
        if (run is "Rs" && i + 1 < end && _text[i] is ' ' or '.' && (IsDigit(_text[i + 1]) || (i + 2 < end && _text[i + 1] == ' ' && IsDigit(_text[i + 2])))) return i + 1;
        // "frac{1}{2}": the backslash is missing, or "\f" was taken for a form feed.
        if (i < end && _text[i] == '{' && run is "frac" or "dfrac" or "tfrac" or "rac")
        {
            AddCommand("frac");
            return i;
        }
        Add(run.Length == 1 ? TokenKind.Letter : TokenKind.Word, Vocabulary.Intern(run), _upright);
        return i;
    }

    private bool IsCurrencySign(int i, int end)
    {
        if (i < end && _text[i] == '\\') i++;
        if (i >= end || _text[i] != '$') return false;
        for (i++; i < end && _text[i] == ' '; i++)
        {
        }
        return i < end && IsDigit(_text[i]);
    }

    private int Backslash(int i, int end)
    {
        if (i + 1 >= end) return i + 1;
        var c = _text[i + 1];
        if (c == '\\')
        {
            // "\\frac" : a text that was escaped twice.
            var nameEnd = i + 2;
            while (nameEnd < end && char.IsAsciiLetter(_text[nameEnd])) nameEnd++;
            if (nameEnd > i + 2 && Vocabulary.KnownBySpan.Contains(_text.AsSpan(i + 2, nameEnd - i - 2))) return Command(i + 2, nameEnd, end);
            if (i + 2 < end && _text[i + 2] is '%' or '$' or '{' or '}' or ',' or '!') return Backslash(i + 1, end);
            AddRowBreak();
            return RowSpacing(i + 2, end);
        }
        if (char.IsAsciiLetter(c))
        {
            var nameEnd = i + 1;
            while (nameEnd < end && char.IsAsciiLetter(_text[nameEnd])) nameEnd++;
            return Command(i + 1, nameEnd, end);
        }
        switch (c)
        {
            case '{':
                _brackets++;
                Add(SetOpen);
                break;
            case '}':
                _brackets--;
                Add(SetClose);
                break;
            case '%': Add('%'); break;
            case '|': Add(Norm); break;
            case '_': Add('_'); break;
            case '&': Add('&'); break;
            default:
                // \, \; \! \: \$ \( \) \[ \] and a backslash before a space: nothing.
                _spaced = true;
                if (!(char.IsAscii(c) && !char.IsAsciiDigit(c))) return i + 1;
                break;
        }
        return i + 2;
    }

    private int Command(int start, int nameEnd, int end)
    {
        var name = Vocabulary.Intern(_text.AsSpan(start, nameEnd - start));
        if (Vocabulary.Dropped.Contains(name))
        {
            // Sizes are no space: f\left(x\right) is a call.
            _spaced |= name is not ("left" or "right" or "middle" or "big" or "Big" or "bigl" or "bigr" or "Bigl" or "Bigr");
            // "\left." and "\right." : an invisible bracket.
            if (name is "left" or "right" or "middle" && nameEnd < end && _text[nameEnd] == '.') return nameEnd + 1;
            if (name is "hspace" or "vspace" or "phantom" or "hphantom" or "cline" or "tag" && nameEnd < end && _text[nameEnd] is '{' or '*')
            {
                var close = _text.IndexOf('}', nameEnd, end - nameEnd);
                return close < 0 ? end : close + 1;
            }
            return nameEnd;
        }
        var words = Vocabulary.WordDress.Contains(name);
        if (words || Vocabulary.MathDress.Contains(name)) return Dressed(name, words, nameEnd, end);
        if (name is "SI" or "si" or "qty" or "unit" or "num" or "ang" && nameEnd < end && _text[nameEnd] is '{' or '[') return Quantity(name, nameEnd, end);
        if (_upright && name is "per" or "squared" or "cubed" or "square" or "cubic" || (_upright && Units.IsUnit(name)))
        {
            AddUnit(name);
            return nameEnd;
        }
        AddCommand(name);
        return nameEnd;
    }

    private void AddCommand(string name)
    {
        switch (name)
        {
            case "lt": Add('<'); break;
            case "gt": Add('>'); break;
            case "cdot" or "times" or "ast" or "star" or "bullet" or "cdotp": Add('*'); break;
            case "div": Add('/'); break;
            case "lbrace":
                _brackets++;
                Add(SetOpen);
                break;
            case "rbrace":
                _brackets--;
                Add(SetClose);
                break;
            case "lparen": Add('('); break;
            case "rparen": Add(')'); break;
            case "lbrack": Add('['); break;
            case "rbrack": Add(']'); break;
            case "vert" or "lvert" or "rvert" or "mid": Add(name == "mid" ? '¦' : '|'); break;
            case "Vert" or "lVert" or "rVert": Add(Norm); break;
            case "colon": Add(':'); break;
            case "lbag" or "currency" or "dollar" or "textdollar" or "mathdollar" or "pounds" or "euro" or "USD": break;
            case "cr" or "tabularnewline": AddRowBreak(); break;
            case "surd": Add(TokenKind.Command, "sqrt"); break;
            case "degree" or "textdegree": AddDegree(); break;
            case "prime": Add('\''); break;
            case "circ": AddDegree(); break;
            case "iff" or "implies" or "Longrightarrow": Add(TokenKind.Command, "Rightarrow"); break;
            case "land" or "wedge": Add(TokenKind.Word, "and"); break;
            case "lor" or "vee": Add(TokenKind.Word, "or"); break;
            case "exponentialE": Add(TokenKind.Letter, "e"); break;
            case "imaginaryI" or "imaginaryJ": Add(TokenKind.Letter, "i"); break;
            default:
                if (Vocabulary.Greek.Contains(name)) Add(TokenKind.Letter, name is "varepsilon" ? "epsilon" : name is "vartheta" ? "theta" : name is "varphi" ? "phi" : name is "varrho" ? "rho" : name is "imath" ? "i" : name);
                else Add(TokenKind.Command, name);
                break;
        }
    }

    private void AddDegree() => Add('°');

    private void AddRowBreak() => _tokens.Add(new() { Kind = TokenKind.RowBreak, Name = "" });

    private static readonly System.Buffers.SearchValues<char> LengthCharacters = System.Buffers.SearchValues.Create("0123456789.- ");

    /// <summary>"\\[4pt]": the space that a row asks for behind it is no part of the next.</summary>
    private int RowSpacing(int i, int end)
    {
        if (i >= end || _text[i] != '[') return i;
        var close = _text.IndexOf(']', i, Math.Min(end - i, 12));
        if (close < 0) return i;
        var length = _text.AsSpan(i + 1, close - i - 1).Trim();
        return length.Length > 2 && length[^2..] is "pt" or "em" or "ex" or "mm" or "cm" or "in" && !length[..^2].ContainsAnyExcept(LengthCharacters) ? close + 1 : i;
    }

    private void Add(char mark)
    {
        _tokens.Add(new() { Kind = TokenKind.Mark, Mark = mark, Name = "", Spaced = _spaced });
        _spaced = false;
    }

    private void Add(TokenKind kind, string name, bool upright = false)
    {
        _tokens.Add(new() { Kind = kind, Name = name, Spaced = _spaced, Upright = upright });
        _spaced = false;
    }
}
