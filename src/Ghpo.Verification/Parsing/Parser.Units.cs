using System.Text;

namespace Ghpo.Verification.Parsing;

/// <summary>Units and other words behind a value.</summary>
internal sealed partial class Parser
{
    /// <summary>The value with the unit that follows it; null where none follows.</summary>
    private Node? Unit(Node value)
    {
        if (FractionUnit() is { } quotient) return Node.Named(NodeKind.Quantity, quotient, value);
        if (!StartsUnit(Current)) return null;
        var unit = new StringBuilder();
        while (unit.Length < 200)
        {
            var token = Current;
            if (StartsUnit(token) || (unit.Length > 0 && token is { Kind: TokenKind.Letter, Upright: true }))
            {
                if (unit.Length > 0 && unit[^1] is not ('/' or ' ')) unit.Append(' ');
                unit.Append(token.Name.AsSpan().Trim(" ~.,"));
                Take();
            }
            else if (unit.Length > 0 && token.Is('^'))
            {
                Take();
                var power = Exponent();
                if (power is not { Kind: NodeKind.Number }) return null;
                unit.Append('^').Append(Written(power.Value));
            }
            else if (unit.Length > 0 && (token.Is('/') || token.Is('*')) && (StartsUnit(Peek()) || Peek() is { Kind: TokenKind.Letter }))
            {
                Take();
                unit.Append(token.Mark == '/' ? '/' : ' ').Append(Take().Name.AsSpan().Trim(" ~."));
            }
            else if (unit.Length > 0 && token.Is('{') && StartsUnit(Peek()))
            {
                Take();
            }
            else
            {
                break;
            }
        }
        // A full stop inside the words ("four.") ends them.
        var name = unit.ToString().Trim();
        var lower = name.ToLowerInvariant();
        if (lower is "percent" or "pct" or "percentage" or "percents" or "per cent" or "procent") return Node.Make(NodeKind.Percent, value);
        if (lower is "degrees" or "degree" or "deg") return Node.Make(NodeKind.Degree, value);
        if (lower.StartsWith("degrees ", StringComparison.Ordinal)) return Node.Make(NodeKind.Degree, value);
        return Node.Named(NodeKind.Quantity, name, value);
    }

    /// <summary>"1 hour and 30 minutes", "5 ft 6 in": one quantity in the larger unit.</summary>
    private Node? Compound(Node large)
    {
        var name = large.Name.EndsWith(" and", StringComparison.Ordinal) ? large.Name[..^4] : large.Name;
        if (Units.Find(name) is not { } more || Power() is not { } number || Unit(number) is not { Kind: NodeKind.Quantity } small) return null;
        return Units.Find(small.Name) is { } less && less.Kind == more.Kind && less.Factor < more.Factor
            ? Node.Named(NodeKind.Quantity, name, Node.Make(NodeKind.Add, large[0], Node.Make(NodeKind.Multiply, small[0], Node.Of(less.Factor / more.Factor)))) : null;
    }

    /// <summary>"\frac{\text{m}}{\text{s}^2}" behind a value; null, and nothing taken, where none stands.</summary>
    private string? FractionUnit()
    {
        if (!IsFractionAhead(Current) || Current.Kind != TokenKind.Command || !Peek().Is('{') || !StartsUnit(Peek(2))) return null;
        var at = _at;
        Take();
        var unit = new StringBuilder();
        for (var part = 0; part < 2; part++)
        {
            if (!Accept('{')) break;
            if (part == 1) unit.Append('/');
            if (Unit(Node.Symbol("…")) is not { Kind: NodeKind.Quantity } named || !Accept('}')) break;
            unit.Append(named.Name);
            if (part == 1) return unit.ToString();
        }
        _at = at;
        return null;
    }

    /// <summary>"(maybe 46)", "is not the answer", "or something else": words that hedge or deny are no unit.</summary>
    private static bool IsRemark(string words)
    {
        foreach (var range in words.AsSpan().SplitAny(" ,~()"))
        {
            var word = words.AsSpan()[range];
            if (word.Length > 0 && (char.IsAsciiDigit(word[0]) || word is "or" or "not" or "maybe" or "perhaps" or "possibly" or "probably" or "is" or "isn't" or "was" or "wrong" or "incorrect" or "unless" or "otherwise" or "either" or "but")) return true;
        }
        return false;
    }

    private bool StartsUnit(Token token)
    {
        if (token.Kind == TokenKind.Letter) return token.Upright && _at > 0 && Units.IsUnit(token.Name) && token.Name is not ("i" or "e");
        if (token.Kind is not (TokenKind.Word or TokenKind.Text)) return false;
        if (Connective(token.Name) != '\0' || IsTo(token)) return false;
        if (token.Name.Length > 6 && IsRemark(token.Name)) return false;
        if (token.Name is ['(', ..] && Words.TryNumber(token.Name.Trim('(', ')', ' '), out _)) return false;
        if (token is { Upright: true, Name: "deg" }) return true;
        if (token.Kind == TokenKind.Word && Words.IsMathematics(token.Name) && !(token.Upright && Units.IsUnit(token.Name))) return false;
        var words = token.Name.AsSpan().Trim(" ,(");
        var end = words.IndexOf(' ');
        var first = end < 0 ? words : words[..end];
        // Words that calculate are no units: "42 minus 1", "3 squared".
        if (first is "or" or "and" or "but" or "minus" or "plus" or "times" or "squared" or "cubed" or "factorial" or "dozen" or "less" or "more" or "over" or "divided" or "multiplied" or "choose" or "point" or "not" or "hundredths" or "tenths" or "thousandths" or "halves" or "thirds" or "fourths" or "fifths" or "half") return false;
        return !(first is "where" or "for" or "if" or "when" or "with" or "mod" or "because" or "since" or "such");
    }
}
