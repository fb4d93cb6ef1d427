namespace Ghpo.Models.Chat.Jinja.Syntax;

/// <summary>Reads expressions, with Jinja's precedence: inline if, or, and, not, comparison, + -, ~, * / // %, **, sign, then filters and tests.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    private const int Deepest = 200;
    private int _depth;

    /// <summary>The names read so far that tell what a macro takes: <c>varargs</c>, <c>kwargs</c>, <c>caller</c>.</summary>
    public List<string> Names { get; } = [];

    /// <summary>One expression, or several with commas between as a tuple.</summary>
    public Expression ParseTuple(bool withCondition = true)
    {
        var first = Item();
        if (!tokens.Peek.Is(","))
            return first;
        var items = new List<Expression> { first };
        while (tokens.SkipOperator(","))
        {
            if (EndsTuple())
                break;
            items.Add(Item());
        }

        return new TupleLiteral(items);

        Expression Item() => withCondition ? Parse() : Or();
    }

    public Expression Parse()
    {
        if (++_depth > Deepest)
            throw new JinjaException($"expressions are nested more than {Deepest} deep, which is the limit", tokens.Peek.Line);
        var expression = Or();
        while (tokens.SkipName("if"))
        {
            var test = Or();
            expression = new Conditional(test, expression, tokens.SkipName("else") ? Parse() : null);
        }

        _depth--;
        return expression;
    }

    public CallArguments Arguments()
    {
        tokens.Expect("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? spread = null, namedSpread = null;
        while (!tokens.SkipOperator(")"))
        {
            if (positional.Count + named.Count > 0 || spread is not null || namedSpread is not null)
            {
                tokens.Expect(",");
                if (tokens.SkipOperator(")"))
                    break;
            }

            if (tokens.SkipOperator("*"))
                spread = Parse();
            else if (tokens.SkipOperator("**"))
                namedSpread = Parse();
            else if (tokens.Peek.Kind == TokenKind.Name && tokens.PeekNext.Is("="))
                named.Add((NameBeforeEquals(), Parse()));
            else
                positional.Add(Parse());
        }

        return new CallArguments(positional, named, spread, namedSpread);
    }

    private string NameBeforeEquals()
    {
        var name = tokens.Next().Value;
        tokens.Expect("=");
        return name;
    }

    private bool EndsTuple() => tokens.Peek.Kind is TokenKind.BlockEnd or TokenKind.PrintEnd || tokens.Peek.Is(")") || tokens.Peek.Is("]") || tokens.Peek.Is("=") || tokens.Peek.IsName("in");

    public Expression Or()
    {
        var left = And();
        while (tokens.SkipName("or"))
            left = new Logical(IsAnd: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Negation();
        while (tokens.SkipName("and"))
            left = new Logical(IsAnd: true, left, Negation());
        return left;
    }

    private Expression Negation()
    {
        if (!tokens.SkipName("not"))
            return Compared();
        if (++_depth > Deepest)
            throw new JinjaException($"expressions are nested more than {Deepest} deep, which is the limit", tokens.Peek.Line);
        var operand = Negation();
        _depth--;
        return new Not(operand);
    }

    private Expression Compared()
    {
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Peek.Kind == TokenKind.Operator && tokens.Peek.Value is "==" or "!=" or "<" or ">" or "<=" or ">=")
                rest.Add((tokens.Next().Value, Sum()));
            else if (tokens.SkipName("in"))
                rest.Add(("in", Sum()));
            else if (tokens.Peek.IsName("not") && tokens.PeekNext.IsName("in"))
                rest.Add((NotIn(), Sum()));
            else
                return rest.Count == 0 ? first : new Comparison(first, rest);
        }
    }

    private string NotIn()
    {
        tokens.Next();
        tokens.Next();
        return "not in";
    }

    private Expression Sum()
    {
        var left = Concatenated();
        while (tokens.Peek.Is("+") || tokens.Peek.Is("-"))
            left = new Binary(tokens.Next().Value, left, Concatenated());
        return left;
    }

    private Expression Concatenated()
    {
        var first = Product();
        if (!tokens.Peek.Is("~"))
            return first;
        var parts = new List<Expression> { first };
        while (tokens.SkipOperator("~"))
            parts.Add(Product());
        return new Concatenation(parts);
    }

    private Expression Product()
    {
        var left = Power();
        while (tokens.Peek.Kind == TokenKind.Operator && tokens.Peek.Value is "*" or "/" or "//" or "%")
            left = new Binary(tokens.Next().Value, left, Power());
        return left;
    }

    private Expression Power()
    {
        var left = Signed(withFilters: true);
        while (tokens.SkipOperator("**"))
            left = new Binary("**", left, Signed(withFilters: true));
        return left;
    }

    private Expression Signed(bool withFilters)
    {
        if (++_depth > Deepest)
            throw new JinjaException($"expressions are nested more than {Deepest} deep, which is the limit", tokens.Peek.Line);
        var expression = tokens.SkipOperator("-") ? new Sign(IsMinus: true, Signed(withFilters: false))
            : tokens.SkipOperator("+") ? new Sign(IsMinus: false, Signed(withFilters: false)) : Primary();
        expression = Postfix(expression);
        _depth--;
        return withFilters ? Filtered(expression) : expression;
    }

    private Name Named(string name)
    {
        if (name is "varargs" or "kwargs" or "caller")
            Names.Add(name);
        return new Name(name);
    }

    private Expression Primary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Value switch
                {
                    "true" or "True" => new Constant(true),
                    "false" or "False" => new Constant(false),
                    "none" or "None" => new Constant(null),
                    _ => Named(token.Value),
                };
            case TokenKind.Literal:
                var text = token.Value;
                while (tokens.Peek.Kind == TokenKind.Literal)
                    text += tokens.Next().Value;
                return new Constant(text);
            case TokenKind.Integer:
                return new Constant(long.Parse(token.Value));
            case TokenKind.Float:
                return new Constant(double.Parse(token.Value));
            case TokenKind.Operator when token.Value == "(":
                return Parenthesized();
            case TokenKind.Operator when token.Value == "[":
                return new ListLiteral(Items("]", Parse));
            case TokenKind.Operator when token.Value == "{":
                return new DictionaryLiteral(Items("}", Entry));
            default:
                throw new JinjaException($"expected an expression, found {TokenReader.Describe(token)}", token.Line);
        }
    }

    private Expression Parenthesized()
    {
        if (tokens.SkipOperator(")"))
            return new TupleLiteral([]);
        var inside = ParseTuple();
        tokens.Expect(")");
        return inside;
    }

    private List<T> Items<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.SkipOperator(end))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.SkipOperator(end))
                    break;
            }

            items.Add(item());
        }

        return items;
    }

    private (Expression, Expression) Entry()
    {
        var key = Parse();
        tokens.Expect(":");
        return (key, Parse());
    }

    private Expression Postfix(Expression expression)
    {
        while (true)
        {
            if (tokens.SkipOperator("."))
                expression = Member(expression);
            else if (tokens.SkipOperator("["))
                expression = Indexed(expression);
            else if (tokens.Peek.Is("("))
                expression = new Call(expression, Arguments());
            else
                return expression;
        }
    }

    private Expression Member(Expression owner)
    {
        var token = tokens.Next();
        return token.Kind switch
        {
            TokenKind.Name => new Attribute(owner, token.Value),
            TokenKind.Integer => new Subscript(owner, new Constant(long.Parse(token.Value))),
            _ => throw new JinjaException($"expected a name or number behind the point, found {TokenReader.Describe(token)}", token.Line),
        };
    }

    private Subscript Indexed(Expression owner)
    {
        var key = tokens.Peek.Is(":") ? Slice(null) : Parse();
        if (key is not SliceKey && tokens.Peek.Is(":"))
            key = Slice(key);
        if (tokens.Peek.Is(","))
        {
            var keys = new List<Expression> { key };
            while (tokens.SkipOperator(","))
                keys.Add(Parse());
            key = new TupleLiteral(keys);
        }

        tokens.Expect("]");
        return new Subscript(owner, key);
    }

    private SliceKey Slice(Expression? start)
    {
        tokens.Expect(":");
        var stop = tokens.Peek.Is(":") || tokens.Peek.Is("]") ? null : Parse();
        var step = tokens.SkipOperator(":") && !tokens.Peek.Is("]") ? Parse() : null;
        return new SliceKey(start, stop, step);
    }

    private Expression Filtered(Expression expression)
    {
        while (true)
        {
            if (tokens.SkipOperator("|"))
                expression = Filter(expression);
            else if (tokens.SkipName("is"))
                expression = Test(expression);
            else if (tokens.Peek.Is("("))
                expression = new Call(expression, Arguments());
            else
                return expression;
        }
    }

    /// <summary>One filter behind its bar (or behind <c>filter</c>); <paramref name="input"/> is null where it takes a block's text.</summary>
    public FilterCall Filter(Expression? input)
    {
        // A name that is not known is an error only where it is used: templates test for filters that not every engine has.
        return new FilterCall(input, DottedName(), tokens.Peek.Is("(") ? Arguments() : CallArguments.None);
    }

    private TestCall Test(Expression input)
    {
        var negated = tokens.SkipName("not");
        var name = DottedName();
        var arguments = CallArguments.None;
        if (tokens.Peek.Is("("))
            arguments = Arguments();
        else if (StartsOperand(tokens.Peek))
            arguments = new CallArguments([Postfix(Primary())], [], null, null);
        return new TestCall(input, name, arguments, negated);
    }

    private static bool StartsOperand(Token token) => token.Kind is TokenKind.Literal or TokenKind.Integer or TokenKind.Float || token.Is("[") || token.Is("{")
        || (token.Kind == TokenKind.Name && token.Value is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"));

    private string DottedName()
    {
        var name = tokens.ExpectName().Value;
        while (tokens.SkipOperator("."))
            name += "." + tokens.ExpectName().Value;
        return name;
    }
}
