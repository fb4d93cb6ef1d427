using Ghpo.Verification.Algebra;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Normal forms as people read them.</summary>
internal static class Renderer
{
    private const int Longest = 500;

    public static string? Of(Node? node, NormalForm form)
    {
        if (node is null) return null;
        try
        {
            var text = Text(node, form);
            return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "…");
        }
        catch (WorkLimitException)
        {
            return null;
        }
    }

    private static string Text(Node node, NormalForm form)
    {
        string Join(string separator) => string.Join(separator, node.Arguments.Select(a => Text(a, form)));
        switch (node.Kind)
        {
            case NodeKind.List:
                return Join(node.Name == "or" ? " or " : ", ");
            case NodeKind.Set:
                return node.Count == 0 ? "∅" : "{" + Join(", ") + "}";
            case NodeKind.Tuple:
                return node.Name[0] + Join(", ") + node.Name[1];
            case NodeKind.Union:
                return Join(" ∪ ");
            case NodeKind.Intersection:
                return Join(" ∩ ");
            case NodeKind.Difference:
                return Join(" \\ ");
            case NodeKind.Ratio:
                return Join(":");
            case NodeKind.Percent:
                return Text(node[0], form) + "%";
            case NodeKind.Degree:
                return Text(node[0], form) + "°";
            case NodeKind.Quantity:
                return Text(node[0], form) + " " + node.Name;
            case NodeKind.PlusMinus:
                return (node[0] is { Kind: NodeKind.Number, Value.IsZero: true } ? "" : Text(node[0], form) + " ") + (node.Name == "pm" ? "±" : "∓") + Text(node[1], form);
            case NodeKind.Matrix:
                return "[" + string.Join("; ", node.Arguments.Chunk(node.Columns).Select(row => string.Join(", ", row.Select(e => Text(e, form))))) + "]";
            case NodeKind.Relation:
                {
                    var signs = node.Name.Split(' ');
                    var text = new System.Text.StringBuilder(Text(node[0], form));
                    for (var i = 0; i < signs.Length && i + 1 < node.Count; i++) text.Append(' ').Append(signs[i]).Append(' ').Append(Text(node[i + 1], form));
                    return text.ToString();
                }
            default:
                return node.Any(n => n.Kind == NodeKind.PlusMinus) ? form.Key(Signs.Expand(node, new WorkMeter(10_000))) : form.Key(node);
        }
    }
}
