using System.Text;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Algebra;

/// <summary>Normal forms as text: for keys, and for people.</summary>
internal sealed partial class NormalForm
{
    public string Text(Fraction fraction)
    {
        var over = Text(fraction.Over);
        work.Spend(over.Length / 4);
        return fraction.Under.IsOne ? over : "(" + over + ")/(" + Text(fraction.Under) + ")";
    }

    /// <summary>A text that is the same for the same structure, with every expression in it in normal form.</summary>
    public string Key(Node node)
    {
        work.Spend(10);
        if (node.Kind == NodeKind.Number) work.SpendOnBits(node.Value.Bits);
        if (node.Kind != NodeKind.Function && node.Kind != NodeKind.Symbol && Shapes.IsScalar(node) && Of(node) is { } form) return Text(form);
        if (node.Kind == NodeKind.Function && node.Name is "sum" or "prod" && node.Count == 4)
        {
            // The name of the running variable does not matter.
            var body = Substitution.Apply(node[0], node[1].Name, Node.Symbol("•"), work);
            return node.Name + "[" + Key(node[2]) + ".." + Key(node[3]) + "](" + Key(body) + ")";
        }
        var key = new StringBuilder();
        key.Append(node.Kind switch
        {
            NodeKind.Number => node.Value.ToString(),
            NodeKind.Symbol or NodeKind.Words => node.Name,
            NodeKind.Function => node.Name.TrimStart('$'),
            NodeKind.Relation => node.Name,
            NodeKind.Set => "set",
            NodeKind.Tuple => node.Name,
            _ => node.Kind.ToString().ToLowerInvariant(),
        });
        if (node.Count == 0) return key.ToString();
        key.Append('(');
        for (var i = 0; i < node.Count; i++)
        {
            if (i > 0) key.Append(", ");
            key.Append(Key(node[i]));
            if (key.Length > 50_000) throw new WorkLimitException();
        }
        work.Spend(key.Length / 4);
        return key.Append(')').ToString();
    }

    private string Text(Polynomial polynomial)
    {
        if (polynomial.IsConstant)
        {
            work.SpendOnBits(polynomial.Value.Bits);
            return polynomial.Value.ToString();
        }
        var terms = new List<(string Key, Rational Coefficient)>(polynomial.Count);
        foreach (var (monomial, coefficient) in polynomial.Terms)
        {
            work.Spend(20);
            work.SpendOnBits(coefficient.Bits);
            terms.Add((Text(monomial), coefficient));
        }
        terms.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        var text = new StringBuilder();
        foreach (var (key, coefficient) in terms)
        {
            var size = coefficient;
            if (coefficient.Sign < 0)
            {
                text.Append(text.Length == 0 ? "-" : " - ");
                size = -coefficient;
            }
            else if (text.Length > 0)
            {
                text.Append(" + ");
            }
            if (key.Length == 0) text.Append(size.ToString());
            else if (size.IsOne) text.Append(key);
            else text.Append(size.ToString()).Append('*').Append(key);
            if (text.Length > 50_000) throw new WorkLimitException();
        }
        return text.ToString();
    }

    private string Text(Monomial monomial)
    {
        if (monomial.IsOne) return "";
        work.SpendOnBits(monomial.Bits);
        var factors = new List<string>(monomial.Factors.Length);
        foreach (var (atom, exponent) in monomial.Factors)
        {
            var key = _atoms[atom].Key;
            work.Spend(key.Length / 4);
            if (_atoms[atom].Kind == AtomKind.Symbol && key.StartsWith("ln", StringComparison.Ordinal) && key.Length > 2) key = "ln(" + key[2..] + ")";
            factors.Add(exponent.IsOne ? key : exponent == Rational.Half ? "sqrt(" + key + ")" : exponent.IsInteger && exponent.Sign > 0 ? key + "^" + exponent : key + "^(" + exponent + ")");
        }
        factors.Sort(string.CompareOrdinal);
        return string.Join('*', factors);
    }
}
