using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

internal enum TokenKind : byte
{
    End,
    Number,

    /// <summary>One letter, Latin or Greek, or another symbol with a name of its own.</summary>
    Letter,

    /// <summary>Two or more letters in a row, outside of <c>\text</c>.</summary>
    Word,

    /// <summary>The words of <c>\text{…}</c> and its kind.</summary>
    Text,

    /// <summary>A command of LaTeX, without its backslash.</summary>
    Command,

    /// <summary>One character that means itself.</summary>
    Mark,

    /// <summary><c>\\</c></summary>
    RowBreak,
}

internal readonly struct Token
{
    public TokenKind Kind { get; init; }

    public char Mark { get; init; }

    /// <summary>The name of a letter, word, text or command.</summary>
    public string Name { get; init; }

    public Rational Value { get; init; }

    public int Decimals { get; init; }

    public int Significant { get; init; }

    /// <summary>White space stands before the token.</summary>
    public bool Spaced { get; init; }

    /// <summary>A letter in upright type, which may be a unit; a number as plain digits with no separator.</summary>
    public bool Upright { get; init; }

    /// <summary>How many digits a plain integer has, with leading zeros.</summary>
    public int Digits { get; init; }

    public bool Is(char mark) => Kind == TokenKind.Mark && Mark == mark;

    public bool IsCommand(string name) => Kind == TokenKind.Command && Name == name;
}
