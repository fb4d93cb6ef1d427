using System.Globalization;
using System.Text;

namespace Ghpo.Models.Tokenization.Patterns;

/// <summary>Reads a regular expression: alternatives, groups, look-around, quantifiers of three kinds, the inline flags i, s, m, x.</summary>
internal sealed class PatternParser(string pattern)
{
    private int _at;
    private bool _ignoreCase;
    private bool _dotAll;
    private bool _extended;

    public PatternSyntax Parse()
    {
        var syntax = Alternatives();
        return _at == pattern.Length ? syntax : throw new FormatException("There is a ')' too many");
    }

    private bool More => _at < pattern.Length;

    private PatternSyntax Alternatives()
    {
        // Flags set inside a group end with it.
        var flags = (_ignoreCase, _dotAll, _extended);
        var branches = new List<PatternSyntax> { Sequence() };
        while (Skip("|"))
            branches.Add(Sequence());
        (_ignoreCase, _dotAll, _extended) = flags;
        return branches.Count == 1 ? branches[0] : new AlternateSyntax(branches);
    }

    private ConcatSyntax Sequence()
    {
        var items = new List<PatternSyntax>();
        while (More && pattern[_at] is not ('|' or ')'))
        {
            if (_extended && char.IsWhiteSpace(pattern[_at]))
                _at++;
            else if (Atom() is { } atom)
                items.Add(Quantified(atom));
        }

        return new ConcatSyntax(items);
    }

    private PatternSyntax Quantified(PatternSyntax item)
    {
        while (More)
        {
            var (least, most) = (0, int.MaxValue);
            if (Skip("?"))
                most = 1;
            else if (Skip("+"))
                least = 1;
            else if (!Skip("*") && !Counts(out least, out most))
                break;
            var kind = Skip("?") ? RepeatKind.Lazy : Skip("+") ? RepeatKind.Possessive : RepeatKind.Greedy;
            item = new RepeatSyntax(item, least, most, kind);
        }

        return item;
    }

    // {n}, {n,}, {,m}, {n,m}; any other brace stands for itself.
    private bool Counts(out int least, out int most)
    {
        (least, most) = (0, int.MaxValue);
        var end = pattern[_at] == '{' ? pattern.IndexOf('}', _at) : -1;
        if (end < 0)
            return false;
        var parts = pattern[(_at + 1)..end].Split(',');
        if (parts.Length > 2 || parts.Any(part => !part.All(char.IsAsciiDigit)) || parts.All(part => part.Length == 0))
            return false;
        if (parts[0].Length > 0)
            least = int.Parse(parts[0]);
        most = parts.Length == 1 ? least : parts[1].Length == 0 ? int.MaxValue : int.Parse(parts[1]);
        if (most < least)
            throw new FormatException($"The quantifier {{{pattern[(_at + 1)..end]}}} counts down");
        _at = end + 1;
        return true;
    }

    private PatternSyntax? Atom()
    {
        var c = pattern[_at];
        switch (c)
        {
            case '(':
                return Group();
            case '[':
                _at++;
                return Set(new ClassParser(pattern, _at).Parse(out _at));
            case '.':
                _at++;
                return new SetSyntax(_dotAll ? CharacterSet.Any : CharacterSet.AnyButNewline);
            case '^':
                _at++;
                return new AnchorSyntax(Anchor.LineStart);
            case '$':
                _at++;
                return new AnchorSyntax(Anchor.LineEnd);
            case '\\':
                return Escape();
            case '*' or '+' or '?':
                throw new FormatException($"There is nothing before '{c}' to repeat");
            default:
                Rune.DecodeFromUtf16(pattern.AsSpan(_at), out var rune, out var length);
                _at += length;
                return Set(CharacterSet.Of(rune.Value));
        }
    }

    private AnchorSyntax? AnchorEscape()
    {
        Anchor? anchor = _at + 1 < pattern.Length ? pattern[_at + 1] switch
        {
            'b' => Anchor.WordBoundary,
            'B' => Anchor.NotWordBoundary,
            'A' => Anchor.TextStart,
            'z' or 'Z' => Anchor.TextEnd,
            _ => null,
        } : null;
        if (anchor is null)
            return null;
        _at += 2;
        return new AnchorSyntax(anchor.Value);
    }

    private PatternSyntax Escape() => AnchorEscape() ?? (PatternSyntax)Set(EscapeParser.Parse(pattern, ref _at));

    private SetSyntax Set(CharacterSet set) => new(_ignoreCase ? set.IgnoreCase() : set);

    private PatternSyntax? Group()
    {
        _at++;
        if (!Skip("?"))
            return Closed(Alternatives());
        if (Skip(":"))
            return Closed(Alternatives());
        if (Skip(">"))
            return new AtomicSyntax(Closed(Alternatives()));
        if (Skip("="))
            return new LookSyntax(Closed(Alternatives()), Behind: false, Negative: false);
        if (Skip("!"))
            return new LookSyntax(Closed(Alternatives()), Behind: false, Negative: true);
        if (Skip("<="))
            return new LookSyntax(Closed(Alternatives()), Behind: true, Negative: false);
        if (Skip("<!"))
            return new LookSyntax(Closed(Alternatives()), Behind: true, Negative: true);
        if (Skip("#"))
        {
            _at = pattern.IndexOf(')', _at) + 1;
            return _at > 0 ? null : throw new FormatException("A comment is not closed");
        }

        if (Skip("P<") || Skip("<"))
        {
            _at = pattern.IndexOf('>', _at) + 1;
            return _at > 0 ? Closed(Alternatives()) : throw new FormatException("The name of a group is not closed");
        }

        return Flags();
    }

    // (?i) holds to the end of the group around it, (?i:…) inside its own.
    private PatternSyntax? Flags()
    {
        var before = (_ignoreCase, _dotAll, _extended);
        for (var on = true; More; _at++)
        {
            switch (pattern[_at])
            {
                case '-':
                    on = false;
                    break;
                case 'i':
                    _ignoreCase = on;
                    break;
                case 's' or 'm':
                    // Oniguruma's m is what others call s; its ^ and $ look at lines anyway.
                    _dotAll = on;
                    break;
                case 'x':
                    _extended = on;
                    break;
                case ')':
                    _at++;
                    return null;
                case ':':
                    _at++;
                    var syntax = Closed(Alternatives());
                    (_ignoreCase, _dotAll, _extended) = before;
                    return syntax;
                default:
                    throw new FormatException($"The group (?{pattern[_at]} is not known here");
            }
        }

        throw new FormatException("A group is not closed");
    }

    private PatternSyntax Closed(PatternSyntax syntax) => Skip(")") ? syntax : throw new FormatException("A group is not closed");

    private bool Skip(string text)
    {
        if (string.CompareOrdinal(pattern, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }
}

/// <summary>Reads <c>[…]</c>: characters, ranges, escapes, nested classes, intersections.</summary>
internal sealed class ClassParser(string pattern, int at)
{
    private int _at = at;

    /// <summary>The set of the class whose opening bracket lies just before; <paramref name="end"/> is behind its closing one.</summary>
    public CharacterSet Parse(out int end)
    {
        var negative = Skip('^');
        var sets = new List<CharacterSet>();
        CharacterSet? intersection = null;
        for (var first = true; ; first = false)
        {
            if (_at >= pattern.Length)
                throw new FormatException("A character class is not closed");
            if (pattern[_at] == ']' && !first)
            {
                _at++;
                break;
            }

            if (string.CompareOrdinal(pattern, _at, "&&", 0, 2) == 0)
            {
                _at += 2;
                intersection = Meet(intersection, sets);
                sets = [];
                continue;
            }

            sets.Add(Item());
        }

        end = _at;
        var set = Meet(intersection, sets);
        return negative ? set.Negate() : set;
    }

    private static CharacterSet Meet(CharacterSet? left, List<CharacterSet> right)
    {
        var union = right.Count == 0 ? new CharacterSet(_ => false) : CharacterSet.Union(right);
        return left is null ? union : left.Intersect(union);
    }

    private CharacterSet Item()
    {
        if (string.CompareOrdinal(pattern, _at, "[:", 0, 2) == 0 && pattern.IndexOf(":]", _at, StringComparison.Ordinal) is > 0 and var close)
        {
            var name = pattern[(_at + 2)..close];
            _at = close + 2;
            return name.StartsWith('^') ? UnicodeProperty.Named(name[1..]).Negate() : UnicodeProperty.Named(name);
        }

        if (Skip('['))
            return new ClassParser(pattern, _at).Parse(out _at);

        var from = Character(out var set);
        if (set is not null || _at + 1 >= pattern.Length || pattern[_at] != '-' || pattern[_at + 1] is ']' or '[')
            return set ?? CharacterSet.Of(from);
        _at++;
        var to = Character(out var notACharacter);
        if (notACharacter is not null || to < from)
            throw new FormatException("A range in a character class is not from a smaller to a larger character");
        return CharacterSet.Range(from, to);
    }

    private int Character(out CharacterSet? set)
    {
        set = null;
        if (pattern[_at] == '\\')
        {
            if (EscapeParser.TryCharacter(pattern, ref _at, out var point))
                return point;
            set = EscapeParser.Parse(pattern, ref _at);
            return -1;
        }

        Rune.DecodeFromUtf16(pattern.AsSpan(_at), out var rune, out var length);
        _at += length;
        return rune.Value;
    }

    private bool Skip(char c)
    {
        if (_at >= pattern.Length || pattern[_at] != c)
            return false;
        _at++;
        return true;
    }
}

/// <summary>Reads what begins with a backslash.</summary>
internal static class EscapeParser
{
    /// <summary>The set of any escape.</summary>
    public static CharacterSet Parse(string pattern, ref int at)
    {
        if (TryCharacter(pattern, ref at, out var point))
            return CharacterSet.Of(point);
        var kind = pattern[at + 1];
        at += 2;
        return kind switch
        {
            's' => CharacterSet.Space,
            'S' => CharacterSet.Space.Negate(),
            'd' => CharacterSet.Digit,
            'D' => CharacterSet.Digit.Negate(),
            'w' => CharacterSet.Word,
            'W' => CharacterSet.Word.Negate(),
            'p' or 'P' => Property(pattern, ref at, kind == 'P'),
            _ => throw new FormatException($"\\{kind} is not known here"),
        };
    }

    /// <summary>An escape that stands for one character.</summary>
    public static bool TryCharacter(string pattern, ref int at, out int point)
    {
        point = 0;
        if (at + 1 >= pattern.Length)
            throw new FormatException("The pattern ends in a backslash");
        var c = pattern[at + 1];
        switch (c)
        {
            case 'n': point = '\n'; break;
            case 'r': point = '\r'; break;
            case 't': point = '\t'; break;
            case 'f': point = '\f'; break;
            case 'v': point = '\v'; break;
            case 'a': point = '\a'; break;
            case 'e': point = 0x1B; break;
            case '0': point = 0; break;
            case 'x' or 'u' or 'U':
                return Hexadecimal(pattern, ref at, out point);
            default:
                if (char.IsAsciiLetterOrDigit(c))
                    return false;
                Rune.DecodeFromUtf16(pattern.AsSpan(at + 1), out var rune, out var length);
                point = rune.Value;
                at += length - 1;
                break;
        }

        at += 2;
        return true;
    }

    // \xHH, \uHHHH, \x{H…}.
    private static bool Hexadecimal(string pattern, ref int at, out int point)
    {
        var braced = at + 2 < pattern.Length && pattern[at + 2] == '{';
        var start = braced ? at + 3 : at + 2;
        var end = braced ? pattern.IndexOf('}', start) : start + (pattern[at + 1] switch { 'x' => 2, 'u' => 4, _ => 8 });
        if (end < 0 || end > pattern.Length || !int.TryParse(pattern[start..end], NumberStyles.AllowHexSpecifier, null, out point))
            throw new FormatException($"\\{pattern[at + 1]} must be followed by hexadecimal digits");
        at = braced ? end + 1 : end;
        return true;
    }

    private static CharacterSet Property(string pattern, ref int at, bool negative)
    {
        if (at >= pattern.Length)
            throw new FormatException("\\p must be followed by a name");
        string name;
        if (pattern[at] == '{')
        {
            var end = pattern.IndexOf('}', at);
            if (end < 0)
                throw new FormatException("The name behind \\p is not closed");
            name = pattern[(at + 1)..end];
            at = end + 1;
        }
        else
        {
            name = pattern[at++].ToString();
        }

        if (name.StartsWith('^'))
            (name, negative) = (name[1..], !negative);
        var set = UnicodeProperty.Named(name);
        return negative ? set.Negate() : set;
    }
}
