using System.Text.RegularExpressions;

namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>
/// Cuts a template into tokens, with white space as transformers sets Jinja up: <c>trim_blocks</c> (the line end behind a block goes) and
/// <c>lstrip_blocks</c> (spaces before a block that begins its line go); <c>-</c> takes all white space on its side, <c>+</c> keeps it. One line end at the very end goes.
/// </summary>
internal sealed partial class Lexer
{
    private readonly string _source;
    private readonly List<Token> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _lineStarting = true;

    private Lexer(string source) => _source = source;

    public static List<Token> Tokenize(string source)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        if (source.EndsWith('\n'))
            source = source[..^1];
        var lexer = new Lexer(source);
        lexer.Run();
        lexer._tokens.Add(new Token(TokenKind.End, "", lexer._line));
        return lexer._tokens;
    }

    [GeneratedRegex(@"\G\{%([-+]?)\s*raw\s*(-%\}\s*|%\})")]
    private static partial Regex RawBegin();

    [GeneratedRegex(@"\{%([-+]?)\s*endraw\s*(\+%\}|-%\}\s*|%\}\n?)")]
    private static partial Regex RawEnd();

    private void Run()
    {
        while (_at < _source.Length)
        {
            var begin = NextTag();
            if (begin < 0)
            {
                AddText(_source[_at..]);
                _at = _source.Length;
                return;
            }

            var text = _source[_at..begin];
            var kind = _source[begin + 1];
            var sign = begin + 2 < _source.Length ? _source[begin + 2] : '\0';
            _at = begin;
            AddText(Before(text, sign, isBlock: kind != '{'));
            if (kind == '#')
                SkipComment();
            else if (kind == '%' && RawBegin().Match(_source, _at) is { Success: true } raw)
                TakeRaw(raw);
            else
                TakeTag(kind, sign is '-' or '+');
        }
    }

    private int NextTag()
    {
        for (var i = _source.IndexOf('{', _at); i >= 0 && i + 1 < _source.Length; i = _source.IndexOf('{', i + 1))
        {
            if (_source[i + 1] is '%' or '{' or '#')
                return i;
        }

        return -1;
    }

    // What is left of the text before a tag.
    private string Before(string text, char sign, bool isBlock)
    {
        if (sign == '-')
        {
            _line += text.Count(c => c == '\n') - text.TrimEnd().Count(c => c == '\n');
            return text.TrimEnd();
        }

        if (!isBlock || sign == '+')
            return text;
        var lineStart = text.LastIndexOf('\n') + 1;
        return (lineStart > 0 || _lineStarting) && lineStart < text.Length && string.IsNullOrWhiteSpace(text[lineStart..]) ? text[..lineStart] : text;
    }

    private void AddText(string text)
    {
        if (text.Length > 0)
            _tokens.Add(new Token(TokenKind.Text, text, _line));
        _line += text.Count(c => c == '\n');
    }

    private void Advance(int to)
    {
        _line += _source.AsSpan(_at, to - _at).Count('\n');
        _lineStarting = to > 0 && _source[to - 1] == '\n';
        _at = to;
    }

    private void SkipComment()
    {
        var end = _source.IndexOf("#}", _at + 2, StringComparison.Ordinal);
        if (end < 0)
            throw new JinjaException("a comment is not closed: expected #}", _line);
        Advance(BehindTag(end, _source[end - 1], trims: true));
    }

    private void TakeRaw(Match begin)
    {
        var line = _line;
        Advance(begin.Index + begin.Length);
        var end = RawEnd().Match(_source, _at);
        if (!end.Success)
            throw new JinjaException("a raw block is not closed: expected {% endraw %}", line);
        AddText(Before(_source[_at..end.Index], end.Groups[1].Value.FirstOrDefault(), isBlock: true));
        _at = end.Index;
        Advance(end.Index + end.Length);
    }

    // Where the template goes on behind a tag's end, which has two characters.
    private int BehindTag(int end, char sign, bool trims)
    {
        var behind = end + 2;
        if (sign == '-')
        {
            while (behind < _source.Length && char.IsWhiteSpace(_source[behind]))
                behind++;
        }
        else if (trims && sign != '+' && behind < _source.Length && _source[behind] == '\n')
        {
            behind++;
        }

        return behind;
    }

    private void TakeTag(char kind, bool signed)
    {
        var (begin, end, closing) = kind == '%' ? (TokenKind.BlockBegin, TokenKind.BlockEnd, "%}") : (TokenKind.PrintBegin, TokenKind.PrintEnd, "}}");
        var beginLine = _line;
        _tokens.Add(new Token(begin, "", _line));
        Advance(_at + (signed ? 3 : 2));
        var open = new Stack<char>();
        while (true)
        {
            while (_at < _source.Length && char.IsWhiteSpace(_source[_at]))
                Advance(_at + 1);
            if (_at >= _source.Length)
                throw new JinjaException($"a tag is not closed: expected {closing}", beginLine);

            var sign = _source[_at];
            var endAt = sign is '-' or '+' && Matches(_at + 1, closing) && (sign == '-' || kind == '%') ? _at + 1 : Matches(_at, closing) ? _at : -1;
            if (open.Count == 0 && endAt >= 0)
            {
                _tokens.Add(new Token(end, "", _line));
                Advance(BehindTag(endAt, endAt > _at ? sign : ' ', trims: kind == '%'));
                return;
            }

            Balance(open);
            var (token, length) = ExpressionLexer.Next(_source, _at, _line);
            _tokens.Add(token);
            Advance(_at + length);
        }
    }

    private bool Matches(int at, string text) => string.CompareOrdinal(_source, at, text, 0, text.Length) == 0;

    // Inside brackets, }} closes two dictionaries rather than the tag.
    private void Balance(Stack<char> open)
    {
        var c = _source[_at];
        if (c is '(' or '[' or '{')
            open.Push(c switch { '(' => ')', '[' => ']', _ => '}' });
        else if (c is ')' or ']' or '}' && (!open.TryPop(out var expected) || expected != c))
            throw new JinjaException($"'{c}' does not close anything here", _line);
    }
}
