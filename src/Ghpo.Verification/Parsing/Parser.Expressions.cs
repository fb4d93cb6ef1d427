namespace Ghpo.Verification.Parsing;

/// <summary>Sums, products, powers and what follows a value.</summary>
internal sealed partial class Parser
{
    private Node? Sum()
    {
        if (!Enter()) return null;
        var terms = new List<Node>(2);
        var node = SignedTerm();
        if (node is null) return Leave(null);
        terms.Add(node);
        while (true)
        {
            if (Current.Is('+') || (Current.Is('-') && !(Shapes.IsSetLike(node) && Peek().Is(Lexer.SetOpen))))
            {
                var minus = Current.Mark == '-';
                Take();
                var term = SignedTerm();
                if (term is null) return Leave(null);
                node = minus ? Node.Negate(term) : term;
                terms.Add(node);
            }
            else if (Current.IsCommand("pm") || Current.IsCommand("mp"))
            {
                var name = Current.Name;
                Take();
                var term = SignedTerm();
                if (term is null) return Leave(null);
                var left = terms.Count == 1 ? terms[0] : Node.Make(NodeKind.Add, [.. terms]);
                terms.Clear();
                node = Node.Named(NodeKind.PlusMinus, name, left, term);
                terms.Add(node);
            }
            else
            {
                break;
            }
        }
        return Leave(terms.Count == 1 ? terms[0] : Node.Make(NodeKind.Add, [.. terms]));
    }

    private Node? SignedTerm()
    {
        if (Current.Is('-') || Current.Is('+'))
        {
            if (!Enter()) return null;
            var minus = Take().Mark == '-';
            // "+-": the plain spelling of ±.
            if (!minus && Current.Is('-') && !Current.Spaced && !StartsFactor(Peek(-2)))
            {
                Take();
                var both = Term();
                return Leave(both is null ? null : Node.Named(NodeKind.PlusMinus, "pm", Node.Integer(0), both));
            }
            var grouped = Current.Is('(');
            var inner = SignedTerm();
            if (inner is null || !minus) return Leave(inner);
            // −3 mod 5 is the remainder of −3.
            return Leave(inner is { Kind: NodeKind.Function, Name: "mod" } && !grouped ? Node.Function("mod", Node.Negate(inner[0]), inner[1]) : Node.Negate(inner));
        }
        if (Current.IsCommand("pm") || Current.IsCommand("mp"))
        {
            var name = Take().Name;
            var inner = Term();
            return inner is null ? null : Node.Named(NodeKind.PlusMinus, name, Node.Integer(0), inner);
        }
        return Term();
    }

    private Node? Term()
    {
        var node = Power();
        while (node is not null)
        {
            var token = Current;
            // sin a · sin b and ln 5/ln 3: the next function is none of this one's argument.
            if (_functionArgument > 0 && token.Kind == TokenKind.Mark && token.Mark is '*' or '/' && StartsFunction(Peek())) break;
            if (token.Is('*'))
            {
                Take();
                var right = SignedPower();
                node = right is null ? null : Node.Make(NodeKind.Multiply, node, right);
            }
            else if (token.Is('/'))
            {
                Take();
                var right = SignedPower();
                node = right is null ? null : Node.Make(NodeKind.Divide, node, right);
            }
            else if (token.IsCommand("mod") || token.IsCommand("bmod") || token is { Kind: TokenKind.Word, Name: "mod" })
            {
                Take();
                var right = SignedPower();
                node = right is null ? null : Node.Function("mod", node, right);
            }
            else if (node.Kind == NodeKind.Number && token is { Kind: TokenKind.Text, Name: ['(', ..] } && Words.TryNumber(token.Name.Trim('(', ')', ' '), out var spoken) && spoken == node.Value)
            {
                // 12 \text{(twelve)}
                Take();
            }
            else if (Unit(node) is { } quantity)
            {
                node = quantity;
            }
            else if (StartsModulus())
            {
                break;
            }
            else if (token.Is('(') && node.Kind == NodeKind.Number && Peek().Kind is TokenKind.Word or TokenKind.Text && Peek(2).Is(')') && Words.TryNumber(Peek().Name, out var again) && again == node.Value)
            {
                // 12 (twelve), without dress
                Take();
                Take();
                Take();
            }
            else if (StartsFactor(token) && !(_functionArgument > 0 && StartsFunction(token)))
            {
                // "42 minus 1": what goes on behind words is no unit's value, unless it is a smaller unit of the kind.
                if (node.Kind == NodeKind.Quantity)
                {
                    if (token.Kind != TokenKind.Number || Compound(node) is not { } compound) return null;
                    node = compound;
                    continue;
                }

                // "The answer is 5": a label is dropped; other words before a value are prose, which is not read here.
                if (node.Kind == NodeKind.Words)
                {
                    node = IsLabel(node.Name) ? Power() : null;
                    continue;
                }
                if (token.Kind == TokenKind.Number && IsPlainNumber(_at - 1) && token.Name != "½")
                {
                    node = MixedNumber(node);
                    continue;
                }
                if (node.Kind == NodeKind.Number && node.Value.IsInteger && node.Decimals < 0 && IsFractionAhead(token) && IsPlainNumber(_at - 1))
                {
                    var fraction = Power();
                    if (fraction is null) return null;
                    node = Mixed(node, fraction) ?? Node.Make(NodeKind.Multiply, node, fraction);
                    continue;
                }
                var mixed = token.Is('{') && IsPlainNumber(_at - 1) && node.Kind == NodeKind.Number && node.Value.IsInteger && node.Decimals < 0 && HoldsOver();
                var right = Power();
                node = right is null ? null : (mixed ? Mixed(node, right) : null) ?? Node.Make(NodeKind.Multiply, node, right);
            }
            else
            {
                break;
            }
        }
        return node;
    }

    private static bool IsLabel(string words) =>
        words is "rs" or "usd" or "eur" or "inr" or "gbp" or "rupees" or "answer" or "final answer" or "ans" or "result" or "total" or "solution" or "value" || words.EndsWith(" is", StringComparison.Ordinal) || words.EndsWith(" are", StringComparison.Ordinal) || words.EndsWith(" equals", StringComparison.Ordinal);

    private bool IsPlainNumber(int at) => at >= 0 && _tokens[at].Kind == TokenKind.Number && _tokens[at].Name != "½";

    private static bool IsFractionAhead(Token token) => token.Kind == TokenKind.Command && token.Name is "frac" or "dfrac" or "tfrac" or "cfrac" || token is { Kind: TokenKind.Number, Name: "½" };

    /// <summary>"1 2/3" is one and two thirds; any other pair of numbers side by side is nothing.</summary>
    private Node? MixedNumber(Node whole)
    {
        if (whole.Kind != NodeKind.Number || !whole.Value.IsInteger || !Current.Upright || !Peek().Is('/') || Peek(2) is not { Kind: TokenKind.Number, Upright: true }) return null;
        var over = Take();
        Take();
        var under = Take();
        _work.SpendOnBits(whole.Value.Bits + over.Value.Bits + under.Value.Bits);
        return under.Value.IsZero || over.Value >= under.Value ? null : Node.Of(whole.Value.Sign < 0 ? whole.Value - (over.Value / under.Value) : whole.Value + (over.Value / under.Value));
    }

    /// <summary>{1 \over 2}: a fraction in the old style stands here.</summary>
    private bool HoldsOver() => Peek().Kind == TokenKind.Number && Peek(2).IsCommand("over") && Peek(3).Kind == TokenKind.Number && Peek(4).Is('}');

    private Node? Mixed(Node whole, Node fraction)
    {
        if (fraction.Kind is NodeKind.Percent or NodeKind.Degree) return Mixed(whole, fraction[0]) is { } inner ? Node.Make(fraction.Kind, inner) : null;
        if (fraction.Kind == NodeKind.Number && !fraction.Value.IsInteger && fraction.Value < 1) return Node.Of(whole.Value + fraction.Value);
        if (fraction.Kind != NodeKind.Divide || fraction[0].Kind != NodeKind.Number || fraction[1].Kind != NodeKind.Number) return null;
        var (over, under) = (fraction[0].Value, fraction[1].Value);
        if (over.Sign <= 0 || under.Sign <= 0 || fraction[0].Decimals >= 0) return null;
        _work.SpendOnBits(whole.Value.Bits + over.Bits + under.Bits);
        return Node.Of(whole.Value + (over / under));
    }

    private Node? SignedPower()
    {
        if (Current.Is('-') || Current.Is('+'))
        {
            if (!Enter()) return null;
            var minus = Take().Mark == '-';
            var inner = SignedPower();
            return Leave(inner is null ? null : minus ? Node.Negate(inner) : inner);
        }
        if (Current.IsCommand("pm")) return SignedTerm();
        return Power();
    }

    private Node? Power()
    {
        if (!Enter()) return null;
        var node = Postfix(Value());
        while (node is not null && Current.Is('^'))
        {
            Take();
            node = Raised(node);
            if (node is not null) node = Postfix(node);
        }
        return Leave(node);
    }

    /// <summary>Behind "^": degrees, primes, transposes, or an exponent.</summary>
    private Node? Raised(Node @base)
    {
        if (Accept('°'))
        {
            SkipTemperature();
            return Node.Make(NodeKind.Degree, @base);
        }
        if (Current.Is('\'')) return Primed(@base);
        if (Current.Is('{') && Peek().Is('°') && Peek(2).Is('}'))
        {
            Take();
            Take();
            Take();
            SkipTemperature();
            return Node.Make(NodeKind.Degree, @base);
        }
        if (Current.Is('{') && Peek().Is('\''))
        {
            Take();
            var primed = Primed(@base);
            return primed is null || !Accept('}') ? null : primed;
        }
        if (Current.Is('{') && Peek() is { Kind: TokenKind.Word or TokenKind.Text, Name: "st" or "nd" or "rd" or "th" } && Peek(2).Is('}'))
        {
            // 4^{th}
            Take();
            Take();
            Take();
            return @base;
        }
        if (Current.Is('{') && (Peek().Is('+') || Peek().Is('-')) && Peek(2).Is('}'))
        {
            // 3^{+}: from one side
            Take();
            var side = Take().Mark;
            Take();
            return Node.Function("$" + side, @base);
        }
        if (Current.Is('{') && Peek().Is('}'))
        {
            // "75_{}^{}" : an empty script.
            Take();
            Take();
            return @base;
        }
        if (@base is { Kind: NodeKind.Tuple, Name: "()" or "[]" } && (Current is { Kind: TokenKind.Letter, Name: "T" } || Current.IsCommand("top") || Current.IsCommand("intercal") || IsBraced("T")) && @base.Arguments.All(Shapes.IsScalar))
        {
            _ = Argument();
            return Node.Matrix(1, @base.Arguments);
        }
        if (@base.Kind == NodeKind.Number && (Current is { Kind: TokenKind.Letter, Name: "o" } || IsBraced("o")))
        {
            // 45^o
            _ = Argument();
            SkipTemperature();
            return Node.Make(NodeKind.Degree, @base);
        }
        if (@base.Kind == NodeKind.Matrix && (Current is { Kind: TokenKind.Letter, Name: "T" } || Current.IsCommand("top") || Current.IsCommand("intercal")))
        {
            Take();
            return Node.Function("transpose", @base);
        }
        if (Current.Is('*') || Current.IsCommand("ast") || Current.IsCommand("dagger") || Current.IsCommand("perp"))
        {
            Take();
            return @base.Kind == NodeKind.Symbol ? Node.Symbol(@base.Name + "*") : @base;
        }
        if ((Current.Is('+') || Current.Is('-')) && (Peek().Is('}') || Peek().Kind == TokenKind.End)) return Node.Function("$" + Take().Mark, @base);
        var exponent = Exponent();
        if (exponent is null) return null;
        // v^2_0 is v_0 squared.
        if (Current.Is('_') && @base.Kind == NodeKind.Symbol)
        {
            var name = Subscripted(@base.Name);
            if (name.Length == 0) return null;
            @base = Node.Symbol(name);
        }
        // C_{10}^3 chooses 3 of 10, A_{10}^3 puts them in order.
        if (@base.Kind == NodeKind.Symbol && @base.Name.Length > 2 && @base.Name[0] is 'C' or 'A' && @base.Name[1] == '_' && int.TryParse(@base.Name.AsSpan(2), out var n) && exponent is { Kind: NodeKind.Number } && exponent.Value.IsInteger && exponent.Value.Sign > 0 && exponent.Value < n)
            return @base.Name[0] == 'C' ? Choice(Node.Integer(n), exponent) : Arrangement(Node.Integer(n), exponent);
        return Node.Power(@base, exponent);
    }

    /// <summary>{T} or {\text{T}}.</summary>
    private bool IsBraced(string letter) => Current.Is('{') && Peek() is { Kind: TokenKind.Letter } inner && inner.Name == letter && Peek(2).Is('}');

    private Node? Exponent()
    {
        if (Current.Is('-') || Current.Is('+'))
        {
            var minus = Take().Mark == '-';
            var inner = Exponent();
            return inner is null ? null : minus ? Node.Negate(inner) : inner;
        }
        var token = Current;
        // A number here takes no subscript: v^2_0 is v_0 squared.
        var value = token.Kind == TokenKind.Number ? Node.Of(Take().Value, token.Decimals, token.Significant)
            : token.Kind is TokenKind.Command or TokenKind.Letter or TokenKind.Mark ? Value() : null;
        if (value is null) return null;
        // a^b^c reads from the right.
        if (Current.Is('^'))
        {
            if (!Enter()) return null;
            Take();
            return Leave(Raised(value));
        }
        return Current.Is('!') && !IsUnequal() ? Postfix(value) : value;
    }

    private Node? Primed(Node @base)
    {
        var primes = 0;
        while (Accept('\'')) primes++;
        return @base.Kind switch
        {
            NodeKind.Symbol => FunctionCall(Node.Symbol(@base.Name + new string('\'', primes))),
            _ => null,
        };
    }

    private Node? Postfix(Node? node)
    {
        while (node is not null)
        {
            if (Current.Is('!') && !IsUnequal())
            {
                Take();
                if (Current.Is('!') && !IsUnequal())
                {
                    Take();
                    node = Node.Function("doublefactorial", node);
                }
                else
                {
                    node = Node.Function("factorial", node);
                }
            }
            else if (Accept('%'))
            {
                node = Node.Make(NodeKind.Percent, node);
            }
            else if (Accept('°'))
            {
                SkipTemperature();
                node = Node.Make(NodeKind.Degree, node);
            }
            else if (Current.Is('\'') && node.Kind == NodeKind.Symbol)
            {
                node = Primed(node);
            }
            else
            {
                break;
            }
        }
        return node;
    }

    private void SkipTemperature()
    {
        if (Current is { Kind: TokenKind.Letter, Name: "C" or "F" } && (Peek().Kind == TokenKind.End || IsClosing(Peek()))) Take();
    }

    /// <summary>Whether a token begins a factor, so that two values side by side are a product.</summary>
    private bool StartsFactor(Token token) => token.Kind switch
    {
        TokenKind.Number => true,
        TokenKind.Letter => !(token.Name is "U" && Peek().Is('(') && _tokens[Math.Max(0, _at - 1)].Is(')')),
        TokenKind.Word => Words.IsMathematics(token.Name),
        TokenKind.Text => false,
        TokenKind.Mark => token.Mark is '(' or '{' || (token.Mark == '[' && _outward == 0 && !IsOutwardClose()) || token.Mark == Lexer.SetOpen || (token.Mark == '|' && _bars == 0 && _builder == 0) || (token.Mark == Lexer.Norm && _norms == 0),
        TokenKind.Command => !(token.Name is "cup" or "cap" or "setminus" or "backslash" or "pm" or "mp" or "mod" or "bmod" or "pmod" or "pod" or "end" or "rfloor" or "rceil" or "rangle" or "to" or "Rightarrow" or "Leftrightarrow" or "not" or "choose" or "over" or "newline" or "cr")
            && !Vocabulary.Relations.Contains(token.Name) && token.Name is not ("subset" or "propto" or "parallel" or "perp" or "rightarrow" or "mapsto" or "coloneqq" or "doteq"),
        _ => false,
    };

    private static bool StartsFunction(Token token) =>
        (token.Kind is TokenKind.Command or TokenKind.Word && Vocabulary.Functions.Contains(token.Name) && token.Name is not ("sqrt" or "cbrt" or "abs"))
        || token is { Kind: TokenKind.Command, Name: "sum" or "prod" or "int" or "lim" };
}
