using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>Matrices entry by entry; a vector may be a column, a row of coordinates, or nested brackets.</summary>
internal sealed partial class Matcher
{
    private Match CompareMatrices(Node gold, Node answer)
    {
        gold = Matrices.Evaluate(gold, _work) ?? gold;
        answer = Matrices.Evaluate(answer, _work) ?? answer;
        // A column of two may be written as a binomial coefficient looks.
        if (gold is { Kind: NodeKind.Function, Name: "binom", Count: 2 }) gold = Node.Matrix(1, gold.Arguments);
        if (answer is { Kind: NodeKind.Function, Name: "binom", Count: 2 }) answer = Node.Matrix(1, answer.Arguments);
        if (gold.Kind != NodeKind.Matrix && answer.Kind != NodeKind.Matrix) return Decide("matrix", Match.OtherKind);
        if (gold.Kind != NodeKind.Matrix) return Vector(answer, gold, goldIsMatrix: false);
        if (answer.Kind != NodeKind.Matrix) return Vector(gold, answer, goldIsMatrix: true);
        if (gold.Columns != answer.Columns) return Decide("matrix entry by entry", Match.Different);
        return Elementwise("matrix entry by entry", gold.Arguments, answer.Arguments);
    }

    private Match Vector(Node matrix, Node other, bool goldIsMatrix)
    {
        if (other.Kind != NodeKind.Tuple || other.Name is not ("()" or "[]")) return Decide("matrix", Match.OtherKind);
        Node[] entries = other.Arguments;
        if (other.Arguments.All(r => r.Kind == NodeKind.Tuple))
        {
            // [[1, 2], [3, 4]]
            if (other.Arguments.Any(r => r.Count != matrix.Columns) || other.Count * matrix.Columns != matrix.Count) return Decide("matrix entry by entry", Match.Different);
            entries = [.. other.Arguments.SelectMany(r => r.Arguments)];
        }
        else if (matrix.Columns != 1 && matrix.Count != matrix.Columns)
        {
            return Decide("matrix", Match.OtherKind);
        }
        return goldIsMatrix ? Elementwise("vector", matrix.Arguments, entries) : Elementwise("vector", entries, matrix.Arguments);
    }
}
