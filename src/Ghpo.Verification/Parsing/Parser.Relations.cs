namespace Ghpo.Verification.Parsing;

/// <summary>Relations and chains of them, their signs, and what may follow: "(mod n)", a condition.</summary>
internal sealed partial class Parser
{
    /// <summary>A relation or a chain of them, with what may follow it: "(mod n)", a condition.</summary>
    private Node? Item()
    {
        if (!Enter()) return null;
        _compared = false;
        // "Total number of ways: 45": a label in words.
        if (Current.Kind == TokenKind.Text && Current.Name.AsSpan().TrimEnd(" ~").EndsWith(":") && Peek().Kind != TokenKind.End && !Current.Name.Contains("not", StringComparison.OrdinalIgnoreCase)) Take();
        // "= 5" goes on from a left side that is not there.
        while (Current.Is('=') || Current.IsCommand("approx") || Current.IsCommand("sim") || Current.IsCommand("simeq") || Current.IsCommand("Rightarrow") || Current.Is('≈')) Take();
        var left = Ratio();
        if (left is null) return Leave(null);
        List<Node>? sides = null;
        List<string>? signs = null;
        while (RelationSign() is { } sign)
        {
            if (sign == "⇒")
            {
                // What follows is the conclusion.
                sides = null;
                signs = null;
                if (Current.Kind == TokenKind.End) return Leave(null);
                left = Ratio();
                if (left is null) return Leave(null);
                continue;
            }
            if (Current.Kind == TokenKind.End || IsClosing(Current)) break;
            while (RelationSign() is not null)
            {
            }
            _compared = sign is "<" or "<=" or ">" or ">=";
            var right = Ratio();
            if (right is null) return Leave(null);
            (sides ??= [left]).Add(right);
            (signs ??= []).Add(sign);
        }
        var node = sides is null ? left : Relation(sides, signs!);
        if (node is not null) node = Modulus(node);
        SkipCondition();
        return Leave(node);
    }

    /// <summary>≈ keeps what stands left of it, unless a name stands there.</summary>
    private Node? Relation(List<Node> sides, List<string> signs)
    {
        // "45 ~ 50" is a range.
        if (sides is [{ Kind: NodeKind.Number } from, { Kind: NodeKind.Number } to] && signs[0] == "≈")
        {
            _work.SpendOnBits(from.Value.Bits + to.Value.Bits);
            if ((from.Value - to.Value).Abs() * 20 > from.Value.Abs()) return null;
        }
        // "L: x + y = 1": a label before an equation.
        if (sides[0] is { Kind: NodeKind.Ratio, Count: 2 } labelled && IsLineName(labelled[0]) && !(labelled[1].Kind == NodeKind.Symbol && char.IsAsciiLetterUpper(labelled[1].Name[0])) && !Shapes.IsConstant(labelled[1]) && sides.TrueForAll(s => ReferenceEquals(s, labelled) || s.Kind != NodeKind.Ratio)) sides[0] = labelled[1];
        for (var i = 0; i < signs.Count; i++)
        {
            if (signs[i] != "≈") continue;
            if (i == 0 && Shapes.IsName(sides[0]))
            {
                signs[0] = "=";
                continue;
            }
            sides.RemoveRange(i + 1, sides.Count - i - 1);
            signs.RemoveRange(i, signs.Count - i);
        }
        return sides.Count == 1 ? sides[0] : Node.Named(NodeKind.Relation, string.Join(' ', signs), [.. sides]);
    }

    private static bool IsLineName(Node node) => node.Kind == NodeKind.Symbol && (node.Name is "ell" or "l" || char.IsAsciiLetterUpper(node.Name[0])) && node.Name.Length is 1 or 3;

    /// <summary>Takes a relation sign and gives its normal name; null where none stands.</summary>
    private string? RelationSign()
    {
        var token = Current;
        if (token.Kind == TokenKind.Mark)
        {
            switch (token.Mark)
            {
                case '=':
                    Take();
                    if (Current.Is('=')) Take();
                    if (Current.Is('>'))
                    {
                        Take();
                        return "⇒";
                    }
                    return "=";
                case '<' or '>':
                    Take();
                    if (Current.Is('=') && !Current.Spaced)
                    {
                        Take();
                        return token.Mark == '<' ? "<=" : ">=";
                    }
                    return token.Mark.ToString();
                case '!' when IsUnequal():
                    Take();
                    Take();
                    return "!=";
                case ':' when Peek().Is('='):
                    Take();
                    Take();
                    return "=";
                case '~' or '≈':
                    Take();
                    return "≈";
            }
            return null;
        }
        if (token.Kind != TokenKind.Command) return null;
        var sign = token.Name switch
        {
            "le" or "leq" or "leqslant" or "leqq" => "<=",
            "ge" or "geq" or "geqslant" or "geqq" => ">=",
            "ne" or "neq" => "!=",
            "approx" or "simeq" or "cong" or "sim" => "≈",
            "equiv" => "≡",
            "in" => "in",
            "notin" => "notin",
            "coloneqq" or "doteq" => "=",
            "Rightarrow" or "Leftrightarrow" => "⇒",
            "to" or "rightarrow" or "longrightarrow" or "mapsto" => "→",
            "subset" or "subseteq" or "propto" or "parallel" or "perp" => token.Name,
            "not" => "not",
            _ => null,
        };
        if (sign is null) return null;
        Take();
        if (sign != "not") return sign;
        return RelationSign() is { } negated ? negated switch { "=" => "!=", "in" => "notin", _ => "not " + negated } : null;
    }

    /// <summary>"x != 3", but not "4! = 24" and "4!=24".</summary>
    private bool IsUnequal() => Current.Is('!') && Peek() is { Spaced: false } next && next.Is('=') && Peek(-1).Kind != TokenKind.Number;

    /// <summary>"(mod 7)", "\pmod{7}" and "mod 7" behind a relation or value.</summary>
    private Node? Modulus(Node node)
    {
        if (Current.IsCommand("pmod") || Current.IsCommand("pod"))
        {
            Take();
            var modulus = Argument();
            return modulus is null ? null : Node.Function("pmod", node, modulus);
        }
        if (StartsModulus())
        {
            Take();
            Take();
            var modulus = Sum();
            return modulus is null || !Accept(')') ? null : Node.Function("pmod", node, modulus);
        }
        return node;
    }

    private bool StartsModulus() => Current.Is('(') && Peek() is { Kind: TokenKind.Word or TokenKind.Command or TokenKind.Text, Name: "mod" or "bmod" };

    /// <summary>"where x is real", "for n > 1": conditions behind an answer are not compared.</summary>
    private void SkipCondition()
    {
        if (Current.Kind is not (TokenKind.Text or TokenKind.Word)) return;
        if (!StartsCondition(Current.Name, out var rest) || IsCase(rest)) return;
        var at = _at;
        var another = false;
        var open = 0;
        for (Take(); Current.Kind != TokenKind.End && (open > 0 || !IsClosing(Current)); Take())
        {
            if (Current.Kind == TokenKind.Mark && Current.Mark is '(' or '[' or '{' or Lexer.SetOpen) open++;
            else if (open > 0 && IsClosing(Current)) open--;
            // "3 if n is odd, 4 otherwise", "3 for n = 1, 4 for n = 2": a second case is a second answer. What is not taken makes the whole unreadable.
            another |= Separator() != '\0' && Peek().Kind is not (TokenKind.Text or TokenKind.Word);
            if (Current.Kind is not (TokenKind.Text or TokenKind.Word) || !(IsCase(Current.Name) || (another && StartsCondition(Current.Name, out _)))) continue;
            _at = at;
            return;
        }
    }

    private static bool StartsCondition(string text, out ReadOnlySpan<char> rest)
    {
        var words = text.AsSpan().Trim(" ,(");
        var end = words.IndexOfAny(" ,");
        rest = end < 0 ? default : words[end..];
        return (end < 0 ? words : words[..end]) is "where" or "for" or "if" or "when" or "with" or "since" or "because" or "as" or "such";
    }

    private static bool IsCase(ReadOnlySpan<char> words)
    {
        foreach (var word in words.SplitAny(" ,~"))
        {
            if (words[word] is "if" or "otherwise" or "else" or "when") return true;
        }
        return false;
    }
}
