using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Sums, multiples, products, transposes of small matrices.</summary>
internal static class Matrices
{
    private const int MostEntries = 400;

    public static bool Holds(Node node) => node.Kind is NodeKind.Add or NodeKind.Multiply or NodeKind.Divide or NodeKind.Function or NodeKind.Power && node.Name is not "det" && node.Any(n => n.Kind == NodeKind.Matrix);

    /// <summary>The node with its matrix arithmetic done; null where shapes do not fit.</summary>
    public static Node? Evaluate(Node node, WorkMeter work)
    {
        if (!Holds(node)) return node;
        work.Spend(20);
        switch (node.Kind)
        {
            case NodeKind.Add:
                {
                    Node? sum = null;
                    foreach (var argument in node.Arguments)
                    {
                        if (Evaluate(argument, work) is not { } term) return null;
                        if (sum is null)
                        {
                            sum = term;
                            continue;
                        }
                        if (sum.Kind != NodeKind.Matrix || term.Kind != NodeKind.Matrix || sum.Columns != term.Columns || sum.Count != term.Count) return null;
                        var entries = new Node[sum.Count];
                        for (var i = 0; i < entries.Length; i++) entries[i] = Node.Make(NodeKind.Add, sum[i], term[i]);
                        sum = Node.Matrix(sum.Columns, entries);
                    }
                    return sum;
                }
            case NodeKind.Multiply:
                return Evaluate(node[0], work) is { } a && Evaluate(node[1], work) is { } b ? Product(a, b, work) : null;
            case NodeKind.Divide:
                return Evaluate(node[0], work) is { Kind: NodeKind.Matrix } m && node[1].Kind != NodeKind.Matrix
                    ? Node.Matrix(m.Columns, Array.ConvertAll(m.Arguments, e => Node.Make(NodeKind.Divide, e, node[1]))) : null;
            case NodeKind.Function when node.Name == "transpose":
                return Evaluate(node[0], work) is { Kind: NodeKind.Matrix } t ? Transposed(t) : null;
            default:
                return node;
        }
    }

    private static Node Transposed(Node m)
    {
        var rows = m.Count / m.Columns;
        var entries = new Node[m.Count];
        for (var i = 0; i < m.Count; i++) entries[((i % m.Columns) * rows) + (i / m.Columns)] = m[i];
        return Node.Matrix(rows, entries);
    }

    private static Node? Product(Node a, Node b, WorkMeter work)
    {
        if (a.Kind != NodeKind.Matrix && b.Kind != NodeKind.Matrix) return Node.Make(NodeKind.Multiply, a, b);
        if (a.Kind != NodeKind.Matrix) return Node.Matrix(b.Columns, Array.ConvertAll(b.Arguments, e => Node.Make(NodeKind.Multiply, a, e)));
        if (b.Kind != NodeKind.Matrix) return Node.Matrix(a.Columns, Array.ConvertAll(a.Arguments, e => Node.Make(NodeKind.Multiply, e, b)));
        int rows = a.Count / a.Columns, inner = a.Columns, columns = b.Columns;
        if (b.Count / columns != inner || rows * columns > MostEntries) return null;
        work.Spend(rows * columns * inner * 10);
        var entries = new Node[rows * columns];
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
            {
                var terms = new Node[inner];
                for (var k = 0; k < inner; k++) terms[k] = Node.Make(NodeKind.Multiply, a[(r * inner) + k], b[(k * columns) + c]);
                var entry = inner == 1 ? terms[0] : Node.Make(NodeKind.Add, terms);
                // A chain of products shares its parts: its tree grows with every factor.
                work.Spend(entry.Size);
                entries[(r * columns) + c] = entry;
            }
        }
        return Node.Matrix(columns, entries);
    }
}
