using System.Numerics;
using Ghpo.Verification.Algebra;
using Ghpo.Verification.Extraction;

namespace Ghpo.Verification.Parsing;

/// <summary>Numbers with thousands in every style, decimals, repeating decimals and exponents.</summary>
internal sealed partial class Lexer
{
    private const int MostLakhGroups = 9;

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
            if (plain && LakhGroups(i, end) is var lakhs and > 0)
            {
                for (; i < lakhs; i++)
                {
                    if (IsDigit(_text[i])) digits.Append(Digit(_text[i]));
                }
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
        else if (i + 1 < end && _text[i] == '.' && IsRepetend(i + 1, end))
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
        _work.SpendOnDigits(digits.Length);
        var mantissa = Value(digits);
        if (hasPoint && Repeating(i, end) is var (repeated, behind) && behind > 0)
        {
            // 0.1\overline{6} = (16 - 1) / 90
            _work.SpendOnDigits(2 * (digits.Length + repeated.Length));
            var nines = BigInteger.Pow(10, repeated.Length) - 1;
            var value = new Rational((mantissa * nines) + BigInteger.Parse(repeated), BigInteger.Pow(10, decimals) * nines);
            AddNumber(value, -1, 0, false, 0);
            return behind;
        }
        if (hasPoint && Ellipsis(i, end) is var ellipsis and > 0 && Period(digits, decimals) is var period and > 0)
        {
            // 0.1666… : the digits that repeat go on.
            _work.SpendOnDigits(2 * (digits.Length + period));
            var nines = BigInteger.Pow(10, period) - 1;
            AddNumber(new Rational((mantissa * nines) + (mantissa % BigInteger.Pow(10, period)), BigInteger.Pow(10, decimals) * nines), -1, 0, false, 0);
            return ellipsis;
        }
        var exponent = Exponent(ref i, end);
        var scale = exponent - decimals;
        if (Math.Abs(scale) > WorkMeter.MostDigits) throw new WorkLimitException();
        if (scale != 0) _work.SpendOnDigits(digits.Length + Math.Abs(scale));
        var number = scale >= 0 ? new Rational(mantissa * BigInteger.Pow(10, scale)) : new Rational(mantissa, BigInteger.Pow(10, -scale));
        AddNumber(number, hasPoint ? decimals - exponent : -1, hasPoint ? Significant(digits) : 0, plain && exponent == 0, lead);
        if (TimesLetter(i, end) is var times and > 0)
        {
            Add('*');
            return times;
        }
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
        else if (rest.StartsWith("{\\,}") || rest.StartsWith("{\\ }")) at = i + 4;
        else if (rest.StartsWith("\\thinspace")) at = i + 10;
        else if (rest.StartsWith("\\mathord{,}") || rest.StartsWith("\\mathpunct{,}") || rest.StartsWith("\\text{,}")) at = i + rest.IndexOf('}') + 1;
        else if (rest.StartsWith("\\_")) at = i + 2;
        else if (!rest.IsEmpty && rest[0] == '_') at = i + 1;
        else if (rest.StartsWith(",\\!")) at = i + 3;
        else if (rest.StartsWith(", \\!") || rest.StartsWith(",\\\\!")) at = i + 4;
        else if (rest.StartsWith("\\!,")) at = i + 3;
        else if (rest.StartsWith("\\,") || rest.StartsWith("\\ ") || rest.StartsWith("\\;") || rest.StartsWith("\\:") || rest.StartsWith("\\!")) at = i + 2;
        else if (!rest.IsEmpty && (rest[0] is '\u2009' or '\u202f' or '\u00a0' or '~')) at = i + 1;
        else if (!rest.IsEmpty && _brackets <= 0 && rest[0] is ',' or ' ' && !(rest[0] == ',' && IsTightList(i, end))) at = i + 1;
        else if (!rest.IsEmpty && rest[0] is '\'' or '’') at = i + 1;
        while (at > 0 && at < end && _text[at] == ' ' && rest[0] == ',' && rest.Length > 1 && rest[1] != ' ') at++;
        if (at < 0 || at + 3 > end) return -1;
        if (!IsDigit(_text[at]) || !IsDigit(_text[at + 1]) || !IsDigit(_text[at + 2])) return -1;
        return at + 3 < end && IsDigit(_text[at + 3]) ? -1 : at;
    }

    /// <summary>"10,20,300": a number with a plain one and a tight comma before it goes on with the list, unless three zeros and the like say otherwise.</summary>
    private bool IsTightList(int i, int end)
    {
        if (i + 1 >= end || _text[i + 1] == '0' || _tokens.Count < 2 || !_tokens[^1].Is(',') || _tokens[^2] is not { Kind: TokenKind.Number, Upright: true }) return false;
        var first = i;
        while (first > 0 && IsDigit(_text[first - 1])) first--;
        return first > 0 && _text[first - 1] == ',';
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

    private bool IsRepetend(int i, int end)
    {
        var rest = _text.AsSpan(i, end - i);
        return rest.StartsWith("\\overline") || rest.StartsWith("\\bar") || rest.StartsWith("\\dot") && !rest.StartsWith("\\dots");
    }

    /// <summary>The digits that repeat: \overline{16}, \bar6, \dot{1}4285\dot{7}, and (16) directly behind decimals.</summary>
    private (string Digits, int Behind) Repeating(int i, int end)
    {
        if (i >= end || i - 1 < 0) return ("", -1);
        if (_text[i] == '(')
        {
            var last = i + 1;
            while (last < end && last - i < 40 && char.IsAsciiDigit(_text[last])) last++;
            if (last == i + 1 || last >= end || _text[last] != ')' || !char.IsAsciiDigit(_text[i - 1])) return ("", -1);
            // Within a calculation it is a product.
            var next = last + 1;
            while (next < end && _text[next] == ' ') next++;
            return next >= end || _text[next] is ',' or ';' or '}' or ')' or ']' or '$' or '%' ? (_text[(i + 1)..last], last + 1) : ("", -1);
        }
        if (!IsRepetend(i, end)) return ("", -1);
        var dotted = _text.AsSpan(i).StartsWith("\\dot");
        var repeated = Marked(ref i, end);
        if (repeated.Length == 0) return ("", -1);
        if (!dotted) return (repeated, i);
        // A dot on the first and the last of the digits that repeat.
        var first = i;
        while (i < end && i - first < 40 && char.IsAsciiDigit(_text[i])) i++;
        var between = _text[first..i];
        if (i < end && IsRepetend(i, end) && Marked(ref i, end) is { Length: > 0 } other) return (repeated + between + other, i);
        return between.Length == 0 ? (repeated, i) : ("", -1);
    }

    /// <summary>The digits under the mark at <paramref name="i"/>, which moves behind them.</summary>
    private string Marked(ref int i, int end)
    {
        var at = i + 1;
        while (at < end && char.IsAsciiLetter(_text[at])) at++;
        while (at < end && _text[at] == ' ') at++;
        if (at >= end) return "";
        if (char.IsAsciiDigit(_text[at]))
        {
            i = at + 1;
            return _text[at..(at + 1)];
        }
        var close = _text[at] == '{' ? BoxScanner.MatchingBrace(_text, at, Math.Min(end, at + 60)) : -1;
        if (close < 0) return "";
        var inner = _text[(at + 1)..close].Trim();
        if (inner.Length == 0 || !inner.All(char.IsAsciiDigit)) return "";
        i = close + 1;
        return inner;
    }

    /// <summary>The end of "…", "..." or \ldots at <paramref name="i"/>, or -1.</summary>
    private int Ellipsis(int i, int end)
    {
        var rest = _text.AsSpan(i, end - i);
        foreach (var dots in (ReadOnlySpan<string>)["...", "…", "\\ldots", "\\dots", "\\cdots"])
        {
            if (rest.StartsWith(dots) && !(rest.Length > dots.Length && (char.IsLetterOrDigit(rest[dots.Length]) || rest[dots.Length] == '.'))) return i + dots.Length;
        }
        return -1;
    }

    /// <summary>How many of the last decimals repeat those before them ("0.3636": 2), or 0.</summary>
    private static int Period(System.Text.StringBuilder digits, int decimals)
    {
        var written = digits.ToString();
        for (var period = 1; period * 2 <= decimals && period <= 30; period++)
        {
            if (written.AsSpan(written.Length - period).SequenceEqual(written.AsSpan(written.Length - (2 * period), period))) return period;
        }
        return 0;
    }

    /// <summary>The end of "1,00,000" behind its first group, or -1: groups of two and a last one of three, of which one begins with a zero (else it may be a list).</summary>
    private int LakhGroups(int i, int end)
    {
        var groups = 0;
        var zero = false;
        while (groups < MostLakhGroups && i + 2 < end && _text[i] == ',' && IsDigit(_text[i + 1]) && IsDigit(_text[i + 2]))
        {
            zero |= _text[i + 1] == '0';
            groups++;
            if (i + 3 >= end || !IsDigit(_text[i + 3]))
            {
                i += 3;
                continue;
            }
            return groups >= 2 && zero && (i + 4 >= end || !(IsDigit(_text[i + 4]) || _text[i + 4] == ',')) ? i + 4 : -1;
        }
        return -1;
    }

    /// <summary>"e-4", "E12" and "\text{e}12" directly behind a number, and " x 10^" as a product sign.</summary>
    private int Exponent(ref int i, int end)
    {
        var at = i;
        if (at + 1 >= end) return 0;
        if (_text[at] == '\\')
        {
            var rest = _text.AsSpan(at, end - at);
            var dress = rest.StartsWith("\\text{") ? 6 : rest.StartsWith("\\mathrm{") ? 8 : -1;
            if (dress < 0 || rest.Length < dress + 3 || rest[dress] is not ('e' or 'E') || rest[dress + 1] != '}') return 0;
            at += dress + 2;
        }
        else if (_text[at] is 'e' or 'E')
        {
            at++;
        }
        else
        {
            return 0;
        }
        var braced = _text[at] == '{';
        if (braced) at++;
        if (at >= end) return 0;
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
        if (braced && (at >= end || _text[at++] != '}')) return 0;
        i = at;
        return negative ? -value : value;
    }

    /// <summary>"6.02 x 10^23": where the letter stands for a product, the place behind it; else -1.</summary>
    private int TimesLetter(int i, int end)
    {
        while (i < end && _text[i] == ' ') i++;
        if (i >= end || _text[i] is not ('x' or 'X')) return -1;
        var behind = ++i;
        while (i < end && _text[i] == ' ') i++;
        if (!_text.AsSpan(i, end - i).StartsWith("10")) return -1;
        for (i += 2; i < end && _text[i] == ' '; i++)
        {
        }
        return i < end && (_text[i] is '^' or '*' || UnicodeMath.Superscript(_text[i]) is not ('\0' or 'n' or 'x')) ? behind : -1;
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
