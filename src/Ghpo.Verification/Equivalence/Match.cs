namespace Ghpo.Verification.Equivalence;

/// <summary>What comparing two readings says.</summary>
internal enum Match : byte
{
    Equal,
    Rounded,
    Different,
    OtherKind,
    Several,
    Vacuous,
}

internal static class Matches
{
    public static bool IsEqual(this Match match) => match is Match.Equal or Match.Rounded;
}
