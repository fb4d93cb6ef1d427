namespace Ghpo.Verification.Equivalence;

/// <summary>
/// A plain number, read without allocating: the common case of verification. Anything else (percent, units, LaTeX beyond one fraction) is left to the parser.
/// </summary>
internal readonly struct FastNumber
{
    private FastNumber(long numerator, long denominator, int decimals, bool isCanonical)
    {
        Numerator = numerator;
        Denominator = denominator;
        Decimals = decimals;
        IsCanonical = isCanonical;
    }

    public long Numerator { get; }

    /// <summary>Positive; not reduced.</summary>
    public long Denominator { get; }

    /// <summary>Digits behind the decimal point.</summary>
    public int Decimals { get; }

    /// <summary>An integer written the shortest way: the text is its own normal form.</summary>
    public bool IsCanonical { get; }

    public bool IsFraction => Denominator != 1 && Decimals == 0;

    public static bool TryRead(ReadOnlySpan<char> text, out FastNumber number)
    {
        number = default;
        if (text.Length is 0 or > 40) return false;
        var i = 0;
        var end = text.Length;
        while (i < end && text[i] == ' ') i++;
        while (end > i && text[end - 1] is ' ') end--;
        var first = i;
        var negative = false;
        if (i < end && text[i] is '-' or '−' or '+')
        {
            negative = text[i] != '+';
            i++;
        }
        if (i < end && text[i] == '$')
        {
            // A price, or a formula of one number.
            i++;
            if (end > i && text[end - 1] == '$')
            {
                end--;
                if (i < end && !negative && text[i] is '-' or '+')
                {
                    negative = text[i] == '-';
                    i++;
                }
            }
        }
        if (i < end && text[i] == '\\') return TryFraction(text[i..end], negative, out number);

        long mantissa = 0;
        int digits = 0, decimals = 0, group = -1;
        var point = false;
        var zeroFirst = i < end && text[i] == '0';
        for (; i < end; i++)
        {
            var c = text[i];
            if (char.IsAsciiDigit(c))
            {
                if (++digits > 17) return false;
                mantissa = (mantissa * 10) + (c - '0');
                if (point) decimals++;
                if (group >= 0) group++;
            }
            else if (c == ',' && !point && digits > 0)
            {
                if ((group < 0 && (digits > 3 || zeroFirst)) || (group >= 0 && group != 3)) return false;
                group = 0;
            }
            else if (c == '.' && !point && (group < 0 || group == 3))
            {
                point = true;
                group = -1;
            }
            else if (c == '/' && digits > 0 && !point && group is < 0 or 3)
            {
                if (!TryDigits(text[(i + 1)..end], out var under) || under == 0) return false;
                number = new(negative ? -mantissa : mantissa, under, 0, false);
                return true;
            }
            else
            {
                return false;
            }
        }
        if (digits == 0 || group is >= 0 and not 3) return false;
        if (point && decimals == 0) point = false;
        var denominator = 1L;
        for (var d = 0; d < decimals; d++) denominator *= 10;
        var canonical = decimals == 0 && end - first == digits + (negative ? 1 : 0) && end == text.Length && first == 0 && (!zeroFirst || digits == 1) && !(negative && (mantissa == 0 || text[0] != '-'));
        number = new(negative ? -mantissa : mantissa, denominator, decimals, canonical);
        return true;
    }

    public bool SameValue(in FastNumber other) => (Int128)Numerator * other.Denominator == (Int128)other.Numerator * Denominator;

    /// <summary>The reduced fraction, as the parser's normal form would write it.</summary>
    public override string ToString()
    {
        var divisor = (long)System.Numerics.BigInteger.GreatestCommonDivisor(Numerator, Denominator);
        var (over, under) = (Numerator / divisor, Denominator / divisor);
        return under == 1 ? over.ToString(System.Globalization.CultureInfo.InvariantCulture) : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{over}/{under}");
    }

    /// <summary><c>\frac{a}{b}</c> and its variants.</summary>
    private static bool TryFraction(ReadOnlySpan<char> text, bool negative, out FastNumber number)
    {
        number = default;
        if (text.StartsWith("\\frac{")) text = text[6..];
        else if (text.StartsWith("\\dfrac{") || text.StartsWith("\\tfrac{")) text = text[7..];
        else return false;
        var close = text.IndexOf('}');
        if (close <= 0 || close + 1 >= text.Length || text[close + 1] != '{' || text[^1] != '}') return false;
        var over = text[..close];
        var minus = over[0] == '-';
        if (minus) over = over[1..];
        if (!TryDigits(over, out var a) || !TryDigits(text[(close + 2)..^1], out var b) || b == 0) return false;
        number = new(negative != minus ? -a : a, b, 0, false);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        if (text.Length is 0 or > 17) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            value = (value * 10) + (c - '0');
        }
        return true;
    }
}
