using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>± stands for two answers: one with every upper sign, one with every lower sign.</summary>
internal static class Signs
{
    public static Node Expand(Node node, WorkMeter work)
    {
        if (!node.Any(n => n.Kind == NodeKind.PlusMinus)) return node;
        if (node.Kind is NodeKind.List or NodeKind.Set)
        {
            var items = new List<Node>();
            foreach (var item in node.Arguments)
            {
                var expanded = Expand(item, work);
                if (expanded.Kind == NodeKind.List && item.Kind != NodeKind.List) items.AddRange(expanded.Arguments);
                else items.Add(expanded);
            }
            return node.Kind == NodeKind.List ? Node.List(node.Name, false, [.. items]) : node.With([.. items]);
        }
        if (node.Kind == NodeKind.Relation && node[0].Any(n => n.Kind == NodeKind.PlusMinus) && node[node.Count - 1].Any(n => n.Kind == NodeKind.PlusMinus)) work.Spend(10);
        return Node.List("or", false, Choose(node, true, work), Choose(node, false, work));
    }

    private static Node Choose(Node node, bool upper, WorkMeter work)
    {
        work.Spend(4);
        if (node.Count == 0) return node;
        var arguments = Array.ConvertAll(node.Arguments, a => Choose(a, upper, work));
        if (node.Kind != NodeKind.PlusMinus) return node.With(arguments);
        var plus = node.Name == "pm" == upper;
        var right = plus ? arguments[1] : Node.Negate(arguments[1]);
        return arguments[0] is { Kind: NodeKind.Number, Value.IsZero: true } ? right : Node.Make(NodeKind.Add, arguments[0], right);
    }
}
