namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>Reads a template's statements.</summary>
internal sealed class TemplateParser
{
    private const int Deepest = 100;

    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _depth;
    private int _loops;

    private TemplateParser(string source)
    {
        _tokens = new TokenReader(Lexer.Tokenize(source));
        _expressions = new ExpressionParser(_tokens);
    }

    public static Block Parse(string source)
    {
        var parser = new TemplateParser(source);
        var body = parser.Body();
        return parser._tokens.Peek.Kind == TokenKind.End ? body : throw new JinjaException($"unexpected '{parser._tokens.PeekNext.Value}': it closes nothing here", parser._tokens.PeekNext.Line);
    }

    // Statements up to a block that begins with one of the names; its opening is not consumed.
    private Block Body(params string[] ends)
    {
        if (++_depth > Deepest)
            throw new JinjaException($"blocks are nested more than {Deepest} deep, which is the limit", _tokens.Peek.Line);
        var line = _tokens.Peek.Line;
        var statements = new List<Statement>();
        while (_tokens.Peek.Kind != TokenKind.End && !(_tokens.Peek.Kind == TokenKind.BlockBegin && IsEnd(ends)))
        {
            var token = _tokens.Next();
            statements.Add(token.Kind switch
            {
                TokenKind.Text => new TextOutput(token.Value, token.Line),
                TokenKind.PrintBegin => PrintTag(token.Line),
                _ => BlockTag(),
            });
        }

        _depth--;
        return new Block(statements, line);
    }

    private bool IsEnd(string[] ends) => _tokens.PeekNext.Kind == TokenKind.Name && (ends.Contains(_tokens.PeekNext.Value) || (ends.Length == 0 && _tokens.PeekNext.Value.StartsWith("end", StringComparison.Ordinal)));

    // The body up to its one end tag, which is consumed.
    private Block BodyUntil(string end)
    {
        var line = _tokens.Peek.Line;
        var body = Body(end);
        ExpectEnd(end, line);
        return body;
    }

    private void ExpectEnd(string end, int line)
    {
        if (_tokens.Peek.Kind == TokenKind.End)
            throw new JinjaException($"the block that begins at line {line} is not closed: expected {{% {end} %}}", line);
        _tokens.Expect(TokenKind.BlockBegin);
        _tokens.ExpectName(end);
        // Some name what they close: {% endmacro name %}.
        if (_tokens.Peek.Kind == TokenKind.Name)
            _tokens.Next();
        _tokens.Expect(TokenKind.BlockEnd);
    }

    private Print PrintTag(int line)
    {
        var value = _expressions.ParseTuple();
        _tokens.Expect(TokenKind.PrintEnd);
        return new Print(value, line);
    }

    private Statement BlockTag()
    {
        var name = _tokens.ExpectName();
        return name.Value switch
        {
            "if" => IfBlock(name.Line),
            "for" => ForBlock(name.Line),
            "set" => SetTag(name.Line),
            "macro" => MacroBlock(name.Line),
            "call" => CallTag(name.Line),
            "filter" => FilterTag(name.Line),
            "with" => WithBlock(name.Line),
            "generation" => GenerationBlock(name.Line),
            "block" => NamedBlock(name.Line),
            "break" or "continue" => LeaveTag(name),
            _ => throw new JinjaException($"the tag '{name.Value}' is not known here", name.Line),
        };
    }

    private If IfBlock(int line)
    {
        var branches = new List<(Expression, Block)>();
        do
        {
            var test = _expressions.ParseTuple();
            _tokens.Expect(TokenKind.BlockEnd);
            branches.Add((test, Body("elif", "else", "endif")));
        }
        while (SkipTag("elif"));

        Block? otherwise = null;
        if (SkipTag("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endif");
        }

        ExpectEnd("endif", line);
        return new If(branches, otherwise, line);
    }

    private bool SkipTag(string name)
    {
        if (_tokens.Peek.Kind != TokenKind.BlockBegin || !_tokens.PeekNext.IsName(name))
            return false;
        _tokens.Next();
        _tokens.Next();
        return true;
    }

    private For ForBlock(int line)
    {
        var target = Targets();
        _tokens.ExpectName("in");
        var items = _expressions.ParseTuple(withCondition: false);
        var filter = _tokens.SkipName("if") ? _expressions.Parse() : null;
        var recursive = _tokens.SkipName("recursive");
        _tokens.Expect(TokenKind.BlockEnd);
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        Block? otherwise = null;
        if (SkipTag("else"))
        {
            _tokens.Expect(TokenKind.BlockEnd);
            otherwise = Body("endfor");
        }

        ExpectEnd("endfor", line);
        return new For(target, items, filter, body, otherwise, recursive, line);
    }

    // Names, or several with commas between; parentheses may stand around them.
    private Expression Targets()
    {
        var first = OneTarget();
        if (!_tokens.Peek.Is(","))
            return first;
        var items = new List<Expression> { first };
        while (_tokens.SkipOperator(",") && !_tokens.Peek.IsName("in") && !_tokens.Peek.Is("=") && !_tokens.Peek.Is(")"))
            items.Add(OneTarget());
        return new TupleLiteral(items);
    }

    private Expression OneTarget()
    {
        if (_tokens.SkipOperator("("))
        {
            var inner = Targets();
            _tokens.Expect(")");
            return inner is TupleLiteral ? inner : new TupleLiteral([inner]);
        }

        var name = new Name(_tokens.ExpectName().Value);
        return _tokens.SkipOperator(".") ? new Attribute(name, _tokens.ExpectName().Value) : name;
    }

    private Statement SetTag(int line)
    {
        var target = Targets();
        if (_tokens.SkipOperator("="))
        {
            var value = _expressions.ParseTuple();
            _tokens.Expect(TokenKind.BlockEnd);
            return new Set(target, value, line);
        }

        var filters = PipedFilters();
        _tokens.Expect(TokenKind.BlockEnd);
        return new SetBlock(target, filters, OutsideLoops("endset"), line);
    }

    private List<FilterCall> PipedFilters()
    {
        var filters = new List<FilterCall>();
        while (_tokens.SkipOperator("|"))
            filters.Add(_expressions.Filter(null));
        return filters;
    }

    private FilterBlock FilterTag(int line)
    {
        List<FilterCall> filters = [_expressions.Filter(null), .. PipedFilters()];
        _tokens.Expect(TokenKind.BlockEnd);
        return new FilterBlock(filters, OutsideLoops("endfilter"), line);
    }

    private With WithBlock(int line)
    {
        var assignments = new List<(Expression, Expression)>();
        while (_tokens.Peek.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0)
                _tokens.Expect(",");
            var target = OneTarget();
            _tokens.Expect("=");
            assignments.Add((target, _expressions.Parse()));
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return new With(assignments, BodyUntil("endwith"), line);
    }

    private Generation GenerationBlock(int line)
    {
        _tokens.Expect(TokenKind.BlockEnd);
        return new Generation(OutsideLoops("endgeneration"), line);
    }

    // Nothing inherits from a chat template: a block is its body.
    private With NamedBlock(int line)
    {
        _tokens.ExpectName();
        while (_tokens.SkipName("scoped") || _tokens.SkipName("required"))
        {
        }

        _tokens.Expect(TokenKind.BlockEnd);
        return new With([], OutsideLoops("endblock"), line);
    }

    private Macro MacroBlock(int line)
    {
        var name = _tokens.ExpectName().Value;
        var parameters = Parameters();
        _tokens.Expect(TokenKind.BlockEnd);
        return new Macro(Body(name, parameters, "endmacro"), line);
    }

    private MacroBody Body(string name, List<(string, Expression?)> parameters, string end)
    {
        var before = _expressions.Names.Count;
        var body = OutsideLoops(end);
        return new MacroBody(name, parameters, body, _expressions.Names.Skip(before).ToHashSet());
    }

    private List<(string, Expression?)> Parameters()
    {
        var parameters = new List<(string, Expression?)>();
        _tokens.Expect("(");
        while (!_tokens.SkipOperator(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.Expect(",");
                if (_tokens.SkipOperator(")"))
                    break;
            }

            parameters.Add((_tokens.ExpectName().Value, _tokens.SkipOperator("=") ? _expressions.Parse() : null));
        }

        return parameters;
    }

    private CallBlock CallTag(int line)
    {
        var parameters = _tokens.Peek.Is("(") ? Parameters() : [];
        if (_expressions.Parse() is not Call call)
            throw new JinjaException("expected the call of a macro behind 'call'", line);
        _tokens.Expect(TokenKind.BlockEnd);
        return new CallBlock(call, Body("caller", parameters, "endcall"), line);
    }

    private Leave LeaveTag(Token name)
    {
        if (_loops == 0)
            throw new JinjaException($"'{name.Value}' stands outside a loop", name.Line);
        _tokens.Expect(TokenKind.BlockEnd);
        return new Leave(name.Value == "break" ? Flow.Break : Flow.Continue, name.Line);
    }

    // A body of its own: break and continue do not reach a loop around it.
    private Block OutsideLoops(string end)
    {
        var loops = _loops;
        _loops = 0;
        var body = BodyUntil(end);
        _loops = loops;
        return body;
    }
}
