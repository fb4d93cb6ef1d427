using Ghpo.Verification.Extraction;

namespace Ghpo.Verification.Parsing;

/// <summary>Commands that dress their argument: <c>\text</c>, <c>\mathrm</c>, <c>\boldsymbol</c>, …</summary>
internal sealed partial class Lexer
{
    private int Dressed(string name, bool words, int i, int end)
    {
        while (i < end && _text[i] is ' ' or '*' or '\n') i++;
        if (name is "color" && i < end && _text[i] == '{') return BoxScanner.MatchingBrace(_text, i, end) is var shut and >= 0 ? shut + 1 : end;
        if (name is "textcolor" && i < end && _text[i] == '{')
        {
            var shut2 = BoxScanner.MatchingBrace(_text, i, end);
            if (shut2 < 0) return end;
            i = shut2 + 1;
        }
        if (i >= end) return end;
        if (_text[i] != '{')
        {
            // "\mathrm R", "\text cm" : one letter or command is the argument; it is read as it stands.
            if (char.IsAsciiLetter(_text[i]))
            {
                Add(TokenKind.Letter, Vocabulary.Intern(_text.AsSpan(i, 1)), upright: true);
                return i + 1;
            }
            return i;
        }
        var close = BoxScanner.MatchingBrace(_text, i, end);
        var stop = close < 0 ? end : close;
        var inner = _text.AsSpan(i + 1, stop - i - 1).Trim(" ~\t\n");
        if (inner.Length > 0)
        {
            if (inner is "%" or "\\%") Add('%');
            else if (words && IsMeasure(inner)) Measure(i + 1, stop);
            else if (words ? IsWords(inner) && !IsLetterList(inner) && !IsNumberList(inner) : IsUpright(inner)) AddDressed(name, inner);
            else if (inner is not ".")
            {
                var upright = char.IsLetter(inner[0]) && inner.Length <= 40 && name is "mathrm" or "text" or "textrm";
                Inline(i + 1, stop, open: upright || inner.Length == 1, upright);
            }
        }
        _spaced = words;
        return close < 0 ? end : close + 1;
    }

    private void AddDressed(string name, ReadOnlySpan<char> inner)
    {
        // \text{th} makes an ordinal; only without a dress of words is it a hyperbolic tangent.
        if (name == "operatorname" || (inner.Length > 1 && Vocabulary.Functions.Contains(inner.ToString()) && !(inner is "th" or "sh" or "ch" && Vocabulary.WordDress.Contains(name))))
        {
            Add(TokenKind.Word, Vocabulary.Intern(inner), upright: true);
        }
        else if (inner.Length == 1 && UnicodeMath.Command(inner[0]) is { } command)
        {
            AddCommand(command);
        }
        else if (inner.Length == 1 && inner[0] < 128)
        {
            Add(TokenKind.Letter, Vocabulary.Intern(inner), upright: name is not ("mathbf" or "mathit" or "boldsymbol" or "bm" or "mathcal" or "pmb" or "boxed" or "fbox"));
        }
        else
        {
            Add(TokenKind.Text, inner.ToString(), upright: true);
        }
    }

    /// <summary>The argument is mathematics after all: read in place, as a group.</summary>
    private void Inline(int start, int end, bool open, bool upright)
    {
        if (++_dress > 20) throw new WorkLimitException();
        // "\mathrm{m/s^2}" stays open, so that its letters can be a unit; so does "\mathbf{4}\mathbf{5}".
        if (!open) Add('{');
        var before = _upright;
        _upright = upright;
        Run(start, end);
        _upright = before;
        if (!open) Add('}');
        _dress--;
    }

    /// <summary>The commands of siunitx: \SI{5}{\meter\per\second}, \num{1.5e3}, \ang{45}.</summary>
    private int Quantity(string name, int i, int end)
    {
        if (_text[i] == '[')
        {
            var options = _text.IndexOf(']', i, end - i);
            if (options < 0) return end;
            i = options + 1;
        }
        for (var part = name is "si" or "unit" ? 1 : 0; part < (name is "num" or "ang" ? 1 : 2); part++)
        {
            if (i >= end || _text[i] != '{') return i;
            var close = BoxScanner.MatchingBrace(_text, i, end);
            var stop = close < 0 ? end : close;
            _spaced = true;
            Inline(i + 1, stop, open: part == 1, upright: part == 1);
            i = close < 0 ? end : close + 1;
        }
        if (name == "ang") AddDegree();
        return i;
    }

    /// <summary>A unit's name that was written as a command: \meter, \per, \squared.</summary>
    private void AddUnit(string name)
    {
        switch (name)
        {
            case "per": Add('/'); break;
            case "squared" or "cubed":
                Add('^');
                AddNumber(name == "squared" ? 2 : 3, -1, 0, true, 1);
                break;
            default: Add(TokenKind.Word, name, upright: true); break;
        }
    }

    /// <summary>Letters, spaces and punctuation: words. With digits or signs of mathematics it is a formula in words' dress ("\text{290}").</summary>
    private static bool IsWords(ReadOnlySpan<char> text)
    {
        var letters = 0;
        foreach (var c in text)
        {
            if (char.IsLetter(c)) letters++;
            else if (c is '\\' or '$' or '=' or '^' or '{' or '+' or '*' or '<' or '>') return false;
        }
        return letters > 0;
    }

    private static readonly System.Buffers.SearchValues<char> NumberCharacters = System.Buffers.SearchValues.Create("0123456789.,:");

    /// <summary>The number is read in place, the word as words.</summary>
    private void Measure(int start, int end)
    {
        while (_text[start] is ' ' or '~' or '\t' or '\n') start++;
        var space = _text.IndexOf(' ', start, end - start);
        Run(start, space);
        _spaced = true;
        Add(TokenKind.Text, _text[space..end].Trim(), upright: true);
    }

    /// <summary>"10 percent", "5 cm", "3:45 p.m.": a number and one word.</summary>
    private static bool IsMeasure(ReadOnlySpan<char> text)
    {
        var space = text.IndexOf(' ');
        if (space <= 0 || text[..space].ContainsAnyExcept(NumberCharacters) || !char.IsAsciiDigit(text[0])) return false;
        foreach (var c in text[(space + 1)..])
        {
            if (!(char.IsAsciiLetter(c) || c == '.')) return false;
        }
        return text[(space + 1)..] is not ("and" or "or");
    }

    /// <summary>"1, 2, and 3": numbers between separators are a list.</summary>
    private static bool IsNumberList(ReadOnlySpan<char> text)
    {
        if (text.Length > 80 || !(char.IsAsciiDigit(text[0]) || text[0] is '-') || !text.ContainsAny(',', ' ')) return false;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsLetter(text[i]))
            {
                if (!(char.IsAsciiDigit(text[i]) || text[i] is ' ' or ',' or '.' or '-' or '/' or ';')) return false;
                continue;
            }
            var start = i;
            while (i + 1 < text.Length && char.IsLetter(text[i + 1])) i++;
            if (text[start..(i + 1)] is not ("and" or "or")) return false;
        }
        return true;
    }

    /// <summary>"A and E", "B, C": single letters between separators are a list.</summary>
    private static bool IsLetterList(ReadOnlySpan<char> text)
    {
        if (text.Length > 40 || text.ContainsAny('.', '/')) return false;
        var letters = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsLetter(text[i])) continue;
            var start = i;
            while (i + 1 < text.Length && char.IsLetter(text[i + 1])) i++;
            var word = text[start..(i + 1)];
            if (word is [>= 'A' and <= 'Z']) letters++;
            else if (word is not ("and" or "or")) return false;
        }
        return letters >= 2;
    }

    private static bool IsUpright(ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (!(char.IsLetter(c) || c is ' ' or '~' or '.' or '-' or '/')) return false;
            // A hyphen joins two words; "p - q" is a difference.
            if (c is '-' && !(i > 1 && i + 2 < text.Length && char.IsLetter(text[i - 1]) && char.IsLetter(text[i - 2]) && char.IsLetter(text[i + 1]) && char.IsLetter(text[i + 2]))) return false;
        }
        return char.IsLetter(text[0]);
    }
}
