using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>The free variables of an expression.</summary>
internal static class Variables
{
    /// <summary>Adds them; false when the expression holds something that cannot be evaluated at all.</summary>
    public static bool Collect(Node node, ISet<string> into, string? bound = null)
    {
        switch (node.Kind)
        {
            case NodeKind.Symbol:
                if (node.Name is "infty" or "…") return false;
                if (node.Name is not ("pi" or "e" or "i") && node.Name != bound) into.Add(node.Name);
                return true;
            case NodeKind.Words:
                return false;
            case NodeKind.Function when node.Name.StartsWith('$'):
                return false;
            case NodeKind.Function when node.Name is "sum" or "prod" && node.Count == 4:
                return Collect(node[0], into, node[1].Name) && Collect(node[2], into, bound) && Collect(node[3], into, bound);
        }
        foreach (var argument in node.Arguments)
        {
            if (!Collect(argument, into, bound)) return false;
        }
        return true;
    }
}
