namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>A pattern as it is written.</summary>
internal abstract record PatternSyntax
{
    /// <summary>The fewest and the most characters it can match; the most is null where there is no limit.</summary>
    public abstract (int Least, int? Most) Length { get; }

    /// <summary>The matcher of this, followed by <paramref name="next"/>.</summary>
    public abstract PatternNode Compile(PatternNode next);
}

internal sealed record SetSyntax(CharacterSet Set) : PatternSyntax
{
    public override (int Least, int? Most) Length => (1, 1);

    public override PatternNode Compile(PatternNode next) => new SetNode(Set, next);
}

internal sealed record ConcatSyntax(IReadOnlyList<PatternSyntax> Items) : PatternSyntax
{
    public override (int Least, int? Most) Length => Items.Aggregate((Least: 0, Most: (int?)0), (sum, item) => (sum.Least + item.Length.Least, sum.Most + item.Length.Most));

    public override PatternNode Compile(PatternNode next)
    {
        for (var i = Items.Count - 1; i >= 0; i--)
            next = Items[i].Compile(next);
        return next;
    }
}

internal sealed record AlternateSyntax(IReadOnlyList<PatternSyntax> Branches) : PatternSyntax
{
    public override (int Least, int? Most) Length => (Branches.Min(branch => branch.Length.Least), Branches.Any(branch => branch.Length.Most is null) ? null : Branches.Max(branch => branch.Length.Most));

    public override PatternNode Compile(PatternNode next) => new AlternateNode([.. Branches.Select(branch => branch.Compile(next))]);
}

internal enum RepeatKind
{
    Greedy,
    Lazy,
    Possessive,
}

internal sealed record RepeatSyntax(PatternSyntax Item, int Least, int Most, RepeatKind Kind) : PatternSyntax
{
    private const int LargestExpansion = 1000;

    public override (int Least, int? Most) Length => (Item.Length.Least * Least, Most == int.MaxValue ? null : Item.Length.Most * Most);

    public override PatternNode Compile(PatternNode next)
    {
        if (Item is SetSyntax single)
            return new SetRepeatNode(single.Set, Least, Most, Kind, next);
        if (Kind == RepeatKind.Possessive)
            return new AtomicNode(Expand(PatternNode.Accept, RepeatKind.Greedy), next);
        return Expand(next, Kind);
    }

    private PatternNode Expand(PatternNode next, RepeatKind kind)
    {
        if (Least > LargestExpansion || (Most != int.MaxValue && Most > LargestExpansion))
            throw new FormatException($"A group is repeated more than {LargestExpansion} times");
        if (Most == int.MaxValue)
        {
            if (Item.Length.Least == 0)
                throw new FormatException("A group that can match nothing is repeated without limit, which is not supported");
            next = new LoopNode(Item, kind == RepeatKind.Lazy, next);
        }
        else
        {
            var end = next;
            for (var i = Least; i < Most; i++)
                next = new AlternateNode(kind == RepeatKind.Lazy ? [end, Item.Compile(next)] : [Item.Compile(next), end]);
        }

        for (var i = 0; i < Least; i++)
            next = Item.Compile(next);
        return next;
    }
}

internal sealed record LookSyntax(PatternSyntax Item, bool Behind, bool Negative) : PatternSyntax
{
    public override (int Least, int? Most) Length => (0, 0);

    public override PatternNode Compile(PatternNode next)
    {
        if (!Behind)
            return new LookAheadNode(Item.Compile(PatternNode.Accept), Negative, next);
        var (least, most) = Item.Length;
        return new LookBehindNode(Item, least, most ?? throw new FormatException("What a look-behind looks for must have a limited length"), Negative, next);
    }
}

internal sealed record AtomicSyntax(PatternSyntax Item) : PatternSyntax
{
    public override (int Least, int? Most) Length => Item.Length;

    public override PatternNode Compile(PatternNode next) => new AtomicNode(Item.Compile(PatternNode.Accept), next);
}

internal sealed record AnchorSyntax(Anchor Anchor) : PatternSyntax
{
    public override (int Least, int? Most) Length => (0, 0);

    public override PatternNode Compile(PatternNode next) => new AnchorNode(Anchor, next);
}
