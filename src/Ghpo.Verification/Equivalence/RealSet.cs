using Ghpo.Verification.Numerics;
using Ghpo.Verification.Parsing;

namespace Ghpo.Verification.Equivalence;

/// <summary>An end of an interval: a value, or infinity.</summary>
internal readonly record struct Endpoint(Node? Value, Ball Place, int Infinity)
{
    public static Endpoint Minus { get; } = new(null, default, -1);

    public static Endpoint Plus { get; } = new(null, default, 1);
}

/// <summary>An interval, or a point.</summary>
internal readonly record struct Piece(Endpoint Low, bool LowClosed, Endpoint High, bool HighClosed);

/// <summary>A set of reals as disjoint intervals in order: what intervals, unions, and inequalities in one variable are compared as.</summary>
internal sealed class RealSet
{
    private readonly Scalars _scalars;

    private RealSet(Scalars scalars, List<Piece> pieces)
    {
        _scalars = scalars;
        Pieces = pieces;
    }

    public List<Piece> Pieces { get; }

    public bool IsEverything => Pieces is [{ Low.Infinity: -1, High.Infinity: 1 }];

    public static RealSet Everything(Scalars scalars) => new(scalars, [new(Endpoint.Minus, false, Endpoint.Plus, false)]);

    public static RealSet Of(Scalars scalars, IEnumerable<Piece> pieces) => new RealSet(scalars, [.. pieces]).Merged();

    public RealSet Union(RealSet other) => Of(_scalars, Pieces.Concat(other.Pieces));

    public RealSet Complement()
    {
        var pieces = new List<Piece>();
        var low = Endpoint.Minus;
        var closed = false;
        foreach (var piece in Pieces)
        {
            if (piece.Low.Infinity == 0) pieces.Add(new(low, closed, piece.Low, !piece.LowClosed));
            low = piece.High;
            closed = !piece.HighClosed;
        }
        if (low.Infinity <= 0) pieces.Add(new(low, closed, Endpoint.Plus, false));
        return Of(_scalars, pieces);
    }

    public RealSet Intersection(RealSet other) => Complement().Union(other.Complement()).Complement();

    public bool SameAs(RealSet other)
    {
        if (Pieces.Count != other.Pieces.Count) return false;
        for (var i = 0; i < Pieces.Count; i++)
        {
            var (a, b) = (Pieces[i], other.Pieces[i]);
            if (a.LowClosed != b.LowClosed || a.HighClosed != b.HighClosed || !Same(a.Low, b.Low) || !Same(a.High, b.High)) return false;
        }
        return true;
    }

    private bool Same(Endpoint a, Endpoint b) => a.Infinity != 0 || b.Infinity != 0 ? a.Infinity == b.Infinity : _scalars.Compare(a.Value!, b.Value!).IsEqual();

    private int Order(Endpoint a, Endpoint b)
    {
        _scalars.Work.Spend(10);
        if (a.Infinity != 0 || b.Infinity != 0) return a.Infinity.CompareTo(b.Infinity);
        var difference = a.Place.Minus(b.Place, 192);
        return difference.ContainsZero || _scalars.Compare(a.Value!, b.Value!).IsEqual() ? 0 : difference.Sign;
    }

    private bool ComesBefore(Piece p, Piece q) => Order(p.Low, q.Low) is var order && (order < 0 || (order == 0 && p.LowClosed && !q.LowClosed));

    private RealSet Merged()
    {
        var pieces = Pieces.FindAll(p => Order(p.Low, p.High) is var order && (order < 0 || (order == 0 && p.LowClosed && p.HighClosed)));
        // Insertion, since an order that may run out of work must not throw inside of a library's sort.
        for (var i = 1; i < pieces.Count; i++)
        {
            for (var j = i; j > 0 && ComesBefore(pieces[j], pieces[j - 1]); j--) (pieces[j], pieces[j - 1]) = (pieces[j - 1], pieces[j]);
        }
        var merged = new List<Piece>();
        foreach (var piece in pieces)
        {
            if (merged.Count > 0 && merged[^1] is var last && Order(piece.Low, last.High) is var gap && (gap < 0 || (gap == 0 && (piece.LowClosed || last.HighClosed))))
            {
                var end = Order(piece.High, last.High);
                merged[^1] = end > 0 ? last with { High = piece.High, HighClosed = piece.HighClosed }
                    : end == 0 ? last with { HighClosed = last.HighClosed || piece.HighClosed } : last;
            }
            else
            {
                merged.Add(piece);
            }
        }
        return new(_scalars, merged);
    }
}
