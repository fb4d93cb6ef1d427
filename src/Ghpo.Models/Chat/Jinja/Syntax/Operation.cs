using Ghpo.Models.Chat.Jinja.Library;
using Ghpo.Models.Chat.Jinja.Values;

namespace Ghpo.Models.Chat.Jinja.Syntax;

internal sealed record Not(Expression Operand) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => !PythonType.IsTrue(Operand.Evaluate(scope, rendering));
}

/// <summary><c>and</c>, <c>or</c>: the value of the operand that decides.</summary>
internal sealed record Logical(bool IsAnd, Expression Left, Expression Right) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering)
    {
        var left = Left.Evaluate(scope, rendering);
        return PythonType.IsTrue(left) == IsAnd ? Right.Evaluate(scope, rendering) : left;
    }
}

internal sealed record Sign(bool IsMinus, Expression Operand) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) => Arithmetic.Sign(IsMinus, Operand.Evaluate(scope, rendering));
}

internal sealed record Binary(string Operator, Expression Left, Expression Right) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) =>
        Arithmetic.Apply(Operator, Left.Evaluate(scope, rendering), Right.Evaluate(scope, rendering), rendering);
}

/// <summary><c>a ~ b ~ c</c>: everything as text.</summary>
internal sealed record Concatenation(IReadOnlyList<Expression> Parts) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering) =>
        rendering.Budget.Text(string.Concat(Parts.Select(part => rendering.Str(part.Evaluate(scope, rendering)))));
}

/// <summary>A chain of comparisons: <c>a &lt; b &lt;= c</c> is <c>a &lt; b and b &lt;= c</c>, with b evaluated once.</summary>
internal sealed record Comparison(Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression
{
    protected override object? Value(Scope scope, Rendering rendering)
    {
        var left = First.Evaluate(scope, rendering);
        foreach (var (operation, operand) in Rest)
        {
            var right = operand.Evaluate(scope, rendering);
            if (!Holds(operation, left, right, rendering.Dialect))
                return false;
            left = right;
        }

        return true;
    }

    public static bool Holds(string operation, object? left, object? right, TemplateDialect dialect) => operation switch
    {
        "==" => PythonCompare.Equal(left, right, dialect),
        "!=" => !PythonCompare.Equal(left, right, dialect),
        "in" => PythonCompare.Contains(right, left, dialect),
        "not in" => !PythonCompare.Contains(right, left, dialect),
        "<" => PythonCompare.Compare(left, right, "<") < 0,
        "<=" => PythonCompare.Compare(left, right, "<=") <= 0,
        ">" => PythonCompare.Compare(left, right, ">") > 0,
        _ => PythonCompare.Compare(left, right, ">=") >= 0,
    };
}
