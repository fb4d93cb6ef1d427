namespace Ghpo.Models.Chat.Jinja.Syntax;

internal enum TokenKind
{
    Text,
    BlockBegin,
    BlockEnd,
    PrintBegin,
    PrintEnd,
    Name,
    Literal,
    Integer,
    Float,
    Operator,
    End,
}

/// <summary>One piece of a template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">Its text; a string literal's with escapes resolved.</param>
/// <param name="Line">Its line, from 1.</param>
internal readonly record struct Token(TokenKind Kind, string Value, int Line)
{
    public bool Is(string operatorText) => Kind == TokenKind.Operator && Value == operatorText;

    public bool IsName(string name) => Kind == TokenKind.Name && Value == name;
}
