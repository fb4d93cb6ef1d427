using System.Numerics;

namespace Ghpo.Verification.Algebra;

internal enum AtomKind : byte
{
    /// <summary>A prime (or a large number that is not factored); only fractional powers stay in monomials.</summary>
    Prime,

    /// <summary>The imaginary unit.</summary>
    Imaginary,

    /// <summary>A variable, π or e.</summary>
    Symbol,

    /// <summary>A polynomial under a root.</summary>
    Root,

    /// <summary>Anything else: a function's value, a power with a symbolic exponent. Two of them may be dependent.</summary>
    Opaque,
}

internal sealed record Atom(int Index, AtomKind Kind, string Key, BigInteger Prime, Polynomial? Base);

/// <summary>The things that monomials are made of, numbered in the order of their first use.</summary>
internal sealed class AtomTable
{
    private readonly List<Atom> _atoms = [];
    private readonly Dictionary<string, int> _byKey = new(StringComparer.Ordinal);

    public Atom this[int index] => _atoms[index];

    public int Of(AtomKind kind, string key, BigInteger prime = default, Polynomial? @base = null)
    {
        if (_byKey.TryGetValue(key, out var index)) return index;
        index = _atoms.Count;
        _atoms.Add(new(index, kind, key, prime, @base));
        _byKey.Add(key, index);
        return index;
    }
}
