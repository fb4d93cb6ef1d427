using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Compares two readings kind by kind. <see cref="Rule"/> says which rule decided last.</summary>
internal sealed partial class Matcher
{
    private const int MostPairs = 40_000;
    private const int LongestName = 100;

    private readonly VerifierOptions _options;
    private readonly WorkMeter _work;
    private readonly Scalars _scalars;
    private readonly Measures _measures;
    private int _depth;

    public Matcher(VerifierOptions options, WorkMeter work)
    {
        _options = options;
        _work = work;
        _scalars = new(options, work);
        _measures = new(options, _scalars);
    }

    public string Rule { get; private set; } = "kind";

    public Scalars Scalars => _scalars;

    public Measures Measures => _measures;

    public Match Compare(Node gold, Node answer)
    {
        _work.Spend(20 + ((gold.Size + answer.Size) / 8));
        if (++_depth > WorkMeter.MostDepth) throw new WorkLimitException();
        var match = CompareUnwrapped(FiniteSets(Signs.Expand(gold, _work)), FiniteSets(Signs.Expand(answer, _work)));
        _depth--;
        return match;
    }

    private Match CompareUnwrapped(Node gold, Node answer)
    {
        if (IsIdentity(answer) && (gold.Kind == NodeKind.Relation ? !IsIdentity(gold) : !Shapes.IsScalar(gold) || Shapes.IsConstant(gold))) return Decide("x = x", Match.Vacuous);
        if (gold.Kind == NodeKind.Relation || answer.Kind == NodeKind.Relation)
        {
            if (CompareRelations(ref gold, ref answer) is { } decided) return decided;
        }
        if (gold is { Kind: NodeKind.Function, Name: "pmod" } || answer is { Kind: NodeKind.Function, Name: "pmod" }) return CompareModular(gold, answer);
        if (gold.Kind == NodeKind.Set && gold.Count == 1 && IsOneThing(answer, gold[0])) return Compare(gold[0], answer);
        if (answer.Kind == NodeKind.Set && answer.Count == 1 && IsOneThing(gold, answer[0])) return Compare(gold, answer[0]);
        if (gold.Kind == NodeKind.Matrix || answer.Kind == NodeKind.Matrix) return CompareMatrices(gold, answer);
        if (Matrices.Holds(gold) || Matrices.Holds(answer))
        {
            var (x, y) = (Matrices.Evaluate(gold, _work), Matrices.Evaluate(answer, _work));
            if (x is not null && y is not null && (!ReferenceEquals(x, gold) || !ReferenceEquals(y, answer))) return Compare(x, y);
        }
        if (IsSeveral(gold) || IsSeveral(answer)) return CompareCollections(gold, answer);
        if (gold.Kind == NodeKind.Ratio || answer.Kind == NodeKind.Ratio) return CompareRatios(gold, answer);
        if (gold.Kind == NodeKind.Words || answer.Kind == NodeKind.Words) return CompareWords(gold, answer);
        if (gold is { Kind: NodeKind.Function, Name: "cases" or "builder" } || answer is { Kind: NodeKind.Function, Name: "cases" or "builder" })
            return gold.Kind != answer.Kind || gold.Name != answer.Name ? Decide("cases", Match.OtherKind) : gold.Name == "cases" ? CompareCases(gold.Arguments, answer.Arguments) : Elementwise("cases", gold.Arguments, answer.Arguments);
        if (!Shapes.IsScalar(gold) || !Shapes.IsScalar(answer)) return Decide("kind", Match.OtherKind);
        var match = _measures.Compare(gold, answer);
        Rule = _measures.Rule;
        if (match == Match.Different && answer.Kind == NodeKind.Symbol && Shapes.IsConstant(gold) && !Shapes.IsConstant(answer)) return Decide("a free variable for a value", Match.Vacuous);
        return match;
    }

    /// <summary>A value, or a point or matrix against a set of one such.</summary>
    private static bool IsOneThing(Node node, Node element) => Shapes.IsScalar(node) || (node.Kind is NodeKind.Matrix or NodeKind.Tuple && element.Kind == node.Kind);

    private Match Decide(string rule, Match match)
    {
        Rule = rule;
        return match;
    }

    private static bool IsSeveral(Node node) => node.Kind is NodeKind.List or NodeKind.Set or NodeKind.Tuple or NodeKind.Union or NodeKind.Intersection or NodeKind.Difference
        || node.Is(NodeKind.Symbol, "ℝ") || node is { Kind: NodeKind.Function, Name: "builder" };

    private bool IsIdentity(Node node) => node.Kind == NodeKind.Relation && node.Name == "=" && node.Count == 2 && !Shapes.IsConstant(node[0]) && _scalars.Form.Key(node[0]) == _scalars.Form.Key(node[1]);

    private Match CompareWords(Node gold, Node answer)
    {
        var (a, b) = (Name(gold), Name(answer));
        if (a is null || b is null) return Decide("words", Match.OtherKind);
        return Decide("words", a == b ? Match.Equal : Match.Different);
    }

    /// <summary>The words that a reading is: words, or letters side by side ("ellipse" without its dress).</summary>
    private static string? Name(Node node) => node.Kind switch
    {
        NodeKind.Words => node.Name,
        NodeKind.Symbol => node.Name.ToLowerInvariant(),
        NodeKind.Multiply => Name(node[0]) is { Length: <= LongestName } a && Name(node[1]) is { } b ? a + b : null,
        _ => null,
    };

    /// <summary>Values with conditions, in any order; "otherwise" stands for the one condition that is left.</summary>
    private Match CompareCases(Node[] gold, Node[] answer)
    {
        if (gold.Length != answer.Length || gold.Length > 50) return Decide("cases", Match.Different);
        var taken = new bool[answer.Length];
        // What has a condition on both sides first, "otherwise" last.
        foreach (var otherwise in (ReadOnlySpan<bool>)[false, true])
        {
            foreach (var item in gold)
            {
                if (IsOtherwise(item) != otherwise) continue;
                var at = Array.FindIndex(answer, a => !taken[Array.IndexOf(answer, a)] && !IsOtherwise(a) && !otherwise && SameCase(item, a));
                if (at < 0 && taken.Count(t => !t) == 1 && Array.IndexOf(taken, false) is var last && (otherwise || IsOtherwise(answer[last])) && Compare(CaseValue(item), CaseValue(answer[last])).IsEqual()) at = last;
                if (at < 0) return Decide("cases", Match.Different);
                taken[at] = true;
            }
        }
        return Decide("cases", Match.Equal);
    }

    private bool SameCase(Node a, Node b) => (a.Name == "case") == (b.Name == "case") && Compare(CaseValue(a), CaseValue(b)).IsEqual() && (a.Name != "case" || Compare(a[1], b[1]).IsEqual());

    private static Node CaseValue(Node item) => item.Name == "case" ? item[0] : item;

    private static bool IsOtherwise(Node item) => item.Name == "case" && item[1].Is(NodeKind.Words, "otherwise");

    /// <summary>3:5 is 6:10, and 3/5.</summary>
    private Match CompareRatios(Node gold, Node answer)
    {
        if (gold.Kind == NodeKind.Ratio && answer.Kind == NodeKind.Ratio)
        {
            if (gold.Count != answer.Count) return Decide("ratio", Match.Different);
            var same = Elementwise("ratio", gold.Arguments, answer.Arguments);
            if (same.IsEqual() || IsTime(gold) || (gold[gold.Count - 1].Kind == NodeKind.Quantity && answer[answer.Count - 1].Kind == NodeKind.Quantity)) return same;
            for (var i = 1; i < gold.Count; i++)
            {
                if (IsZero(gold[i]) || IsZero(answer[i]) || IsZero(gold[0]) || IsZero(answer[0])) return Decide("ratio", Match.Different);
                if (!_scalars.Compare(Node.Make(NodeKind.Multiply, gold[0], answer[i]), Node.Make(NodeKind.Multiply, gold[i], answer[0])).IsEqual()) return Decide("ratio", Match.Different);
            }
            return Decide("ratio", Match.Equal);
        }
        var (ratio, other) = gold.Kind == NodeKind.Ratio ? (gold, answer) : (answer, gold);
        if (ratio.Count != 2 || !Shapes.IsScalar(other) || IsZero(ratio[1])) return Decide("ratio", Match.OtherKind);
        var quotient = Node.Make(NodeKind.Divide, ratio[0], ratio[1]);
        var match = gold.Kind == NodeKind.Ratio ? _measures.Compare(quotient, other) : _measures.Compare(other, quotient);
        return Decide("ratio", match);
    }

    /// <summary>2:30 and 12:00 are times: as ratios they would have been shortened.</summary>
    private static bool IsTime(Node ratio) =>
        ratio.Count == 2 && Array.TrueForAll(ratio.Arguments, n => n.Kind == NodeKind.Number && n.Value.IsInteger && n.Value.Sign >= 0) && ratio[0].Value <= 24 && ratio[1].Value < 60
        && (ratio[1].Value.IsZero || !System.Numerics.BigInteger.GreatestCommonDivisor(ratio[0].Value.Numerator, ratio[1].Value.Numerator).IsOne);

    private bool IsZero(Node node) => _scalars.Form.Of(node) is { } form && form.Over.IsZero;

    private Match Elementwise(string rule, Node[] gold, Node[] answer)
    {
        if (gold.Length != answer.Length) return Decide(rule, Match.Different);
        var rounded = false;
        for (var i = 0; i < gold.Length; i++)
        {
            var match = Compare(gold[i], answer[i]);
            if (!match.IsEqual()) return Decide(rule, Match.Different);
            rounded |= match == Match.Rounded;
        }
        return Decide(rule, rounded ? Match.Rounded : Match.Equal);
    }

    private Match CompareModular(Node gold, Node answer)
    {
        var both = gold is { Kind: NodeKind.Function, Name: "pmod" } && answer is { Kind: NodeKind.Function, Name: "pmod" };
        if (both && !Compare(gold[1], answer[1]).IsEqual()) return Decide("modulus", Match.Different);
        var modulus = gold is { Kind: NodeKind.Function, Name: "pmod" } ? gold[1] : answer[1];
        var (a, b) = (Last(gold), Last(answer));
        if (both)
        {
            // Residues are equal modulo m.
            var difference = Node.Function("mod", Node.Make(NodeKind.Add, a, Node.Negate(b)), modulus);
            if (_scalars.Form.Of(difference) is { IsRational: true, Value.IsZero: true }) return Decide("residues", Match.Equal);
        }
        var match = Compare(a, b);
        return Decide("residues", match);
    }

    private static Node Last(Node node)
    {
        if (node is { Kind: NodeKind.Function, Name: "pmod" }) node = node[0];
        return node.Kind == NodeKind.Relation ? node[node.Count - 1] : node;
    }
}
