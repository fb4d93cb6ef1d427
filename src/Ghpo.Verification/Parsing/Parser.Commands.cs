using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

/// <summary>Fractions, roots, functions, big operators and the other commands of LaTeX.</summary>
internal sealed partial class Parser
{
    private Node? CommandValue()
    {
        var name = Current.Name;
        if (name == "begin") return Environment();
        Take();
        switch (name)
        {
            case "frac" or "dfrac" or "tfrac" or "cfrac" or "nicefrac" or "sfrac" or "xfrac":
                return Fraction();
            case "binom" or "dbinom" or "tbinom":
                return Argument() is { } n && Argument() is { } k ? Node.Function("binom", n, k) : null;
            case "sqrt" or "cbrt" or "fourthroot":
                return Root(name);
            case "root":
                return Argument() is { } index && AcceptCommand("of") && Argument() is { } radicand ? Node.Function("root", radicand, index) : null;
            case "pi":
                return Node.Symbol("pi");
            case "infty":
                return Node.Symbol("infty");
            case "emptyset" or "varnothing":
                return Node.Make(NodeKind.Set);
            case "ldots" or "cdots" or "dots" or "dotsc" or "dotsb" or "vdots" or "ddots":
                return Node.Symbol("…");
            case "mathbb" or "Bbb":
                return NumberSet();
            case "R" or "Z" or "N" or "Q" or "C" or "reals" or "Reals":
                return Node.Symbol(SetLetter(name[0] is 'r' ? 'R' : name[0]));
            case "lfloor":
                return Sum() is { } floor && AcceptCommand("rfloor") ? Node.Function("floor", floor) : null;
            case "lceil":
                return Sum() is { } ceil && AcceptCommand("rceil") ? Node.Function("ceil", ceil) : null;
            case "langle":
                return List(top: false) is { } vector && AcceptCommand("rangle") ? Node.Named(NodeKind.Tuple, "()", vector.Kind == NodeKind.List ? vector.Arguments : [vector]) : null;
            case "sum" or "prod" or "int" or "iint" or "oint" or "lim" or "limsup" or "liminf":
                return BigOperator(name);
            case "overline" or "bar" or "hat" or "widehat" or "tilde" or "widetilde" or "vec" or "overrightarrow" or "dot" or "ddot" or "mathring" or "underbar":
                return Accented(name);
            case "angle" or "triangle" or "measuredangle" or "parallelogram" or "odot" or "overarc":
                return Value() is { } figure ? Node.Function("$" + name, figure) : null;
            case "underbrace" or "overbrace":
                {
                    var inner = Argument();
                    if (Accept('_') || Accept('^')) _ = Argument();
                    return inner;
                }
            case "variable":
                return Argument() is { Kind: NodeKind.Symbol } variable ? variable : null;
            case "lcm" or "max" or "min" or "gcd":
                return FunctionValue(name);
        }
        return Vocabulary.Functions.Contains(name) ? FunctionValue(name) : null;
    }

    /// <summary>An argument: a group, or the one token that TeX would take (of a number, its first digit).</summary>
    private Node? Argument()
    {
        if (Current.Is('{')) return Group();
        if (Current is { Kind: TokenKind.Number, Upright: true, Digits: > 1 } token)
        {
            // \frac12 : one digit each.
            var digits = Written(token);
            var rest = digits[1..];
            _tokens[_at] = new() { Kind = TokenKind.Number, Name = "", Value = new(System.Numerics.BigInteger.Parse(rest)), Decimals = -1, Upright = true, Digits = rest.Length };
            return Node.Integer(digits[0] - '0');
        }
        if (Current.Is('-'))
        {
            Take();
            return Argument() is { } inner ? Node.Negate(inner) : null;
        }
        if (!Enter()) return null;
        return Leave(Value());
    }

    private Node? Fraction()
    {
        // \frac{d}{dx} and \frac{dy}{dx} are read as the quotient of names that they look like.
        var over = Argument();
        if (over is null) return null;
        Accept('/');
        var under = Argument();
        return under is null ? null : Node.Make(NodeKind.Divide, over, under);
    }

    private Node? Root(string name)
    {
        Node index = Node.Integer(name switch { "cbrt" => 3, "fourthroot" => 4, _ => 2 });
        if (Current.Is('['))
        {
            Take();
            var written = Sum();
            if (written is null || !Accept(']')) return null;
            index = written;
        }
        // "\sqrt 13" and "√13" mean the whole number to people, though not to TeX; "\sqrt3" as well.
        if (!Enter()) return null;
        var radicand = Leave(Current.Is('{') ? Group() : Value());
        return radicand is null ? null : Node.Function("root", radicand, index);
    }

    private Node? NumberSet()
    {
        var braced = Accept('{');
        var token = Take();
        if (token.Kind != TokenKind.Letter || (braced && !Accept('}'))) return null;
        var symbol = Node.Symbol(SetLetter(token.Name[0]));
        if (Accept('^'))
        {
            var power = Current.Is('+') || Current.Is('-') ? Node.Symbol(Take().Mark.ToString()) : Argument();
            return power is null ? null : Node.Symbol(symbol.Name + "^" + (power.Kind == NodeKind.Number ? Written(power.Value) : power.Name));
        }
        if (Accept('_'))
        {
            var script = Current.Is('+') || Current.Is('-') ? Node.Symbol(Take().Mark.ToString()) : Argument();
            return script is null ? null : Node.Symbol(symbol.Name + "_" + (script.Kind == NodeKind.Number ? Written(script.Value) : script.Name));
        }
        return symbol;
    }

    private static string SetLetter(char letter) => letter switch { 'R' => "ℝ", 'Z' => "ℤ", 'N' => "ℕ", 'Q' => "ℚ", 'C' => "ℂ", _ => "bb" + letter };

    private Node? Accented(string name)
    {
        var inner = Argument();
        if (inner is null) return null;
        if (inner.Kind == NodeKind.Symbol && Current.Is('_')) return Node.Symbol(Subscripted(name + " " + inner.Name));
        if (inner.Kind == NodeKind.Symbol) return name is "vec" or "overrightarrow" ? inner : Node.Symbol(name + " " + inner.Name);
        return name is "overline" or "vec" or "overrightarrow" && Shapes.IsName(inner) ? inner : Node.Function("$" + name, inner);
    }

    /// <summary>The argument of a named function: brackets, or the product that follows up to the next sign or function.</summary>
    private Node? FunctionValue(string name)
    {
        if (!Enter()) return null;
        name = Canonical(name);
        Node? power = null, index = null;
        while (Current.Is('^') || Current.Is('_'))
        {
            var up = Take().Mark == '^';
            var script = Argument();
            if (script is null) return Leave(null);
            if (up) power = script;
            else index = script;
        }
        Node[]? arguments;
        if (name is "root" or "cbrt")
        {
            if (name is "cbrt") index = Node.Integer(3);
            if (Current.Is('['))
            {
                Take();
                index = Sum();
                if (index is null || !Accept(']')) return Leave(null);
            }
            var radicand = Current.Is('(') ? Parenthesis('(') : Current.Is('{') ? Group() : Value();
            return Leave(radicand is null ? null : Node.Function("root", radicand, index ?? Node.Integer(2)));
        }
        if (Current.Is('(') || Current.Is('[') || Current.Is('{') || Current.Is(Lexer.SetOpen))
        {
            var group = Current.Is(Lexer.SetOpen) ? SetValue() : Value();
            if (group is null) return Leave(null);
            if (group is { Kind: NodeKind.Set, Count: 1 }) group = group[0];
            arguments = group.Kind is NodeKind.Tuple or NodeKind.List or NodeKind.Set && name is "gcd" or "lcm" or "max" or "min" or "log" ? group.Arguments : [group];
        }
        else
        {
            _functionArgument++;
            var argument = Current.Is('-') ? SignedTerm() : Term();
            _functionArgument--;
            arguments = argument is null ? null : [argument];
        }
        if (arguments is null or [] || arguments[0] is null) return Leave(null);
        if (name == "cis") _work.Spend(arguments[0].Size);
        if (name == "cis") return Leave(Node.Make(NodeKind.Add, Node.Function("cos", arguments), Node.Make(NodeKind.Multiply, Node.Symbol("i"), Node.Function("sin", arguments))));
        if (name == "log")
        {
            if (index is null && arguments.Length == 2) index = arguments[1];
            arguments = [arguments[0], index ?? Node.Integer(10)];
        }
        else if (name == "ln")
        {
            (name, arguments) = ("log", [arguments[0], Node.Symbol("e")]);
        }
        if (power is { Kind: NodeKind.Number } && power.Value == Rational.MinusOne && Inverse(name) is { } inverse) return Leave(Node.Function(inverse, arguments));
        Node node = name == "exp" ? Node.Power(Node.Symbol("e"), arguments[0]) : Node.Function(name, arguments);
        return Leave(power is null ? node : Node.Power(node, power));
    }

    private static string Canonical(string name) => name switch
    {
        "tg" => "tan",
        "ctg" => "cot",
        "cosec" => "csc",
        "sqrt" => "root",
        "asin" => "arcsin",
        "acos" => "arccos",
        "atan" or "arctg" => "arctan",
        "acot" or "arcctg" => "arccot",
        "asec" => "arcsec",
        "acsc" => "arccsc",
        "arcsinh" or "asinh" => "arsinh",
        "arccosh" or "acosh" => "arcosh",
        "arctanh" or "atanh" => "artanh",
        "sh" => "sinh",
        "ch" => "cosh",
        "th" => "tanh",
        "cth" => "coth",
        "lg" => "log",
        "sign" => "sgn",
        _ => name,
    };

    private static string? Inverse(string name) => name switch
    {
        "sin" or "cos" or "tan" or "cot" or "sec" or "csc" => "arc" + name,
        "sinh" or "cosh" or "tanh" => "ar" + name,
        _ => null,
    };

    /// <summary>Sums and products with bounds, integrals, limits: name(body, variable or relation, low, high).</summary>
    private Node? BigOperator(string name)
    {
        if (!Enter()) return null;
        Node? under = null, over = null;
        while (Current.Is('_') || Current.Is('^'))
        {
            var low = Take().Mark == '_';
            // Without braces a bound is a whole number or a letter: \sum^{10}_{k=1}, \sum^10_{k=1}, \prod^c_{a=b}.
            var script = Current.Kind == TokenKind.Number ? Node.Of(Take().Value) : Current.Kind == TokenKind.Letter ? Node.Symbol(Take().Name) : Argument();
            if (script is null) return Leave(null);
            if (low) under = script;
            else over = script;
        }
        if (name is "int" or "iint" or "oint") return Leave(Integral(name, under, over));
        var body = Term();
        if (body is null) return Leave(null);
        if (name is "sum" or "prod" && under is { Kind: NodeKind.Relation, Name: "=", Count: 2 } && under[0].Kind == NodeKind.Symbol && over is not null)
            return Leave(Node.Function(name, body, under[0], under[1], over));
        Node[] rest = [body, under ?? Node.Symbol("…"), .. over is null ? (Node[])[] : [over]];
        return Leave(Node.Function("$" + name, rest));
    }

    /// <summary>The integrand goes up to "d" and a letter.</summary>
    private Node? Integral(string name, Node? low, Node? high)
    {
        var body = Sum();
        if (body is null) return null;
        return Node.Function("$" + name, [body, .. low is null ? (Node[])[] : [low], .. high is null ? (Node[])[] : [high]]);
    }
}
