namespace Ghpo.Verification.Parsing;

/// <summary>Questions about the shape of a parsed answer.</summary>
internal static class Shapes
{
    private static readonly HashSet<string> ConstantNames = ["pi", "e", "i", "infty"];

    /// <summary>A name that something may be assigned to: x, a_n, f(x), "Area", \mathbf{v}.</summary>
    public static bool IsName(Node node) => node.Kind switch
    {
        NodeKind.Symbol => node.Name is not ("pi" or "infty"),
        NodeKind.Words => true,
        // |AB| and det A, but not |x|.
        NodeKind.Function when node.Name is "abs" or "det" => IsName(node[0]) && !node.Any(n => n.Kind == NodeKind.Symbol && !char.IsAsciiLetterUpper(n.Name[0])),
        NodeKind.Function => node.Name.StartsWith('$'),
        // Each argument is asked once: products within products would else take twice as long a level.
        NodeKind.Multiply => IsCall(node) || node.Arguments.All(a => a.Kind == NodeKind.Symbol || IsName(a)),
        NodeKind.Tuple => node.Name == "()" && node.Arguments.All(IsName),
        NodeKind.Power => node[0].Kind == NodeKind.Symbol && node[1].Kind == NodeKind.Number && node[0].Name.StartsWith('d') && node[0].Name.Length > 1,
        NodeKind.Divide => IsDifferential(node[0]) && IsDifferential(node[1]),
        NodeKind.Degree => IsName(node[0]),
        NodeKind.Quantity => IsName(node[0]),
        _ => false,
    };

    private static bool IsDifferential(Node node) => node.Is(NodeKind.Symbol, "d") || (node.Kind == NodeKind.Multiply && node[0].Kind == NodeKind.Symbol && node[0].Name is "d" or "partial" && IsName(node[1]));

    /// <summary>P(x), V(r, h): read as a product by the parser, meant as a function's name left of "=".</summary>
    private static bool IsCall(Node node) => node.Count == 2 && (node[0].Kind == NodeKind.Symbol || (node[0].Kind == NodeKind.Power && node[0][0].Kind == NodeKind.Symbol && node[0][1].Kind == NodeKind.Number && node[0][1].Value.Sign < 0)) && node[1].Kind is NodeKind.Symbol or NodeKind.Tuple && node[1].Arguments.All(a => a.Kind == NodeKind.Symbol);

    public static bool IsSetLike(Node node) => node.Kind switch
    {
        NodeKind.Set or NodeKind.Union or NodeKind.Intersection or NodeKind.Difference => true,
        NodeKind.Tuple => node.Count == 2,
        NodeKind.Symbol => node.Name is "ℝ" or "ℤ" or "ℕ" or "ℚ" or "ℂ" or "∅",
        _ => false,
    };

    /// <summary>No variables, names or words anywhere: a value.</summary>
    public static bool IsConstant(Node node) => !node.Any(n => (n.Kind == NodeKind.Symbol && !ConstantNames.Contains(n.Name)) || n.Kind == NodeKind.Words || (n.Kind == NodeKind.Function && n.Name.StartsWith('$')));

    /// <summary>A value that stands for one number or expression, and no set, list or relation.</summary>
    public static bool IsScalar(Node node) => node.Kind is NodeKind.Number or NodeKind.Symbol or NodeKind.Add or NodeKind.Multiply or NodeKind.Divide or NodeKind.Power or NodeKind.Percent or NodeKind.Degree or NodeKind.Quantity
        || (node.Kind == NodeKind.Function && node.Name is not ("pmod" or "cases"));
}
