using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Numbers with percent signs, degrees and units, under the options about them.</summary>
internal sealed class Measures(VerifierOptions options, Scalars scalars)
{
    private static readonly Node HalfTurn = Node.Make(NodeKind.Divide, Node.Symbol("pi"), Node.Integer(180));

    public string Rule { get; private set; } = "number";

    /// <summary>Whether gold and answer were written with a dollar sign, which the parser drops.</summary>
    public (bool Gold, bool Answer) Dollars { get; set; }

    public Match Compare(Node gold, Node answer)
    {
        var (a, b) = (Peeled.Of(gold), Peeled.Of(answer));
        if (a.IsPlain && b.IsPlain) return Plain(gold, answer);

        if (options.Units != UnitHandling.Ignore)
        {
            var (x, y) = (a.Unit is null ? null : Units.Find(a.Unit), b.Unit is null ? null : Units.Find(b.Unit));
            if (x is null && a.Unit is null && Dollars.Gold && y is { Kind: "money" }) x = Units.Find("dollars");
            if (y is null && b.Unit is null && Dollars.Answer && x is { Kind: "money" }) y = Units.Find("dollars");
            if (options.Units == UnitHandling.Required && (x is not null || a.Unit is not null) && y is null && b.Unit != a.Unit) return Decide("unit missing", Match.Different);
            if (x is { } p && y is { } q)
            {
                if (p.Kind != q.Kind) return Decide("units of different kinds", Match.Different);
                if (p.Factor != q.Factor) return Decide("unit", Plain(Scaled(a.Core, p.Factor), Scaled(b.Core, q.Factor)));
            }
        }
        if (a.Percent || b.Percent) return Percent(a, b);
        if (a.Degree != b.Degree)
        {
            var (degrees, other) = a.Degree ? (a, b) : (b, a);
            var spoken = other.Unit?.ToLowerInvariant() is "rad" or "radian" or "radians";
            if (spoken || (other.Unit is null && other.Core.Any(n => n.Is(NodeKind.Symbol, "pi"))))
            {
                var radians = Node.Make(NodeKind.Multiply, degrees.Core, HalfTurn);
                var turned = a.Degree ? Plain(radians, other.Core) : Plain(other.Core, radians);
                if (turned.IsEqual() || spoken) return Decide("degrees and radians", turned);
            }
        }
        var match = Plain(a.Core, b.Core);
        return a.Unit is null && b.Unit is null ? match : Decide(Rule + ", unit aside", match);
    }

    private Match Percent(Peeled a, Peeled b)
    {
        if (options.Percent == PercentHandling.Ignore || (a.Percent && b.Percent)) return Decide("percent", Plain(a.Core, b.Core));
        var match = a.Percent ? Plain(Node.Make(NodeKind.Percent, a.Core), b.Core) : Plain(a.Core, Node.Make(NodeKind.Percent, b.Core));
        if (match.IsEqual() || options.Percent == PercentHandling.Hundredth) return Decide("percent", match);
        // 10 for 10 %: forgiven where the bare number cannot be the fraction itself.
        var bare = a.Percent ? b.Core : a.Core;
        if (scalars.Form.Of(bare) is { IsRational: true } value && value.Value.Abs() >= Rational.One) return Decide("percent sign left off", Plain(a.Core, b.Core));
        return Decide("percent", match);
    }

    private Match Plain(Node gold, Node answer)
    {
        var match = scalars.Compare(gold, answer);
        Rule = scalars.Rule;
        return match;
    }

    private Match Decide(string rule, Match match)
    {
        Rule = rule;
        return match;
    }

    private static Node Scaled(Node node, Rational factor) => Node.Make(NodeKind.Multiply, node, Node.Of(factor));

    /// <summary>A value without its percent sign, degree sign and unit.</summary>
    private readonly record struct Peeled(Node Core, bool Percent, bool Degree, string? Unit)
    {
        public bool IsPlain => !Percent && !Degree && Unit is null;

        public static Peeled Of(Node node)
        {
            var peeled = new Peeled(node, false, false, null);
            while (true)
            {
                var core = peeled.Core;
                switch (core.Kind)
                {
                    case NodeKind.Percent:
                        peeled = peeled with { Core = core[0], Percent = true };
                        continue;
                    case NodeKind.Degree:
                        peeled = peeled with { Core = core[0], Degree = true };
                        continue;
                    case NodeKind.Quantity:
                        peeled = peeled with { Core = core[0], Unit = core.Name };
                        continue;
                    // −(50 %) is (−50) %.
                    case NodeKind.Multiply when core.Count == 2 && core[0].Kind == NodeKind.Number && core[0].Value == Rational.MinusOne && core[1].Kind is NodeKind.Percent or NodeKind.Degree or NodeKind.Quantity:
                        peeled = Of(core[1]) is var inner ? inner with { Core = Node.Negate(inner.Core) } : peeled;
                        return peeled;
                }
                return peeled;
            }
        }
    }
}
