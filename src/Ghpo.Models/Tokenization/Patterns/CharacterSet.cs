using System.Globalization;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>A set of code points: a test, with its answers for ASCII kept as bits.</summary>
internal sealed class CharacterSet
{
    private readonly Func<int, bool> _contains;
    private readonly UInt128 _ascii;

    public CharacterSet(Func<int, bool> contains)
    {
        _contains = contains;
        for (var c = 0; c < 128; c++)
        {
            if (contains(c))
                _ascii |= UInt128.One << c;
        }
    }

    public static CharacterSet Any { get; } = new(_ => true);

    public static CharacterSet AnyButNewline { get; } = new(c => c != '\n');

    public static CharacterSet Space { get; } = new(UnicodeClass.IsSpace);

    public static CharacterSet Word { get; } = new(UnicodeClass.IsPatternWord);

    public static CharacterSet Digit { get; } = new(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.DecimalDigitNumber);

    public static CharacterSet Of(int codePoint) => new(c => c == codePoint);

    public static CharacterSet Range(int from, int to) => new(c => c >= from && c <= to);

    public bool Contains(int codePoint) => codePoint < 128 ? (_ascii >> codePoint & UInt128.One) != 0 : _contains(codePoint);

    public CharacterSet Negate() => new(c => !Contains(c));

    public CharacterSet Intersect(CharacterSet other) => new(c => Contains(c) && other.Contains(c));

    public static CharacterSet Union(IReadOnlyList<CharacterSet> sets) => sets.Count == 1 ? sets[0] : new(c =>
    {
        foreach (var set in sets)
        {
            if (set.Contains(c))
                return true;
        }

        return false;
    });

    /// <summary>The set with the other case of its characters: simple Unicode folding, with the two letters that fold into ASCII (ſ and the Kelvin sign).</summary>
    public CharacterSet IgnoreCase() => new(c => Contains(c) || Contains(Lower(c)) || Contains(Upper(c)) || Contains(Lower(Upper(c)))
        || (c is 's' or 'S' && Contains(0x17F)) || (c is 'k' or 'K' && Contains(0x212A)));

    private static int Lower(int c) => c == 0x212A ? 'k' : IsScalar(c) ? System.Text.Rune.ToLowerInvariant(new System.Text.Rune(c)).Value : c;

    private static int Upper(int c) => c == 0x17F ? 'S' : IsScalar(c) ? System.Text.Rune.ToUpperInvariant(new System.Text.Rune(c)).Value : c;

    private static bool IsScalar(int c) => System.Text.Rune.IsValid(c);
}
