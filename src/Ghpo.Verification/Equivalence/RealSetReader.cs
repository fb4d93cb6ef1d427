using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Reads intervals, unions, differences, and inequalities in one variable as sets of reals. Null for everything else.</summary>
internal sealed class RealSetReader(Scalars scalars)
{
    private const int MostPieces = 200;

    /// <summary>The variable that inequalities were about, if any.</summary>
    public string? Variable { get; private set; }

    public RealSet? Read(Node node)
    {
        switch (node.Kind)
        {
            case NodeKind.Tuple when node.Count == 2:
                return Interval(node);
            case NodeKind.Set:
                return node.Count > MostPieces ? null : Points(node.Arguments);
            case NodeKind.Symbol when node.Name is "ℝ":
                return RealSet.Everything(scalars);
            case NodeKind.Union:
                return Read(node[0]) is { } a && Read(node[1]) is { } b ? a.Union(b) : null;
            case NodeKind.Intersection:
                return Read(node[0]) is { } c && Read(node[1]) is { } d ? c.Intersection(d) : null;
            case NodeKind.Difference:
                return Read(node[0]) is { } e && Read(node[1]) is { } f ? e.Intersection(f.Complement()) : null;
            case NodeKind.Relation:
                return Relation(node);
            case NodeKind.Function when node.Name == "builder":
                return Builder(node);
            case NodeKind.List when node.Count <= MostPieces && node.Arguments.All(n => n.Kind is NodeKind.Relation):
                return Relations(node);
            case NodeKind.List when node.Count <= MostPieces && node.Name is "or" or "and" && node.Arguments.All(n => n.Kind is NodeKind.Tuple or NodeKind.Union && n.Count == 2):
                return Combined(node.Arguments, union: true);
            default:
                return null;
        }
    }

    private RealSet? Interval(Node node)
    {
        if (End(node[0]) is not { } low || End(node[1]) is not { } high) return null;
        return RealSet.Of(scalars, [new(low, node.Name[0] == '[' && low.Infinity == 0, high, node.Name[1] == ']' && high.Infinity == 0)]);
    }

    private Endpoint? End(Node node)
    {
        if (node.Is(NodeKind.Symbol, "infty")) return Endpoint.Plus;
        if (node.Kind == NodeKind.Multiply && node[0].Kind == NodeKind.Number && node[0].Value.Sign < 0 && node[1].Is(NodeKind.Symbol, "infty")) return Endpoint.Minus;
        return Shapes.IsScalar(node) && scalars.Constant(node) is { } place ? new Endpoint(node, place, 0) : null;
    }

    private RealSet? Points(Node[] values)
    {
        var pieces = new List<Piece>();
        foreach (var value in values)
        {
            if (End(value) is not { Infinity: 0 } point) return null;
            pieces.Add(new(point, true, point, true));
        }
        return RealSet.Of(scalars, pieces);
    }

    private RealSet? Builder(Node node)
    {
        // {x | x > 0}, {x ∈ ℝ | x > 0}
        var variable = node[0].Kind == NodeKind.Relation && node[0].Name == "in" ? node[0][0] : node[0];
        if (variable.Kind != NodeKind.Symbol || (node[0].Kind == NodeKind.Relation && !node[0][1].Is(NodeKind.Symbol, "ℝ"))) return null;
        return Read(node[1]);
    }

    private RealSet? Relations(Node list)
    {
        if (list.Arguments.All(n => n.Name == "=")) return null;
        if (list.Name == "or") return Combined(list.Arguments, union: true);
        var both = Combined(list.Arguments, union: false);
        // "x < 1, x > 3" cannot mean that both hold.
        return both is { Pieces.Count: 0 } ? Combined(list.Arguments, union: true) : both;
    }

    private RealSet? Combined(Node[] nodes, bool union)
    {
        RealSet? result = null;
        foreach (var node in nodes)
        {
            if (Read(node) is not { } next) return null;
            result = result is null ? next : union ? result.Union(next) : result.Intersection(next);
        }
        return result;
    }

    private RealSet? Relation(Node node)
    {
        if (node.Name == "in" && node.Count == 2 && Shapes.IsName(node[0])) return Read(node[1]);
        if (node.Name == "notin" && node.Count == 2 && Shapes.IsName(node[0])) return Read(node[1])?.Complement();
        var signs = node.Name.Split(' ');
        RealSet? result = null;
        for (var i = 0; i < signs.Length; i++)
        {
            if (Single(node[i], signs[i], node[i + 1]) is not { } part) return null;
            result = result is null ? part : result.Intersection(part);
        }
        return result;
    }

    /// <summary>One inequality that is linear in one variable, or the absolute value of something linear.</summary>
    private RealSet? Single(Node left, string sign, Node right)
    {
        if (sign is not ("<" or "<=" or ">" or ">=" or "!=" or "=")) return null;
        if (Shapes.IsConstant(left))
        {
            (left, right) = (right, left);
            sign = sign switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => sign };
        }
        if (End(right) is not { } bound || !Shapes.IsScalar(left)) return null;
        if (left is { Kind: NodeKind.Function, Name: "abs" }) return Absolute(left[0], sign, right);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (!Variables.Collect(left, names))
        {
            if (!Shapes.IsName(left)) return null;
            names = [scalars.Form.Key(left)];
        }
        if (names.Count != 1) return null;
        var name = names.Min!;
        if (Variable is not null && Variable != name) return null;
        Variable = name;
        if (left.Kind == NodeKind.Symbol || Shapes.IsName(left)) return HalfLine(sign, bound);
        return bound.Infinity == 0 ? Linear(left, name, sign, right) : null;
    }

    private RealSet? Linear(Node left, string name, string sign, Node right)
    {
        // a·x + b from two values: f(0) = b, f(1) − f(0) = a, checked at 2.
        Fraction? At(int x) => scalars.Form.Of(Substitution.Apply(left, name, Node.Integer(x), scalars.Work));
        if (At(0) is not { IsRational: true } b || At(1) is not { IsRational: true } one || At(2) is not { IsRational: true } two) return null;
        scalars.Work.SpendOnBits(2 * (b.Value.Bits + one.Value.Bits));
        var slope = one.Value - b.Value;
        if (slope.IsZero || two.Value - one.Value != slope) return null;
        if (At(5) is not { IsRational: true } five || five.Value != b.Value + (slope * 5)) return null;
        var moved = Node.Make(NodeKind.Divide, Node.Make(NodeKind.Add, right, Node.Of(-b.Value)), Node.Of(slope));
        if (End(moved) is not { } bound) return null;
        if (slope.Sign < 0) sign = sign switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => sign };
        return HalfLine(sign, bound);
    }

    /// <summary>|u| &lt; c is −c &lt; u and u &lt; c.</summary>
    private RealSet? Absolute(Node inner, string sign, Node right)
    {
        if (scalars.Constant(right) is not { Sign: >= 0 }) return null;
        var negative = Node.Negate(right);
        return sign switch
        {
            "<" or "<=" => Single(inner, sign, right) is { } a && Single(inner, sign == "<" ? ">" : ">=", negative) is { } b ? a.Intersection(b) : null,
            ">" or ">=" => Single(inner, sign, right) is { } c && Single(inner, sign == ">" ? "<" : "<=", negative) is { } d ? c.Union(d) : null,
            _ => null,
        };
    }

    private RealSet? HalfLine(string sign, Endpoint bound)
    {
        var finite = bound.Infinity == 0;
        Piece? piece = sign switch
        {
            "<" => new(Endpoint.Minus, false, bound, false),
            "<=" => new(Endpoint.Minus, false, bound, finite),
            ">" => new(bound, false, Endpoint.Plus, false),
            ">=" => new(bound, finite, Endpoint.Plus, false),
            "=" or "!=" when finite => new(bound, true, bound, true),
            _ => null,
        };
        if (piece is not { } p) return null;
        var set = RealSet.Of(scalars, [p]);
        return sign == "!=" ? set.Complement() : set;
    }
}
