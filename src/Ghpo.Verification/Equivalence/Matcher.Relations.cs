using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>
/// Equations, assignments, inequalities. An assignment meets a value as its right side; two assignments to different names are different;
/// equations are equal up to a factor and to the side that things stand on.
/// </summary>
internal sealed partial class Matcher
{
    /// <summary>Decides, or unwraps assignments and returns null for the comparison to go on.</summary>
    private Match? CompareRelations(ref Node gold, ref Node answer)
    {
        if (_options.Strict && gold is { Name: "in", Count: 2 } && answer is { Name: "in", Count: 2 } && gold[0].Kind == NodeKind.Symbol && answer[0].Kind == NodeKind.Symbol && gold[0].Name != answer[0].Name)
            return Decide("membership of another name", Match.Different);
        gold = WithoutMembership(gold);
        answer = WithoutMembership(answer);
        if (gold.Kind != NodeKind.Relation && answer.Kind != NodeKind.Relation) return null;
        if (!_options.InequalityForInterval && IsSeveral(gold) && answer.Kind == NodeKind.Relation && !IsEquation(answer)) return Decide("an inequality for an interval", Match.OtherKind);
        var (goldEquation, answerEquation) = (IsEquation(gold), IsEquation(answer));
        if (answerEquation && IsFalseChain(answer)) return Decide("a false chain of equations", Match.Different);
        if (goldEquation) gold = Shortened(gold);
        if (answerEquation) answer = Shortened(answer);

        if (answerEquation && gold.Kind != NodeKind.Relation)
        {
            // A list of equations is met part by part, never by the last right side of one.
            var value = Value(answer);
            if (value is null) return Decide("equation for a value", Match.OtherKind);
            answer = value;
            return null;
        }
        if (goldEquation && answer.Kind != NodeKind.Relation)
        {
            if (!Shapes.IsName(gold[0]) && !Shapes.IsName(gold[gold.Count - 1]) && !Shapes.IsConstant(gold[0])) return Decide("value for an equation", Match.OtherKind);
            gold = Shapes.IsName(gold[0]) ? gold[gold.Count - 1] : Shapes.IsConstant(gold[0]) && !Shapes.IsConstant(gold[gold.Count - 1]) ? gold[0] : gold[gold.Count - 1];
            return null;
        }
        if (goldEquation && answerEquation) return CompareEquations(gold, answer);
        if (gold.Kind == NodeKind.Relation && answer.Kind == NodeKind.Relation) return CompareInequalities(gold, answer);

        // A set or interval against an inequality.
        if (CompareRealSets(gold, answer) is { } match) return match;
        return IsSeveral(gold) || IsSeveral(answer) ? null : Decide("kind", Match.OtherKind);
    }

    private static bool IsEquation(Node node) => node.Kind == NodeKind.Relation && !node.Name.Contains('<') && !node.Name.Contains('>') && !node.Name.Contains('!') && !node.Name.Contains('i') && node.Name.Replace(" ", "", StringComparison.Ordinal).All(c => c is '=' or '≡');

    /// <summary>x ∈ S is S.</summary>
    private static Node WithoutMembership(Node node) =>
        node is { Kind: NodeKind.Relation, Name: "in", Count: 2 } && Shapes.IsName(node[0]) ? node[1] : node;

    /// <summary>A chain of equations that begins with a name is its first and its last side.</summary>
    private static Node Shortened(Node equation) =>
        equation.Count > 2 && Shapes.IsName(equation[0]) ? Node.Named(NodeKind.Relation, "=", equation[0], equation[equation.Count - 1]) : equation;

    private static bool SameVariables(Node a, Node b)
    {
        var (x, y) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        return Variables.Collect(a, x) && Variables.Collect(b, y) && x.SetEquals(y);
    }

    /// <summary>The value that an equation states: 3 in x = 3, 3 = x, 2 + 1 = 3; none in x² − 1 = 0 and x³ = x².</summary>
    private Node? Value(Node equation)
    {
        var (first, last) = (equation[0], equation[equation.Count - 1]);
        if (Shapes.IsName(last) && !Shapes.IsName(first) && Shapes.IsConstant(first)) return first;
        if (Shapes.IsName(first)) return last;
        if (Shapes.IsScalar(first) && !Shapes.IsConstant(first) && Shapes.IsScalar(last) && (IsZero(last) || (SameVariables(first, last) && !_scalars.Compare(first, last).IsEqual()))) return null;
        // Sides that are numbers have to agree, or the equation is false and states nothing.
        if (Shapes.IsScalar(first) && Shapes.IsConstant(first) && Shapes.IsScalar(last) && Shapes.IsConstant(last) && !_scalars.Compare(first, last).IsEqual() && !IsApproximate(first, last)) return null;
        return last;
    }

    /// <summary>x = 3 = 4: neighbours that are plain numbers and differ.</summary>
    private bool IsFalseChain(Node equation)
    {
        for (var i = 1; equation.Count > 2 && !equation.Name.Contains('≡') && i < equation.Count; i++)
        {
            var (a, b) = (equation[i - 1], equation[i]);
            if (IsPlainNumber(a) && IsPlainNumber(b) && !_scalars.Compare(a, b).IsEqual() && !IsApproximate(a, b)) return true;
        }
        return false;
    }

    private static bool IsPlainNumber(Node node) => Shapes.IsScalar(node) && Shapes.IsConstant(node) && !node.Any(n => n.Kind is NodeKind.Quantity or NodeKind.Degree or NodeKind.Percent);

    private bool IsApproximate(Node a, Node b) =>
        _scalars.Constant(a) is { } x && _scalars.Constant(b) is { } y && x.Minus(y, 192).Abs().ToDouble() <= 0.01 * Math.Max(1, Math.Abs(y.ToDouble()));

    private Match CompareEquations(Node gold, Node answer)
    {
        // f(n) = 2n is f(x) = 2x.
        if (gold[0] is { Kind: NodeKind.Function, Count: 1 } f && answer[0] is { Kind: NodeKind.Function, Count: 1 } g && f.Name == g.Name && f.Name.StartsWith('$') && f[0].Kind == NodeKind.Symbol && g[0].Kind == NodeKind.Symbol && f[0].Name != g[0].Name)
        {
            if (answer.Any(n => n.Is(NodeKind.Symbol, f[0].Name))) return Decide("another variable", Match.Different);
            answer = Substitution.Apply(answer, g[0].Name, f[0], _work);
        }
        var (goldName, answerName) = (Shapes.IsName(gold[0]), Shapes.IsName(answer[0]));
        if (goldName && answerName && gold.Count == 2 && answer.Count == 2)
        {
            if (SameName(gold[0], answer[0]))
            {
                var match = Compare(gold[1], answer[1]);
                if (match.IsEqual() || !Shapes.IsScalar(gold[1])) return match;
            }
            else if (IsLabel(gold[0]) && IsLabel(answer[0]) && Compare(gold[1], answer[1]) is var labelled && labelled.IsEqual())
            {
                return labelled;
            }
        }
        if (gold.Count != 2 || answer.Count != 2)
        {
            if (gold.Count == answer.Count) return Elementwise("chain of equations", gold.Arguments, answer.Arguments);
            return Decide("chain of equations", Match.Different);
        }
        if (!gold.Arguments.All(Shapes.IsScalar) || !answer.Arguments.All(Shapes.IsScalar))
        {
            var forward = Elementwise("equation side by side", gold.Arguments, answer.Arguments);
            return forward.IsEqual() ? forward : Elementwise("equation side by side", gold.Arguments, [answer[1], answer[0]]);
        }
        return Decide("equation up to a factor", Proportional(gold, answer, positive: false) ? Match.Equal : Match.Different);
    }

    private bool SameName(Node a, Node b) => _scalars.Form.Key(a) is var x && _scalars.Form.Key(b) is var y && (x == y || Bare(x) == y || x == Bare(y)) || !_options.Strict;

    /// <summary>x of x_1: roots are numbered in one answer and not in another.</summary>
    private static string Bare(string name) => name.IndexOf('_', StringComparison.Ordinal) is var at and > 0 && name.AsSpan(at + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? name[..at] : name;

    /// <summary>A label says what an answer is called ("Area", f(x), y for a function), and is no unknown that was asked for.</summary>
    private static bool IsLabel(Node node) => node.Kind is NodeKind.Words or NodeKind.Function || node.Is(NodeKind.Symbol, "y") || (node.Kind == NodeKind.Multiply && node.Count == 2 && node[0].Kind == NodeKind.Symbol && node[1].Kind == NodeKind.Symbol);

    /// <summary>Whether left − right of one relation is a constant multiple of the other's.</summary>
    private bool Proportional(Node gold, Node answer, bool positive)
    {
        var (a, b) = (Difference(gold), Difference(answer));
        if (_scalars.Form.Of(a) is { } x && _scalars.Form.Of(b) is { } y)
        {
            var (p, q) = (Cleared(x.Over), Cleared(y.Over));
            if (p.IsZero || q.IsZero) return p.IsZero && q.IsZero;
            if (p.IsConstant || q.IsConstant) return false;
            if (Factor(p, q) is { } factor) return !positive || factor.Sign > 0;
            if (_scalars.Form.IsComplete && p.Count != q.Count && !HasRadicals(p) && !HasRadicals(q)) return false;
        }
        // Not seen in normal form: the quotient is one constant at every point, that is, a·b' = a'·b with values at a second point.
        return ProportionalAtPoints(a, b, positive);
    }

    private static Node Difference(Node relation) => Node.Make(NodeKind.Add, relation[0], Node.Negate(relation[1]));

    private bool HasRadicals(Polynomial polynomial) => polynomial.Terms.Keys.Any(m => m.Factors.Any(f => _scalars.Form.Atoms[f.Atom].Kind is AtomKind.Prime or AtomKind.Imaginary or AtomKind.Root));

    /// <summary>Multiplied by the smallest monomial that makes every power non-negative: y = 1/x is xy = 1.</summary>
    private Polynomial Cleared(Polynomial polynomial)
    {
        var lowest = new Dictionary<int, Rational>();
        foreach (var monomial in polynomial.Terms.Keys)
        {
            foreach (var (atom, exponent) in monomial.Factors)
            {
                if (exponent.Sign < 0 && (!lowest.TryGetValue(atom, out var low) || exponent < low)) lowest[atom] = exponent;
            }
        }
        if (lowest.Count == 0) return polynomial;
        var factor = new Monomial([.. lowest.OrderBy(l => l.Key).Select(l => (l.Key, -l.Value))]);
        return polynomial.Times(Polynomial.Term(Rational.One, factor), _scalars.Form.Atoms, _work);
    }

    /// <summary>The number c with p = c·q, if there is a rational one.</summary>
    private Rational? Factor(Polynomial p, Polynomial q)
    {
        if (p.Count != q.Count) return null;
        Rational? factor = null;
        foreach (var (monomial, coefficient) in p.Terms)
        {
            if (!q.Terms.TryGetValue(monomial, out var other)) return null;
            _work.SpendOnBits(coefficient.Bits + other.Bits);
            var quotient = coefficient / other;
            if (factor is { } f && f != quotient) return null;
            factor = quotient;
        }
        return factor;
    }

    private bool ProportionalAtPoints(Node a, Node b, bool positive)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        if (!Variables.Collect(a, names) || !Variables.Collect(b, names) || names.Count == 0 || names.Count > 12) return false;
        // Both differences at one fixed point give the factor; a(x)·b(p) = b(x)·a(p) then has to hold everywhere.
        var point = SamplePoints.For([.. names]).First().Values;
        Node At(Node node) => point.Aggregate(node, (n, v) => Substitution.Apply(n, v.Key, Node.Of(v.Value), _work));
        var (ap, bp) = (At(a), At(b));
        if (_scalars.Constant(ap) is not { ContainsZero: false } x || _scalars.Constant(bp) is not { ContainsZero: false } y) return false;
        if (positive && x.Sign != y.Sign) return false;
        return _scalars.Compare(Node.Make(NodeKind.Multiply, a, bp), Node.Make(NodeKind.Multiply, b, ap)).IsEqual();
    }

    private Match CompareInequalities(Node gold, Node answer)
    {
        if (CompareRealSets(gold, answer) is { } sets) return sets;
        var (a, b) = (Ascending(gold), Ascending(answer));
        if (a.Name != b.Name || a.Count != b.Count) return Decide("inequality", Match.Different);
        if (a.Count == 2 && a.Name is "<" or "<=" or "!=" or "=" && a.Arguments.All(Shapes.IsScalar) && b.Arguments.All(Shapes.IsScalar))
            return Decide("inequality up to a factor", Proportional(a, b, positive: a.Name is "<" or "<=") ? Match.Equal : Match.Different);
        return Elementwise("inequality side by side", a.Arguments, b.Arguments);
    }

    /// <summary>The same relation with every sign pointing one way.</summary>
    private static Node Ascending(Node relation)
    {
        var signs = relation.Name.Split(' ');
        if (!signs.All(s => s is ">" or ">=" or "=")) return relation;
        if (signs.All(s => s == "=")) return relation;
        var sides = relation.Arguments.ToArray();
        Array.Reverse(sides);
        Array.Reverse(signs);
        return Node.Named(NodeKind.Relation, string.Join(' ', signs.Select(s => s switch { ">" => "<", ">=" => "<=", _ => s })), sides);
    }
}
