using System.Numerics;
using Ghpo.Verification.Algebra;
using Ghpo.Verification.Extraction;

namespace Ghpo.Verification.Parsing;

/// <summary>Numbers with thousands in every style, decimals, repeating decimals and exponents.</summary>
internal sealed partial class Lexer
{
    private int Number(int i, int end)
    {
        var digits = new System.Text.StringBuilder(24);
        var decimals = 0;
        var plain = true;
        var start = i;
        while (i < end && IsDigit(_text[i])) digits.Append(Digit(_text[i++]));
        var lead = i - start;
        if (lead is >= 1 and <= 3 && !(lead > 1 && digits[0] == '0') && !(lead == 1 && digits[0] == '0'))
        {
            for (int next; (next = Group(i, end)) > 0;)
            {
                for (var d = next; d < next + 3; d++) digits.Append(Digit(_text[d]));
                i = next + 3;
                plain = false;
            }
        }
        var hasPoint = false;
        if (i < end && _text[i] == '.' && i + 1 < end && IsDigit(_text[i + 1]))
        {
            if (plain && DotGroups(i, end) is var stop and > 0)
            {
                for (; i < stop; i++)
                {
                    if (IsDigit(_text[i])) digits.Append(Digit(_text[i]));
                }
                plain = false;
                // "1.234,56": behind thousands in points, the comma begins the decimals.
                if (IsDecimalComma(i, end))
                {
                    hasPoint = true;
                    i++;
                }
            }
            else
            {
                hasPoint = true;
                i++;
            }
        }
        else if (i > start && IsIdlePoint(i, end))
        {
            i++;
        }
        else if (i + 3 < end && _text.AsSpan(i).StartsWith("{,}") && IsDigit(_text[i + 3]))
        {
            hasPoint = true;
            i += 3;
        }
        else if (i + 1 < end && _text[i] == '.' && (_text.AsSpan(i + 1).StartsWith("\\overline{") || _text.AsSpan(i + 1).StartsWith("\\dot{") || _text.AsSpan(i + 1).StartsWith("\\bar{")))
        {
            hasPoint = true;
            i++;
        }
        if (hasPoint)
        {
            plain = false;
            while (i < end && IsDigit(_text[i]))
            {
                digits.Append(Digit(_text[i++]));
                decimals++;
            }
            // Decimals may be grouped as well: 3.141\,592.
            while (i + 4 < end && _text[i] == '\\' && _text[i + 1] == ',' && IsDigit(_text[i + 2]) && IsDigit(_text[i + 3]) && IsDigit(_text[i + 4]))
            {
                for (i += 2; i < end && IsDigit(_text[i]); i++, decimals++) digits.Append(Digit(_text[i]));
            }
        }
        if (digits.Length > WorkMeter.MostDigits) throw new WorkLimitException();
        if (digits.Length == 0) digits.Append('0');
        _work.Spend(digits.Length);
        var mantissa = Value(digits);
        if (hasPoint && Repeating(i, end) is var (repeated, behind) && behind > 0)
        {
            // 0.1\overline{6} = (16 - 1) / 90
            var nines = BigInteger.Pow(10, repeated.Length) - 1;
            var value = new Rational((mantissa * nines) + BigInteger.Parse(repeated), BigInteger.Pow(10, decimals) * nines);
            AddNumber(value, -1, 0, false, 0);
            return behind;
        }
        var exponent = Exponent(ref i, end);
        var scale = exponent - decimals;
        if (Math.Abs(scale) > WorkMeter.MostDigits) throw new WorkLimitException();
        var number = scale >= 0 ? new Rational(mantissa * BigInteger.Pow(10, scale)) : new Rational(mantissa, BigInteger.Pow(10, -scale));
        AddNumber(number, hasPoint ? decimals - exponent : -1, hasPoint ? Significant(digits) : 0, plain && exponent == 0, lead);
        return i;
    }

    private void AddNumber(Rational value, int decimals, int significant, bool plain, int digits)
    {
        _tokens.Add(new() { Kind = TokenKind.Number, Name = "", Value = value, Decimals = decimals, Significant = significant, Spaced = _spaced, Upright = plain, Digits = digits });
        _spaced = false;
    }

    /// <summary>Where three more digits begin behind a thousands separator at <paramref name="i"/>, or -1.</summary>
    private int Group(int i, int end)
    {
        var at = -1;
        var rest = _text.AsSpan(i, end - i);
        if (rest.StartsWith("{,}")) at = i + 3;
        else if (rest.StartsWith(",\\!")) at = i + 3;
        else if (rest.StartsWith(", \\!") || rest.StartsWith(",\\\\!")) at = i + 4;
        else if (rest.StartsWith("\\!,")) at = i + 3;
        else if (rest.StartsWith("\\,") || rest.StartsWith("\\ ") || rest.StartsWith("\\;") || rest.StartsWith("\\:") || rest.StartsWith("\\!")) at = i + 2;
        else if (!rest.IsEmpty && (rest[0] is '\u2009' or '\u202f' or '\u00a0' or '~')) at = i + 1;
        else if (!rest.IsEmpty && _brackets <= 0 && (rest[0] is ',' or ' ')) at = i + 1;
        else if (!rest.IsEmpty && rest[0] is '\'' or '’') at = i + 1;
        while (at > 0 && at < end && _text[at] == ' ' && rest[0] == ',' && rest.Length > 1 && rest[1] != ' ') at++;
        if (at < 0 || at + 3 > end) return -1;
        if (!IsDigit(_text[at]) || !IsDigit(_text[at + 1]) || !IsDigit(_text[at + 2])) return -1;
        return at + 3 < end && IsDigit(_text[at + 3]) ? -1 : at;
    }

    /// <summary>The end of "1.234.567" behind its first group, or -1: at least two groups, so that no decimal is meant.</summary>
    private int DotGroups(int i, int end)
    {
        var groups = 0;
        while (i + 3 < end && _text[i] == '.' && IsDigit(_text[i + 1]) && IsDigit(_text[i + 2]) && IsDigit(_text[i + 3]) && (i + 4 >= end || !IsDigit(_text[i + 4])))
        {
            groups++;
            i += 4;
        }
        return groups >= 2 || (groups == 1 && IsDecimalComma(i, end)) ? i : -1;
    }

    /// <summary>A comma with one, two or more than three digits and nothing else behind it, outside of brackets.</summary>
    private bool IsDecimalComma(int i, int end)
    {
        if (_brackets > 0 || i >= end || _text[i] != ',') return false;
        var digits = 0;
        while (i + 1 + digits < end && IsDigit(_text[i + 1 + digits])) digits++;
        var behind = i + 1 + digits;
        return digits > 0 && digits != 3 && (behind >= end || _text[behind] is not (',' or '.'));
    }

    /// <summary>"1./3" and "6.\times 10^5": a point without decimals, in front of an operation.</summary>
    private bool IsIdlePoint(int i, int end)
    {
        if (i + 1 >= end || _text[i] != '.') return false;
        var rest = _text.AsSpan(i + 1, end - i - 1);
        return rest[0] is '/' or '*' or '^' or ')' or ']' or '+' or '-' || rest.StartsWith("\\times") || rest.StartsWith("\\cdot") || rest.StartsWith("\\div")
            || (rest[0] is 'e' or 'E' && rest.Length > 1 && (IsDigit(rest[1]) || (rest[1] is '-' or '+' && rest.Length > 2 && IsDigit(rest[2]))));
    }

    private (string Digits, int Behind) Repeating(int i, int end)
    {
        var rest = _text.AsSpan(i, end - i);
        var open = rest.StartsWith("\\overline{") ? i + 9 : rest.StartsWith("\\bar{") || rest.StartsWith("\\dot{") ? i + 4 : -1;
        if (open < 0) return ("", -1);
        var close = BoxScanner.MatchingBrace(_text, open, Math.Min(end, open + 60));
        if (close < 0) return ("", -1);
        var inner = _text[(open + 1)..close].Trim();
        return inner.Length > 0 && inner.All(char.IsAsciiDigit) ? (inner, close + 1) : ("", -1);
    }

    /// <summary>"e-4" and "E12" directly behind a number.</summary>
    private int Exponent(ref int i, int end)
    {
        if (i + 1 >= end || _text[i] is not ('e' or 'E')) return 0;
        var at = i + 1;
        var negative = false;
        if (UnicodeMath.Plain(_text[at]) is '-' or '+')
        {
            negative = UnicodeMath.Plain(_text[at]) == '-';
            at++;
        }
        var first = at;
        var value = 0;
        while (at < end && IsDigit(_text[at]) && at - first < 6) value = (value * 10) + (Digit(_text[at++]) - '0');
        if (at == first || (at < end && char.IsLetterOrDigit(_text[at]))) return 0;
        i = at;
        return negative ? -value : value;
    }

    private static int Significant(System.Text.StringBuilder digits)
    {
        var zeros = 0;
        while (zeros < digits.Length && digits[zeros] == '0') zeros++;
        return digits.Length - zeros;
    }

    private static BigInteger Value(System.Text.StringBuilder digits)
    {
        if (digits.Length <= 18)
        {
            long value = 0;
            for (var i = 0; i < digits.Length; i++) value = (value * 10) + (digits[i] - '0');
            return value;
        }
        return BigInteger.Parse(digits.ToString());
    }

    private static bool IsDigit(char c) => c is >= '0' and <= '9' or >= '０' and <= '９';

    private static char Digit(char c) => UnicodeMath.Plain(c);
}
