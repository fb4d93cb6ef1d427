namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>Goes through tokens with a look ahead.</summary>
internal sealed class TokenReader(IReadOnlyList<Token> tokens)
{
    private int _at;

    public Token Peek => tokens[_at];

    public Token PeekNext => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public Token Next()
    {
        var token = tokens[_at];
        if (_at < tokens.Count - 1)
            _at++;
        return token;
    }

    public bool SkipOperator(string text) => Skip(Peek.Is(text));

    public bool SkipName(string name) => Skip(Peek.IsName(name));

    public void Expect(string text)
    {
        if (!SkipOperator(text))
            throw new JinjaException($"expected '{text}', found {Describe(Peek)}", Peek.Line);
    }

    public void ExpectName(string name)
    {
        if (!SkipName(name))
            throw new JinjaException($"expected '{name}', found {Describe(Peek)}", Peek.Line);
    }

    public Token ExpectName() => Peek.Kind == TokenKind.Name ? Next() : throw new JinjaException($"expected a name, found {Describe(Peek)}", Peek.Line);

    public void Expect(TokenKind kind)
    {
        if (Peek.Kind != kind)
            throw new JinjaException($"expected {Describe(new Token(kind, "", 0))}, found {Describe(Peek)}", Peek.Line);
        Next();
    }

    public static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the template",
        TokenKind.BlockBegin => "{%",
        TokenKind.BlockEnd => "%}",
        TokenKind.PrintBegin => "{{",
        TokenKind.PrintEnd => "}}",
        TokenKind.Text => "text",
        TokenKind.Literal => $"the string '{token.Value}'",
        _ => $"'{token.Value}'",
    };

    private bool Skip(bool matches)
    {
        if (matches)
            Next();
        return matches;
    }
}
