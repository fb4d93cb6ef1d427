using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Algebra;

/// <summary>Puts a value in the place of a variable.</summary>
internal static class Substitution
{
    public static Node Apply(Node node, string name, Node value, WorkMeter work)
    {
        work.Spend(4);
        if (node.Kind == NodeKind.Symbol) return node.Name == name ? value : Rename(node, name, value, work);
        if (node.Count == 0) return node;
        Node[]? changed = null;
        for (var i = 0; i < node.Count; i++)
        {
            var argument = Apply(node[i], name, value, work);
            if (ReferenceEquals(argument, node[i])) continue;
            changed ??= (Node[])node.Arguments.Clone();
            changed[i] = argument;
        }
        return changed is null ? node : node.With(changed);
    }

    /// <summary>A running variable may stand in a subscript: F_k, F_{n-k-1}.</summary>
    private static Node Rename(Node symbol, string name, Node value, WorkMeter work)
    {
        var script = symbol.Name.IndexOf('_', StringComparison.Ordinal);
        if (script < 0 || name.Length != 1) return symbol;
        if (value.Kind == NodeKind.Number) work.SpendOnBits(value.Value.Bits);
        var replacement = value.Kind == NodeKind.Number ? value.Value.ToString() : value.Name;
        var subscript = symbol.Name[(script + 1)..].Replace(name, replacement, StringComparison.Ordinal);
        work.Spend(subscript.Length);
        if (subscript.Length > 2_000) throw new WorkLimitException();
        return Node.Symbol(symbol.Name[..(script + 1)] + subscript);
    }
}
