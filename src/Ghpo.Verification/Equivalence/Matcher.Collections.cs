using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Lists, sets, tuples, intervals and unions.</summary>
internal sealed partial class Matcher
{
    private Match CompareCollections(Node gold, Node answer)
    {
        if (!IsSeveral(gold)) return OneAgainstMany(gold, answer);
        if (!IsSeveral(answer)) return ManyAgainstOne(gold, answer);

        // "x = 1, y = 2" names its parts.
        if (Names(gold) is { } goldNames || Names(answer) is not null)
        {
            if (Named(gold, answer) is { } named) return named;
        }
        if (gold is { Kind: NodeKind.List, Name: "and" or "or" } && answer is { Kind: NodeKind.List, Name: "and" or "or" } && gold.Name != answer.Name && gold.Arguments.All(n => n.Kind == NodeKind.Symbol)) return Decide("and is not or", Match.Different);
        var finite = IsFinite(gold) && IsFinite(answer);
        if (finite)
        {
            if (gold.Kind == NodeKind.Tuple && answer.Kind == NodeKind.Tuple) return Tuples(gold, answer);
            if (gold.Kind == NodeKind.Tuple || answer.Kind == NodeKind.Tuple) return TupleAgainstList(gold, answer);
            return Unordered(gold.Kind == NodeKind.Set || answer.Kind == NodeKind.Set ? "set without order" : "list without order", gold.Arguments, answer.Arguments);
        }
        return CompareRealSets(gold, answer) ?? Pieces(gold, answer);
    }

    private static bool IsFinite(Node node) => node.Kind is NodeKind.List or NodeKind.Set or NodeKind.Tuple && !(node.Kind == NodeKind.List && node.Arguments.All(IsRegion));

    private static bool IsRegion(Node node) => node.Kind switch
    {
        NodeKind.Union or NodeKind.Intersection or NodeKind.Difference => true,
        NodeKind.Relation => node.Name != "=",
        NodeKind.Tuple => node.Count == 2 && (node.Name is "(]" or "[)" || node.Any(n => n.Is(NodeKind.Symbol, "infty"))),
        _ => false,
    };

    private Match OneAgainstMany(Node gold, Node answer)
    {
        if (answer.Kind == NodeKind.List && answer.CommaPair && CommaDecimal(answer) is { } number)
        {
            var match = Compare(gold, number);
            if (match.IsEqual()) return match;
        }
        if (answer is { Kind: NodeKind.List, Name: "and", Count: 2 } && answer[0] is { Kind: NodeKind.Number, Value.IsInteger: true } whole && whole.Value.Sign > 0 && IsProperFraction(answer[1]))
        {
            // "3 and 1/7" is a mixed number.
            return Decide("mixed number in words", Compare(gold, Node.Make(NodeKind.Add, whole, answer[1])).IsEqual() ? Match.Equal : Match.Several);
        }
        if (answer.Kind is NodeKind.List)
        {
            // The same value said again is one answer.
            var all = answer.Count <= 50 && answer.Name != ",";
            for (var i = 0; all && i < answer.Count; i++) all = Compare(gold, answer[i]).IsEqual();
            return all ? Decide("the same value again", Match.Equal) : Decide("several alternatives", Match.Several);
        }
        if (gold.Kind == NodeKind.Words && (answer.Kind == NodeKind.Set && answer.Count == 0 ? WordForm.NoSolution : answer.Is(NodeKind.Symbol, "ℝ") ? WordForm.AllReals : null) is { } words) return Decide("words", gold.Name == words ? Match.Equal : Match.Different);
        if (gold.Is(NodeKind.Words, WordForm.AllReals)) return Decide("set of reals", new RealSetReader(_scalars).Read(answer) is { IsEverything: true } ? Match.Equal : Match.Different);
        if (answer.Kind == NodeKind.Set) return Decide("several alternatives", answer.Count == 0 ? Match.OtherKind : Match.Several);
        return Decide("kind", Match.OtherKind);
    }

    private static bool IsProperFraction(Node node) => node is { Kind: NodeKind.Divide } && node[0] is { Kind: NodeKind.Number, Value.IsInteger: true } over && node[1] is { Kind: NodeKind.Number, Value.IsInteger: true } under && over.Value.Sign > 0 && over.Value < under.Value;

    private Match ManyAgainstOne(Node gold, Node answer)
    {
        if (gold.Kind == NodeKind.List && gold.CommaPair && CommaDecimal(gold) is { } number && Compare(number, answer).IsEqual()) return Decide("decimal comma", Match.Equal);
        if (gold.Kind == NodeKind.List && gold.Arguments.All(g => Compare(g, answer).IsEqual())) return Decide("the same value again", Match.Equal);
        if (answer.Kind == NodeKind.Words && gold.Kind == NodeKind.Set && gold.Count == 0) return Decide("set without order", answer.Name is WordForm.NoSolution or "empty set" or "none" ? Match.Equal : Match.Different);
        if (answer.Kind == NodeKind.Words && answer.Name is WordForm.AllReals or "real numbers" or "reals" && new RealSetReader(_scalars).Read(gold) is { IsEverything: true }) return Decide("set of reals", Match.Equal);
        if (gold.Is(NodeKind.Symbol, "ℝ") && answer.Kind == NodeKind.Words) return Decide("set of reals", answer.Name is WordForm.AllReals or "real numbers" or "reals" ? Match.Equal : Match.Different);
        if (CompareRealSets(gold, answer) is { } match && answer.Kind == NodeKind.Relation) return match;
        return Decide("kind", Shapes.IsScalar(answer) && gold.Kind is NodeKind.List or NodeKind.Set ? Match.Different : Match.OtherKind);
    }

    /// <summary>"2,74" alone: in many countries one number.</summary>
    private Node? CommaDecimal(Node pair)
    {
        if (pair.Count != 2 || pair[1].Kind != NodeKind.Number || pair[0].Kind != NodeKind.Number) return null;
        _work.SpendOnBits(pair[0].Value.Bits + (2 * pair[1].Value.Bits));
        var digits = pair[1].Value.ToString().Length;
        var scale = new Algebra.Rational(System.Numerics.BigInteger.Pow(10, Math.Max(1, digits)));
        return Node.Of(pair[0].Value + (pair[1].Value / scale), digits, digits + 1);
    }

    private Match Tuples(Node gold, Node answer)
    {
        var match = Elementwise("tuple in order", gold.Arguments, answer.Arguments);
        if (!match.IsEqual() && answer.Count == 2 && answer[1].Is(NodeKind.Symbol, "infty") && answer[0].Any(n => n.Is(NodeKind.Symbol, "infty"))) return Decide("all reals", Match.Vacuous);
        if (!match.IsEqual() || gold.Count != 2 || gold.Name == answer.Name) return match;
        // Two numbers in different brackets are different intervals.
        return Decide("interval", Match.Different);
    }

    private Match TupleAgainstList(Node gold, Node answer)
    {
        var (tuple, other) = gold.Kind == NodeKind.Tuple ? (gold, answer) : (answer, gold);
        if (other.Kind == NodeKind.Set)
        {
            if (_options.Strict) return Decide("a set is no tuple", Match.OtherKind);
            return Elementwise("tuple in order", gold.Arguments, answer.Arguments);
        }
        // "2 or 3" is no interval from 2 to 3.
        if (tuple.Name is "(]" or "[)" || (tuple.Count == 2 && other.Name == "or")) return Decide("kind", Match.OtherKind);
        if (other.Arguments.All(n => n.Kind == NodeKind.Tuple)) return Decide("kind", Match.Several);
        return Elementwise("tuple in order", gold.Arguments, answer.Arguments);
    }

    private Match Unordered(string rule, Node[] gold, Node[] answer)
    {
        if ((long)gold.Length * answer.Length > MostPairs) throw new WorkLimitException();
        gold = Distinct(gold);
        answer = Distinct(answer);
        if (gold.Length != answer.Length) return Decide(rule, Match.Different);
        var taken = new bool[answer.Length];
        var rounded = false;
        foreach (var item in gold)
        {
            var found = false;
            for (var i = 0; i < answer.Length && !found; i++)
            {
                if (taken[i]) continue;
                var match = Compare(item, answer[i]);
                if (!match.IsEqual()) continue;
                taken[i] = found = true;
                rounded |= match == Match.Rounded;
            }
            if (!found) return Decide(rule, Match.Different);
        }
        return Decide(rule, rounded ? Match.Rounded : Match.Equal);
    }

    private Node[] Distinct(Node[] items)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return items.Length <= 1 ? items : Array.FindAll(items, n => seen.Add(_scalars.Form.Key(n)));
    }

    /// <summary>The names that every item is assigned to, when they are all different.</summary>
    private string[]? Names(Node node)
    {
        if (node.Kind is not (NodeKind.List or NodeKind.Tuple) || node.Count < 2 || node.Count > 50) return null;
        var names = new string[node.Count];
        for (var i = 0; i < names.Length; i++)
        {
            if (node[i] is not { Kind: NodeKind.Relation, Name: "=" } item || !Shapes.IsName(item[0])) return null;
            names[i] = _scalars.Form.Key(item[0]);
        }
        return names.Distinct().Count() == names.Length ? names : null;
    }

    private Match? Named(Node gold, Node answer)
    {
        var goldNames = Names(gold);
        var answerNames = Names(answer);
        if (gold.Count != answer.Count) return null;
        if (goldNames is not null && answerNames is not null)
        {
            foreach (var name in goldNames)
            {
                var at = Array.IndexOf(answerNames, name);
                if (at < 0) return null;
                var item = gold[Array.IndexOf(goldNames, name)];
                if (!Compare(item[item.Count - 1], answer[at][answer[at].Count - 1]).IsEqual()) return Decide("values by name", Match.Different);
            }
            return Decide("values by name", Match.Equal);
        }
        var other = goldNames is null ? gold : answer;
        if (other.Kind is not (NodeKind.Tuple or NodeKind.List) || other.Arguments.Any(n => n.Kind == NodeKind.Relation)) return null;
        return Elementwise("values in order", Array.ConvertAll(ByName(gold, goldNames), Value), Array.ConvertAll(ByName(answer, answerNames), Value));

        // "c = 1, b = 2, a = 3": the values stand in the order of their letters.
        static Node[] ByName(Node node, string[]? names)
        {
            if (names is null || !names.All(n => n.Length == 1 && char.IsAsciiLetter(n[0]))) return node.Arguments;
            var items = node.Arguments.ToArray();
            Array.Sort((string[])names.Clone(), items, StringComparer.Ordinal);
            return items;
        }

        static Node Value(Node item) => item.Kind == NodeKind.Relation ? item[item.Count - 1] : item;
    }

    private Match? CompareRealSets(Node gold, Node answer)
    {
        var (goldReader, answerReader) = (new RealSetReader(_scalars), new RealSetReader(_scalars));
        if (goldReader.Read(gold) is not { } a || answerReader.Read(answer) is not { } b) return null;
        if (goldReader.Variable is not null && answerReader.Variable is not null && goldReader.Variable != answerReader.Variable && _options.Strict) return Decide("set of reals", Match.Different);
        return Decide("set of reals", a.SameAs(b) ? Match.Equal : b.IsEverything ? Match.Vacuous : Match.Different);
    }

    /// <summary>{a, b} ∪ {c}, {a, b} ∖ {b}, −{0, 1}: operations on finite sets are carried out.</summary>
    private Node FiniteSets(Node node)
    {
        if (node.Kind == NodeKind.Multiply && node[1].Kind == NodeKind.Set && node[0] is { Kind: NodeKind.Number } sign && sign.Value == Algebra.Rational.MinusOne)
            return node[1].With(Array.ConvertAll(node[1].Arguments, Node.Negate));
        if (node.Kind is not (NodeKind.Union or NodeKind.Intersection or NodeKind.Difference)) return node;
        if (++_depth > WorkMeter.MostDepth) throw new WorkLimitException();
        var (left, right) = (FiniteSets(node[0]), FiniteSets(node[1]));
        _depth--;
        if (left.Kind != NodeKind.Set || right.Kind != NodeKind.Set) return node;
        if (node.Kind == NodeKind.Union) return left.With([.. left.Arguments, .. right.Arguments]);
        var keys = right.Arguments.Select(_scalars.Form.Key).ToHashSet();
        return left.With(Array.FindAll(left.Arguments, n => keys.Contains(_scalars.Form.Key(n)) == (node.Kind == NodeKind.Intersection)));
    }

    /// <summary>Unions whose ends are not numbers: part by part.</summary>
    private Match Pieces(Node gold, Node answer)
    {
        var (a, b) = (Parts(gold), Parts(answer));
        if (a.Count == 1 && b.Count == 1)
        {
            if (gold.Kind != answer.Kind || gold.Name != answer.Name || gold.Count != answer.Count) return Decide("kind", Match.OtherKind);
            return gold.Kind == NodeKind.Tuple ? Tuples(gold, answer) : Elementwise("set operation", gold.Arguments, answer.Arguments);
        }
        return Unordered("union part by part", [.. a], [.. b]);
    }

    private static List<Node> Parts(Node node)
    {
        var parts = new List<Node>();
        var rest = new Stack<Node>([node]);
        while (rest.Count > 0)
        {
            var next = rest.Pop();
            if (next.Kind is NodeKind.Union)
            {
                rest.Push(next[1]);
                rest.Push(next[0]);
            }
            else if (next.Kind == NodeKind.List)
            {
                foreach (var item in next.Arguments) rest.Push(item);
            }
            else
            {
                parts.Add(next);
            }
        }
        return parts;
    }
}
