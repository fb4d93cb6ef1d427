namespace Ghpo.Verification.Parsing;

/// <summary>Groups, tuples, intervals, sets, absolute values and matrices.</summary>
internal sealed partial class Parser
{
    private Node? Bracketed(char mark)
    {
        switch (mark)
        {
            case '(' or '[':
                return Parenthesis(mark);
            case ']':
                return OutwardInterval();
            case '{':
                return Group();
            case Lexer.SetOpen:
                return SetValue();
            case '|':
                {
                    Take();
                    _bars++;
                    var inner = Sum();
                    _bars--;
                    return inner is null || !Accept('|') ? null : Node.Function(inner.Kind == NodeKind.Matrix ? "det" : "abs", inner);
                }
            case Lexer.Norm:
                {
                    Take();
                    _norms++;
                    var inner = Sum();
                    _norms--;
                    return inner is null || !Accept(Lexer.Norm) ? null : Node.Function("abs", inner);
                }
            case '_' or '^':
                return Prescript();
            case '<':
                return Angled();
            case '∅':
                Take();
                return Node.Make(NodeKind.Set);
            default:
                return null;
        }
    }

    private Node? Parenthesis(char open)
    {
        if (!Enter()) return null;
        Take();
        var (bars, norms, argument) = (_bars, _norms, _functionArgument);
        var builder = _builder;
        _builder = 0;
        (_bars, _norms, _functionArgument) = (0, 0, 0);
        if (Current.Is(')') || Current.Is(']')) return Leave(null);
        var inner = List(top: false);
        _builder = builder;
        (_bars, _norms, _functionArgument) = (bars, norms, argument);
        var outward = open == '[' && Current.Is('[') && IsOutwardClose();
        if (inner is null || !(Current.Is(')') || Current.Is(']') || outward)) return Leave(null);
        var close = Take().Mark;
        if (outward) close = ')';
        var brackets = (open, close) switch { ('(', ')') => "()", ('[', ']') => "[]", ('(', ']') => "(]", _ => "[)" };
        if (inner.Kind == NodeKind.List) return Leave(Node.Named(NodeKind.Tuple, brackets, inner.Arguments));
        if (open == '(' && close == ')' && Current.Is('_') && inner.Kind == NodeKind.Number && inner.Value.IsInteger && Base() is { } radix)
            return Leave(InBase(Written(inner.Value), radix));
        // (5) and [5] are 5, and ( [matrix] ) is the matrix.
        return Leave(open == '(' == (close == ')') ? inner : null);
    }

    /// <summary>&lt;1, 2, 3&gt;: a vector in plain brackets.</summary>
    private Node? Angled()
    {
        if (!Enter()) return null;
        Take();
        var entries = new List<Node>();
        do
        {
            if (Sum() is not { } entry) return Leave(null);
            entries.Add(entry);
        }
        while (Accept(','));
        return Leave(entries.Count > 1 && Accept('>') ? Node.Named(NodeKind.Tuple, "()", [.. entries]) : null);
    }

    /// <summary>{}_{10}C_3 and ^{10}P_3: choices and arrangements.</summary>
    private Node? Prescript()
    {
        if (!Enter()) return null;
        Take();
        var n = Current.Kind == TokenKind.Number ? Node.Of(Take().Value) : Argument();
        if (n is null || Current is not { Kind: TokenKind.Letter, Name: "C" or "P" or "A" }) return Leave(null);
        var choice = Take().Name == "C";
        if (!Accept('_') && !Accept('^')) return Leave(null);
        var k = Current.Kind == TokenKind.Number ? Node.Of(Take().Value) : Argument();
        return Leave(k is null ? null : choice ? Choice(n, k) : Arrangement(n, k));
    }

    private static Node Choice(Node n, Node k) => Node.Function("binom", n, k);

    private Node Arrangement(Node n, Node k)
    {
        _work.Spend(k.Size);
        return Node.Make(NodeKind.Multiply, Choice(n, k), Node.Function("factorial", k));
    }

    /// <summary>Whether a "[" here ends an interval, as in [0;1[ : nothing that could stand in brackets follows it.</summary>
    private bool IsOutwardClose()
    {
        if (!Current.Is('[')) return false;
        var next = Peek();
        return next.Kind is TokenKind.End or TokenKind.RowBreak || (next.Kind == TokenKind.Mark && next.Mark is ',' or ';' or ')' or '}' or '.') || (next.Kind == TokenKind.Command && next.Name is "cup" or "cap" or "setminus" or "end")
            || (next.Kind is TokenKind.Word or TokenKind.Text && Connective(next.Name) != '\0');
    }

    /// <summary>]a, b[ : the French way to write an open interval.</summary>
    private Node? OutwardInterval()
    {
        if (!Enter()) return null;
        Take();
        var left = Sum();
        if (left is null || !(Accept(',') || Accept(';'))) return Leave(null);
        _outward++;
        var right = Sum();
        _outward--;
        if (right is null || !(Current.Is('[') || Current.Is(']') || Current.Is(')'))) return Leave(null);
        var close = Take().Mark;
        return Leave(Node.Named(NodeKind.Tuple, close == ']' ? "(]" : "()", left, right));
    }

    /// <summary>Plain braces group and vanish; with commas in them they are the list itself.</summary>
    private Node? Group()
    {
        if (!Enter()) return null;
        Take();
        if (Accept('}'))
        {
            // "{}" before or behind a script: nothing at all.
            return Leave(Current.Kind == TokenKind.End || IsClosing(Current) ? null : Value());
        }
        var (bars, norms, argument) = (_bars, _norms, _functionArgument);
        var builder = _builder;
        _builder = 0;
        (_bars, _norms, _functionArgument) = (0, 0, 0);
        var inner = List(top: false);
        _builder = builder;
        (_bars, _norms, _functionArgument) = (bars, norms, argument);
        if (inner is null) return Leave(null);
        if (AcceptCommand("choose"))
        {
            var under = List(top: false);
            return Leave(under is null || !Accept('}') ? null : Node.Function("binom", inner, under));
        }
        if (AcceptCommand("over"))
        {
            var under = List(top: false);
            return Leave(under is null || !Accept('}') ? null : Node.Make(NodeKind.Divide, inner, under));
        }
        if (Accept('.') && !Current.Is('}')) return Leave(null);
        return Leave(Accept('}') || Current.Kind == TokenKind.End ? inner : null);
    }

    private Node? SetValue()
    {
        if (!Enter()) return null;
        Take();
        if (Accept(Lexer.SetClose)) return Leave(Node.Make(NodeKind.Set));
        if (Current.IsCommand("begin"))
        {
            // \left\{ \begin{array}…\end{array} \right. : cases, or a system of equations.
            var at = _at;
            if (Environment(system: true) is { } cases && !Current.Is(Lexer.SetClose) && !Current.Is(',')) return Leave(cases);
            _at = at;
        }
        var (bars, norms, argument) = (_bars, _norms, _functionArgument);
        (_bars, _norms, _functionArgument) = (0, 0, 0);
        var builder = _builder;
        _builder = 1;
        var inner = List(top: false);
        _builder = builder;
        if (inner is not null && (Current.Is('¦') || Current.Is('|') || Current.Is(':')))
        {
            Take();
            var condition = List(top: false);
            (_bars, _norms, _functionArgument) = (bars, norms, argument);
            return Leave(condition is null || !Accept(Lexer.SetClose) ? null : Node.Function("builder", inner, condition));
        }
        (_bars, _norms, _functionArgument) = (bars, norms, argument);
        if (inner is null || !Accept(Lexer.SetClose)) return Leave(null);
        return Leave(Node.Make(NodeKind.Set, inner.Kind == NodeKind.List ? inner.Arguments : [inner]));
    }

    /// <summary>\begin{…}…\end{…}: matrices of every kind, cases, and aligned lines.</summary>
    private Node? Environment(bool system = false)
    {
        if (!Enter()) return null;
        Take();
        var name = EnvironmentName();
        if (name is null) return Leave(null);
        if (name is "array" or "tabular" && Accept('{'))
        {
            while (Current.Kind != TokenKind.End && !Current.Is('}')) Take();
            if (!Accept('}')) return Leave(null);
        }
        var matrix = !system && name is "matrix" or "pmatrix" or "bmatrix" or "Bmatrix" or "vmatrix" or "Vmatrix" or "smallmatrix" or "array" or "psmallmatrix" or "bsmallmatrix";
        if (!matrix && !system && name is not ("cases" or "dcases" or "rcases"))
        {
            // Lines of a derivation: the list reads them, and "\\ &=" goes on with the same chain.
            var lines = Lines();
            return Leave(lines is not null && EndEnvironment() ? lines : null);
        }
        var rows = new List<List<Node>> { new() };
        while (!Current.IsCommand("end"))
        {
            if (Current.Kind == TokenKind.End) return Leave(null);
            if (Current.Kind == TokenKind.RowBreak)
            {
                Take();
                if (rows[^1].Count > 0) rows.Add([]);
                continue;
            }
            if (!matrix && rows[^1].Count == 1 && Current.Is('&') && IsRelationMark(Peek()))
            {
                // x &= 1
                Take();
                if (Item() is not { } rest) return Leave(null);
                rows[^1][0] = Node.Named(NodeKind.Relation, "=", rows[^1][0], rest);
                continue;
            }
            if (Accept('&') || (!matrix && (Accept(',') || Accept('.') || Accept(';')))) continue;
            var entry = matrix ? Ratio() : rows[^1].Count > 0 ? Condition() : Item();
            if (entry is null) return Leave(null);
            rows[^1].Add(entry);
        }
        if (!EndEnvironment()) return Leave(null);
        if (rows[^1].Count == 0) rows.RemoveAt(rows.Count - 1);
        if (rows.Count == 0 || rows[0].Count == 0) return Leave(null);
        if (!matrix) return Leave(Cases(rows));
        if (rows.Exists(r => r.Count != rows[0].Count)) return Leave(null);
        var node = Node.Matrix(rows[0].Count, [.. rows.SelectMany(r => r)]);
        return Leave(name is "vmatrix" ? Node.Function("det", node) : node);
    }

    private static bool IsRelationMark(Token token) => token.Kind == TokenKind.Mark && token.Mark is '=';

    /// <summary>Values with their conditions; a system of equations is the list of them.</summary>
    private static Node? Cases(List<List<Node>> rows)
    {
        if (rows.TrueForAll(r => r is [{ Kind: NodeKind.Relation }])) return rows.Count == 1 ? rows[0][0] : Node.List(",", false, [.. rows.Select(r => r[0])]);
        return rows.Exists(r => r.Count > 2) ? null : Node.Function("cases", [.. rows.Select(r => r.Count == 1 ? r[0] : Node.Function("case", r[0], r[1]))]);
    }

    /// <summary>"if x &gt; 0", "x &gt; 0", "otherwise".</summary>
    private Node? Condition()
    {
        while (Current is { Kind: TokenKind.Word or TokenKind.Text } word && word.Name.Trim(' ', ',', '~') is "if" or "when" or "for" or "where" or "If" or "When" or "For") Take();
        if (Current is { Kind: TokenKind.Word or TokenKind.Text } other && other.Name.Trim(' ', ',', '.') is "otherwise" or "else" or "Otherwise" or "elsewhere")
        {
            Take();
            return Node.Words("otherwise");
        }
        var at = _at;
        if (Item() is { } condition && EndsCase()) return condition;
        // "n is even": words, with letters among them.
        _at = at;
        var words = new System.Text.StringBuilder();
        for (; !EndsCase() && words.Length < 200; Take()) Append(words.Append(' '), Current);
        var name = Equivalence.WordForm.Of(words.ToString());
        return name.Length == 0 || !EndsCase() ? null : Node.Words(name.StartsWith("if ", StringComparison.Ordinal) ? name[3..] : name);
    }

    private bool EndsCase() => Current.Kind is TokenKind.End or TokenKind.RowBreak || Current.IsCommand("end") || Current.Is('&') || (Current.Kind == TokenKind.Mark && Current.Mark is ',' or '.' or ';');

    /// <summary>Lines of a derivation state what the last one says; lines that each give a number, to a name or to none, are several answers.</summary>
    private Node? Lines()
    {
        var values = new List<Node>();
        while (!Current.IsCommand("end"))
        {
            if (Current.Kind == TokenKind.End) return null;
            if (Current.Kind == TokenKind.RowBreak || Current.Is('&') || Current.Is(',') || Current.Is('.'))
            {
                Take();
                continue;
            }
            var goesOn = Current.Is('=') || (Current.Kind == TokenKind.Command && Vocabulary.Relations.Contains(Current.Name));
            var item = Item();
            if (item is null) return null;
            if (Current.Is('&') && _tokens[_at + 1].Kind == TokenKind.Mark && Peek().Mark is '=' or '<' or '>')
            {
                Take();
                var rest = Item();
                if (rest is null) return null;
                item = Node.Named(NodeKind.Relation, "=", item, rest);
            }
            if (goesOn || values.Count == 0 || Numbered(values[^1]) is null || Numbered(item) is null) values.Clear();
            values.Add(item);
        }
        if (values.Count < 2) return values.Count == 0 ? null : values[0];
        var names = values.Select(Numbered).ToHashSet();
        return Node.List(names.Count == values.Count ? "," : "or", false, [.. values]);
    }

    /// <summary>The name that a line gives a number, empty for a number alone; null for any other line.</summary>
    private static string? Numbered(Node line) => line switch
    {
        { Kind: NodeKind.Number } => "",
        { Kind: NodeKind.Relation, Name: "=", Count: 2 } when line[0].Kind == NodeKind.Symbol && line[1].Kind == NodeKind.Number => line[0].Name,
        _ => null,
    };

    private string? EnvironmentName()
    {
        if (!Accept('{')) return null;
        var name = Take();
        Accept('*');
        return name.Kind is TokenKind.Word or TokenKind.Letter && Accept('}') ? name.Name : null;
    }

    private bool EndEnvironment()
    {
        if (!AcceptCommand("end")) return false;
        return EnvironmentName() is not null;
    }
}
