namespace Ghpo.Verification.Parsing;

/// <summary>
/// Reads an answer by recursive descent with a limited depth. Every method returns null for what cannot be read. From loose to tight:
/// lists, relations, ratios, set operations, sums, products, powers, what follows a value, values.
/// </summary>
internal sealed partial class Parser
{
    private readonly List<Token> _tokens;
    private readonly WorkMeter _work;
    private int _at;
    private int _depth;
    private int _bars;
    private int _norms;
    private int _functionArgument;
    private int _outward;
    private int _builder;

    /// <summary>The last relation was an inequality: a ∪ behind its number joins two of them.</summary>
    private bool _compared;

    private Parser(List<Token> tokens, WorkMeter work)
    {
        _tokens = tokens;
        _work = work;
    }

    /// <summary>The answer that <c>text[start..end)</c> writes, or null.</summary>
    public static Node? Read(string text, int start, int end, WorkMeter work) => Read(Lexer.Read(text, start, end, work), work);

    /// <summary>The answer with the plain unit that ends it ("12 m²"), or null where none does.</summary>
    public static Node? ReadMeasure(string text, int start, int end, WorkMeter work)
    {
        var tokens = Lexer.Read(text, start, end, work);
        return PlainUnits.Dress(tokens) ? Read(tokens, work) : null;
    }

    private static Node? Read(List<Token> tokens, WorkMeter work)
    {
        var parser = new Parser(tokens, work);
        var node = parser.List(top: true);
        // {1 \over 2} without its braces
        if (node is not null && parser.Current is { Kind: TokenKind.Command, Name: "over" or "choose" })
        {
            var over = parser.Take().Name == "over";
            var under = parser.List(top: true);
            node = under is null ? null : over ? Node.Make(NodeKind.Divide, node, under) : Node.Function("binom", node, under);
        }
        return node is not null && parser.Current.Kind == TokenKind.End ? node : null;
    }

    private Token Current => _tokens[_at];

    private Token Peek(int ahead = 1) => _tokens[Math.Clamp(_at + ahead, 0, _tokens.Count - 1)];

    private Token Take()
    {
        _work.Spend(8);
        var token = _tokens[_at];
        if (token.Kind != TokenKind.End) _at++;
        return token;
    }

    private bool Accept(char mark)
    {
        if (!Current.Is(mark)) return false;
        Take();
        return true;
    }

    private bool AcceptCommand(string name)
    {
        if (!Current.IsCommand(name)) return false;
        Take();
        return true;
    }

    private bool Enter()
    {
        _work.Spend(4);
        if (_depth >= WorkMeter.MostDepth) throw new WorkLimitException();
        _depth++;
        return true;
    }

    /// <summary>A separator of a list: its kind, or '\0'. "and" is 'a', "or" is 'o'.</summary>
    private char Separator()
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Mark when token.Mark is ',' or ';':
                return token.Mark;
            case TokenKind.RowBreak:
                return '\n';
            case TokenKind.Command when token.Name is "newline":
                return '\n';
            case TokenKind.Command when token.Name is "cup" && _compared:
                return 'o';
            case TokenKind.Word or TokenKind.Text:
                return Connective(token.Name);
            default:
                return '\0';
        }
    }

    private static char Connective(string name)
    {
        var word = name.AsSpan().Trim(" ,.~");
        if (word.Equals("and", StringComparison.OrdinalIgnoreCase) || word is "&" or "и" or "et" or "und" or "y") return 'a';
        if (word.Equals("or", StringComparison.OrdinalIgnoreCase) || word is "or else" or "или" or "ou" or "oder" or "和" or "或") return 'o';
        return '\0';
    }

    /// <summary>Items between separators. At the top level, empty items and a final full stop are nothing; in brackets the closing mark ends it.</summary>
    private Node? List(bool top)
    {
        if (!Enter()) return null;
        var items = new List<Node>(4);
        List<(int Count, char Joiner)>? groups = null;
        var used = '\0';
        var commaPair = false;
        while (true)
        {
            while (Separator() != '\0' || (top && Current.Is('&')))
            {
                var joiner = Current.Is('&') ? ',' : Separator();
                if (items.Count > 0)
                {
                    if (joiner is ';' or 'o' or '\n') (groups ??= []).Add((items.Count, joiner));
                    if (joiner is 'o' or ';' || used == '\0') used = used == 'o' ? 'o' : joiner;
                    commaPair = joiner == ',' && items.Count == 1 && _at == 1 && Peek(-1).Upright && !Peek().Spaced && Peek().Kind == TokenKind.Number && Peek(2).Kind == TokenKind.End;
                }
                Take();
            }
            if (top && Current.Is('.') && (Peek().Kind == TokenKind.End || Separator(Peek()) != '\0'))
            {
                Take();
                continue;
            }
            if (Current.Kind == TokenKind.End || (IsClosing(Current) && !(Current.Is(']') && top && items.Count == 0))) break;
            if (SkipWords(items.Count == 0)) continue;
            var before = _at;
            // "n + 1, where n is odd"
            if (top && items.Count > 0) SkipCondition();
            if (_at != before) continue;
            var item = Item();
            if (item is null || _at == before) return Leave(null);
            items.Add(item);
            if (Separator() == '\0' && !(Current.Kind == TokenKind.End || IsClosing(Current) || Current.Is('&') || (Current.Is('.') && (top || Peek().Is('}'))))) return Leave(null);
            if (!top && Current.Is('.')) Take();
        }
        if (items.Count == 0) return Leave(null);
        // ", n ∈ ℤ" says what n is; it is no further answer.
        if (top && items.Count > 1 && items[0] is not { Kind: NodeKind.Relation, Name: "in" }) items.RemoveAll(n => n is { Kind: NodeKind.Relation, Name: "in", Count: 2 } && n[1].Kind == NodeKind.Symbol && n[1].Name[0] is 'ℤ' or 'ℕ' or 'ℝ' or 'ℚ');
        if (items.Count == 1) return Leave(items[0]);
        if (groups is not null && Grouped(items, groups) is { } nested) return Leave(nested);
        return Leave(Node.List(used == 'o' ? "or" : used == 'a' ? "and" : ",", commaPair, [.. items]));
    }

    private static char Separator(Token token) => token.Kind is TokenKind.Word or TokenKind.Text ? Connective(token.Name) : token.Kind == TokenKind.Mark && token.Mark is ',' or ';' ? token.Mark : '\0';

    private Node? Leave(Node? node)
    {
        _depth--;
        return node;
    }

    /// <summary>"p = 5, q = 2 ; p = 7, q = 2": groups of equations of equal size are tuples of a list.</summary>
    private static Node? Grouped(List<Node> items, List<(int Count, char Joiner)> groups)
    {
        var starts = new List<int> { 0 };
        foreach (var (count, _) in groups)
        {
            if (count != starts[^1] && count < items.Count) starts.Add(count);
        }
        var size = starts.Count > 1 ? starts[1] : items.Count;
        if (starts.Count < 2 || size < 2 || items.Count != size * starts.Count) return null;
        for (var g = 0; g < starts.Count; g++)
        {
            if (starts[g] != g * size) return null;
        }
        var assigned = items.TrueForAll(n => n.Kind == NodeKind.Relation && n.Name == "=" && n[0].Kind == NodeKind.Symbol);
        if (!assigned && !groups.TrueForAll(g => g.Joiner == ';')) return null;
        if (!assigned && groups.Count + 1 == items.Count) return null;
        return Node.List("or", false, [.. starts.Select(s => Node.Named(NodeKind.Tuple, "()", [.. items.GetRange(s, size)]))]);
    }

    /// <summary>"either", "x is", "both" and the like say nothing.</summary>
    private bool SkipWords(bool first)
    {
        if (Current.Kind is not (TokenKind.Word or TokenKind.Text)) return false;
        var word = Current.Name.AsSpan().Trim();
        if (!(word.Equals("either", StringComparison.OrdinalIgnoreCase) || word.Equals("both", StringComparison.OrdinalIgnoreCase)
            || (first && (word.Equals("approximately", StringComparison.OrdinalIgnoreCase) || word.Equals("about", StringComparison.OrdinalIgnoreCase) || word.Equals("exactly", StringComparison.OrdinalIgnoreCase))))) return false;
        Take();
        return true;
    }

    private bool IsClosing(Token token) =>
        token.Kind == TokenKind.Mark
            ? token.Mark is ')' or ']' or '}' or Lexer.SetClose || (token.Mark == '[' && IsOutwardClose()) || token.Mark == '¦' || (token.Mark == '|' && (_bars > 0 || _builder > 0)) || (token.Mark == ':' && _builder > 0) || (token.Mark == Lexer.Norm && _norms > 0)
            : token.Kind == TokenKind.Command && token.Name is "rfloor" or "rceil" or "rangle" or "end" or "choose" or "over";

    /// <summary>"3:5", "3 to 5", "12:00".</summary>
    private Node? Ratio()
    {
        var node = SetOperation();
        if (node is null || !(Current.Is(':') || IsTo(Current)) || _builder > 0) return node;
        if (Peek().Is('=')) return node;
        var parts = new List<Node> { node };
        while (Current.Is(':') || IsTo(Current))
        {
            Take();
            var next = SetOperation();
            if (next is null) return null;
            parts.Add(next);
        }
        return Node.Make(NodeKind.Ratio, [.. parts]);
    }

    private static bool IsTo(Token token) => token.Kind is TokenKind.Word or TokenKind.Text && token.Name.AsSpan().Trim() is "to";

    private Node? SetOperation()
    {
        var node = Sum();
        while (node is not null)
        {
            NodeKind kind;
            if (Current.IsCommand("cup") && _compared && Shapes.IsScalar(node)) break;
            if (Current.IsCommand("cup") || (Current is { Kind: TokenKind.Letter, Name: "U" or "u" } && node.Kind == NodeKind.Tuple)) kind = NodeKind.Union;
            else if (Current.IsCommand("cap")) kind = NodeKind.Intersection;
            else if (Current.IsCommand("setminus") || Current.IsCommand("backslash") || (Current.Kind == TokenKind.RowBreak && Peek().Is(Lexer.SetOpen) && Shapes.IsSetLike(node))) kind = NodeKind.Difference;
            else if (Current.Is('-') && Shapes.IsSetLike(node) && Peek().Is(Lexer.SetOpen)) kind = NodeKind.Difference;
            else break;
            Take();
            var right = Sum();
            if (right is null) return null;
            node = Node.Make(kind, AsSet(node), AsSet(right));
        }
        return node;
    }

    /// <summary>Beside ∪, ∩ or ∖ a list in plain braces, or a value, is a set: {1,2} ∪ {3}.</summary>
    private static Node AsSet(Node node) =>
        node.Kind == NodeKind.List ? Node.Make(NodeKind.Set, node.Arguments) : Shapes.IsScalar(node) && Shapes.IsConstant(node) ? Node.Make(NodeKind.Set, node) : node;
}
