using System.Numerics;
using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

/// <summary>Numbers, names, words and brackets.</summary>
internal sealed partial class Parser
{
    private const int LongestName = 200;

    private Node? Value()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                return NumberValue();
            case TokenKind.Letter:
                if (token.Name is [>= 'A' and <= 'Z'] && Peek() is { Kind: TokenKind.Number, Spaced: false, Upright: true })
                {
                    var at = _at;
                    if (IsInBase(out var based) && based is not null) return based;
                    _at = at;
                }
                Take();
                return Named(token.Name);
            case TokenKind.Word:
                return WordValue();
            case TokenKind.Text:
                if (Peek().Is('_') && token.Name.All(c => c is >= '0' and <= '9' or >= 'A' and <= 'Z'))
                {
                    // \text{A5}_{11}
                    Take();
                    return Base() is { } radix ? InBase(token.Name, radix) : null;
                }
                return TextValue();
            case TokenKind.Command:
                return CommandValue();
            case TokenKind.Mark:
                return Bracketed(token.Mark);
            default:
                return null;
        }
    }

    private Node? NumberValue()
    {
        if (Current is { Upright: true, Decimals: < 0 } && IsInBase(out var based)) return based;
        var token = Take();
        if (Current.Is('_') && token.Decimals > 0 && token.Value.Sign >= 0 && Base() is { } fractional)
        {
            // 0.0011_2
            _work.SpendOnDigits(2 * token.Decimals);
            var scaled = Written(token.Value * new Rational(BigInteger.Pow(10, token.Decimals)));
            return InBase(scaled, fractional) is { } mantissa ? Node.Of(mantissa.Value / new Rational(BigInteger.Pow(fractional, token.Decimals))) : null;
        }
        if (Current.Is('_'))
        {
            // A number with some other subscript is no number.
            if (Peek().Is('{') && Peek(2).Is('}'))
            {
                Take();
                Take();
                Take();
            }
            else
            {
                return null;
            }
        }
        return Scaled(Node.Of(token.Value, token.Decimals, token.Significant));
    }

    /// <summary>52_8, 1A_{16}, A3F_{16}, "1011 base 2": digits and capital letters before a base. The value is null where one of them is no digit of it; where no base stands, nothing is taken.</summary>
    private bool IsInBase(out Node? value)
    {
        value = null;
        var start = _at;
        do
        {
            Take();
        }
        while (Current is { Kind: TokenKind.Letter or TokenKind.Word or TokenKind.Number, Spaced: false } && IsDigits(Current));
        var end = _at;
        if ((Current.Is('_') ? Base() : SpokenBase()) is not { } radix)
        {
            _at = start;
            return false;
        }
        var digits = new System.Text.StringBuilder();
        for (var at = start; at < end; at++) digits.Append(_tokens[at].Kind == TokenKind.Number ? Written(_tokens[at]) : _tokens[at].Name);
        value = InBase(digits.ToString(), radix);
        return true;
    }

    /// <summary>A plain integer as it was written, with its leading zeros.</summary>
    private string Written(Token integer) => Written(integer.Value).PadLeft(integer.Digits, '0');

    private string Written(Rational value)
    {
        _work.SpendOnBits(value.Bits);
        return value.ToString();
    }

    /// <summary>"1011 (base 2)", "1011 base 2": the base in words; null, and nothing taken, where none stands.</summary>
    private int? SpokenBase()
    {
        if (Current.Kind is not (TokenKind.Text or TokenKind.Word)) return null;
        var words = Current.Name.AsSpan().Trim(" ~(),.");
        if (words.StartsWith("in ")) words = words[3..];
        if (!words.StartsWith("base")) return null;
        words = words[4..].Trim(" ~");
        if (words.Length == 0 && Peek() is { Kind: TokenKind.Number, Upright: true } written && written.Value >= 2 && written.Value <= 36)
        {
            Take();
            Take();
            return (int)written.Value.Numerator;
        }
        if ((int.TryParse(words, out var radix) || (Words.TryNumber(words.ToString(), out var value) && value.IsInteger && (radix = (int)value.Numerator) > 0)) && radix is >= 2 and <= 36)
        {
            Take();
            return radix;
        }
        return null;
    }

    private static bool IsDigits(Token token) => token.Kind == TokenKind.Number ? token.Upright : token.Name.All(c => c is >= 'A' and <= 'Z');

    /// <summary>"5 million".</summary>
    private Node Scaled(Node number)
    {
        if (Current.Kind is not (TokenKind.Word or TokenKind.Text)) return number;
        var scale = Words.Scale(Current.Name);
        if (scale == 0) return number;
        Take();
        _work.SpendOnBits(number.Value.Bits + 40);
        return Node.Of(number.Value * new Rational(BigInteger.Pow(10, scale)));
    }

    /// <summary>The base behind "_": 8, {8}, {\text{eight}}; null, and nothing taken, where it is none.</summary>
    private int? Base()
    {
        var at = _at;
        Take();
        var braced = Accept('{');
        var round = Accept('(');
        if (Current is { Kind: TokenKind.Word or TokenKind.Text, Name: "base" }) Take();
        var token = Take();
        if (round && !Accept(')')) token = default;
        int? radix = token.Kind switch
        {
            TokenKind.Number when token.Value.IsInteger && token.Value.Numerator >= 2 && token.Value.Numerator <= 36 => (int)token.Value.Numerator,
            TokenKind.Text or TokenKind.Word when Words.TryNumber(token.Name, out var value) && value.IsInteger && value >= 2 && value <= 36 => (int)value.Numerator,
            _ => null,
        };
        if (radix is not null && (!braced || Accept('}'))) return radix;
        _at = at;
        return null;
    }

    private Node? InBase(string digits, int radix)
    {
        _work.Spend(digits.Length * (long)digits.Length / 16);
        BigInteger value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiDigit(c) ? c - '0' : c - 'A' + 10;
            if (digit < 0 || digit >= radix) return null;
            value = (value * radix) + digit;
        }
        return Node.Integer(value);
    }

    /// <summary>A letter with its subscripts, primes and call: x_1, f'(x), a_{n+1}.</summary>
    private Node? Named(string name)
    {
        if (name is "infty" or "infinity" or "inf" or "oo") return Node.Symbol("infty");
        if (Current.Is('_')) name = Subscripted(name);
        return name.Length == 0 ? null : FunctionCall(Node.Symbol(name));
    }

    /// <summary>f, g and h before a parenthesis are functions, and so is every name with a prime.</summary>
    private Node? FunctionCall(Node symbol)
    {
        if (Current.Is('{') && Peek().Is('(') && symbol.Name is "f" or "g" or "h")
        {
            // f{\left(x\right)}, as computer algebra prints it
            Take();
            var call = FunctionCall(symbol);
            return call is { Kind: NodeKind.Function } && Accept('}') ? call : null;
        }
        if (symbol.Name is [>= 'A' and <= 'Z'] && Current.Is('(') && !Current.Spaced && PointOrChoice(symbol.Name[0]) is { } point) return point;
        if (!Current.Is('(') || Current.Spaced || !(symbol.Name is "f" or "g" or "h" || symbol.Name.EndsWith('\'') || symbol.Name.StartsWith("f_", StringComparison.Ordinal))) return symbol;
        Take();
        var argument = List(top: false);
        return argument is null || !Accept(')') ? null : Node.Function("$" + symbol.Name, argument.Kind == NodeKind.List ? argument.Arguments : [argument]);
    }

    /// <summary>P(1, 2) is the point (1, 2), and C(8, 3) chooses; null, and nothing taken, for anything else.</summary>
    private Node? PointOrChoice(char name)
    {
        // Only numbers are looked at: P(A, B) and F(x, y) are calls.
        var next = Peek();
        if (!(next.Kind == TokenKind.Number || next.Is('-'))) return null;
        var at = _at;
        if (Parenthesis('(') is { Kind: NodeKind.Tuple, Name: "()" } tuple && tuple.Arguments.All(Shapes.IsConstant))
        {
            var choice = tuple.Count == 2 && Array.TrueForAll(tuple.Arguments, n => n.Kind == NodeKind.Number && n.Value.IsInteger && n.Value.Sign >= 0) && tuple[1].Value <= tuple[0].Value;
            return name == 'C' && choice ? Choice(tuple[0], tuple[1]) : tuple;
        }
        _at = at;
        return null;
    }

    private string Subscripted(string name)
    {
        while (Current.Is('_'))
        {
            Take();
            var script = new System.Text.StringBuilder(name).Append('_');
            if (Accept('{'))
            {
                var depth = 1;
                while (Current.Kind != TokenKind.End)
                {
                    if (Current.Is('{')) depth++;
                    if (Current.Is('}') && --depth == 0) break;
                    if (!(Current.Is('{') || Current.Is('}'))) Append(script, Current);
                    Take();
                    if (script.Length > LongestName) throw new WorkLimitException();
                }
                if (!Accept('}')) return "";
            }
            else
            {
                if (Current.Kind == TokenKind.End) return "";
                Append(script, Current);
                Take();
            }
            name = script.ToString().TrimEnd('_');
            if (name.Length > LongestName) throw new WorkLimitException();
        }
        return name;
    }

    private void Append(System.Text.StringBuilder script, Token token)
    {
        if (token.Kind == TokenKind.Number) script.Append(Written(token.Value));
        else if (token.Kind == TokenKind.Mark) script.Append(token.Mark);
        else script.Append(token.Name.Trim());
    }

    private Node? WordValue()
    {
        var token = Current;
        var name = token.Name;
        if (Vocabulary.Functions.Contains(name))
        {
            Take();
            return FunctionValue(name);
        }
        switch (name)
        {
            case "pi":
                Take();
                return Node.Symbol("pi");
            case "infty" or "infinity" or "inf" or "oo" or "Infinity":
                Take();
                return Node.Symbol("infty");
            case "DNE" or "undefined":
                Take();
                return Node.Words(name.ToLowerInvariant());
        }
        // BAD_{16}
        if (Peek().Is('_') && IsDigits(token) && IsInBase(out var based) && based is not null) return based;
        if (Words.IsConstant(name))
        {
            Take();
            return Named(name);
        }
        if (Words.IsProduct(name) && !token.Upright)
        {
            Take();
            Node? product = null;
            for (var i = 0; i < name.Length; i++)
            {
                var letter = Vocabulary.Intern(name.AsSpan(i, 1));
                // A subscript or a power belongs to the last letter.
                var factor = i == name.Length - 1 ? Named(letter) : Node.Symbol(letter);
                if (factor is null) return null;
                if (i == name.Length - 1 && Current.Is('^'))
                {
                    Take();
                    factor = Raised(factor);
                    if (factor is null) return null;
                }
                product = product is null ? factor : Node.Make(NodeKind.Multiply, product, factor);
            }
            return product;
        }
        return TextValue();
    }

    /// <summary>Words where a value should stand: a number in words, or a name such as "Area".</summary>
    private Node? TextValue()
    {
        var words = Take().Name;
        // Words in a row are one name.
        while (Current.Kind is TokenKind.Word or TokenKind.Text && Connective(Current.Name) == '\0' && !IsTo(Current) && words.Length < 200) words += " " + Take().Name;
        // "forty-two"
        if (Current.Is('-') && !Current.Spaced && Peek() is { Kind: TokenKind.Word or TokenKind.Text, Spaced: false } unit && Words.TryNumber(words, out _) && Words.TryNumber(unit.Name, out _))
        {
            Take();
            words += " " + Take().Name;
        }
        if (Words.TryNumber(words, out var value)) return Node.Of(value);
        if (words.Equals("infinity", StringComparison.OrdinalIgnoreCase)) return Node.Symbol("infty");
        if (words.Length == 1) return Node.Symbol(words);
        Accept(':');
        var form = Equivalence.WordForm.Of(words);
        // "6th"
        return form.Length <= 18 && long.TryParse(form, System.Globalization.NumberStyles.None, null, out var ordinal) ? Node.Integer(ordinal) : Node.Words(form);
    }
}
