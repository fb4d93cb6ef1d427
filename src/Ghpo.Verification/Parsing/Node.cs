using System.Numerics;
using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Parsing;

/// <summary>The kinds of thing that an answer can be, or be made of.</summary>
internal enum NodeKind : byte
{
    Number,
    Symbol,
    Add,
    Multiply,
    Divide,
    Power,
    Function,
    PlusMinus,
    Percent,
    Degree,
    Quantity,
    Ratio,
    Matrix,
    Tuple,
    Set,
    List,
    Union,
    Intersection,
    Difference,
    Complement,
    Relation,
    Words,
}

/// <summary>A node of a parsed answer; immutable.</summary>
internal sealed class Node
{
    private Node(NodeKind kind, params Node[] arguments)
    {
        Kind = kind;
        Arguments = arguments;
        long size = 1;
        foreach (var argument in arguments) size += argument.Size;
        Size = Math.Min(size, long.MaxValue / 1_000_000);
    }

    public NodeKind Kind { get; }

    public Node[] Arguments { get; }

    /// <summary>Symbol, function, relation operator(s), unit, words, brackets of a tuple (<c>"(]"</c>), joiner of a list.</summary>
    public string Name { get; private init; } = "";

    /// <summary>A number's value.</summary>
    public Rational Value { get; private init; }

    /// <summary>A number's digits behind the point; -1 for an exact number (integer, fraction).</summary>
    public int Decimals { get; private init; } = -1;

    /// <summary>A number's significant digits as written, 0 for exact numbers.</summary>
    public int Significant { get; private init; }

    /// <summary>A matrix' number of columns.</summary>
    public int Columns { get; private init; }

    /// <summary>A number that was written as bare digits "12,34": it may be a pair, or a decimal with a comma.</summary>
    public bool CommaPair { get; private init; }

    /// <summary>The nodes of the whole tree, counted again wherever a part is shared: what walking it costs.</summary>
    public long Size { get; }

    public Node this[int index] => Arguments[index];

    public int Count => Arguments.Length;

    public static Node Of(Rational value, int decimals = -1, int significant = 0) => new(NodeKind.Number) { Value = value, Decimals = decimals, Significant = significant };

    public static Node Integer(BigInteger value) => new(NodeKind.Number) { Value = new Rational(value) };

    public static Node Symbol(string name) => new(NodeKind.Symbol) { Name = name };

    public static Node Words(string text) => new(NodeKind.Words) { Name = text };

    public static Node Function(string name, params Node[] arguments) => new(NodeKind.Function, arguments) { Name = name };

    public static Node Make(NodeKind kind, params Node[] arguments) => new(kind, arguments);

    public static Node Named(NodeKind kind, string name, params Node[] arguments) => new(kind, arguments) { Name = name };

    public static Node List(string joiner, bool commaPair, params Node[] arguments) => new(NodeKind.List, arguments) { Name = joiner, CommaPair = commaPair };

    public static Node Matrix(int columns, Node[] entries) => new(NodeKind.Matrix, entries) { Columns = columns };

    public static Node Negate(Node node) => node.Kind == NodeKind.Number
        ? new(NodeKind.Number) { Value = -node.Value, Decimals = node.Decimals, Significant = node.Significant }
        : Make(NodeKind.Multiply, Integer(BigInteger.MinusOne), node);

    public static Node Power(Node @base, Node exponent) => Make(NodeKind.Power, @base, exponent);

    public Node With(Node[] arguments) => new(Kind, arguments) { Name = Name, Value = Value, Decimals = Decimals, Significant = Significant, Columns = Columns, CommaPair = CommaPair };

    public bool Is(NodeKind kind, string name) => Kind == kind && Name == name;

    /// <summary>Whether any node of the tree satisfies the test.</summary>
    public bool Any(Predicate<Node> test)
    {
        if (test(this)) return true;
        foreach (var argument in Arguments)
        {
            if (argument.Any(test)) return true;
        }
        return false;
    }
}
