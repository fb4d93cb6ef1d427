using System.Text;

namespace Ghpo.Verification.Tests;

/// <summary>Makes pairs that nobody would write: samples with changes, LaTeX from a grammar, garbage, and bombs of every size.</summary>
internal sealed class Fuzzer(int seed, IReadOnlyList<(string Gold, string Candidate)> samples)
{
    private static readonly string[] Pieces =
    [
        "\\frac", "\\dfrac{", "\\sqrt", "\\sqrt[3]{", "^", "_", "{", "}", "(", ")", "[", "]", "\\{", "\\}", "|", "\\left", "\\right", "\\left.", "$", "$$", "\\(", "\\)", "\\[", "\\]", "&", "\\\\", "\\boxed{", "\\fbox{",
        "\\begin{pmatrix}", "\\end{pmatrix}", "\\begin{array}{cc}", "\\end{array}", "\\begin{cases}", "\\end{cases}", "\\begin{aligned}", "\\end{aligned}", "\\text{", "\\mathrm{cm}", "\\pm", "\\mp", "\\cup", "\\cap", "\\setminus",
        "\\in", "\\mathbb{R}", "\\infty", "\\emptyset", "=", "<", ">", "\\le", "\\ge", "\\ne", "\\equiv", "\\pmod{7}", "\\bmod", "!", "!!", "%", "\\%", "°", "^\\circ", "'", ",", ";", ":", ".", "...", " or ", " and ", "\\lfloor", "\\rfloor",
        "\\lceil", "\\rceil", "\\sum_{k=1}^{n}", "\\prod_{j=0}^{99}", "\\int_0^1", "\\lim_{x\\to 0}", "\\binom{n}{k}", "\\binom", "\\log_2", "\\ln", "\\sin", "\\arctan", "e^{i\\pi}", "10^{10}", "9^{9^{9}}", "1e999999", "1e-99999", "0.\\overline{3}",
        "99999999999999999999999999999999", "1{,}000", "1 000", "1.234.567", "101_2", "\\pi", "e", "i", "x", "x_1", "f(x)", "y'", "\\alpha", "+", "-", "*", "/", "\\cdot", "\\times", "\\div", "½", "²", "√", "−", "∞", "≤", "\ud800", "\udfff", "\u200b",
        "日本", "答案是", "the answer is ", "####", "<answer>", "</answer>", "</think>", "\\overline{", "\\vec{", "\\hat", "\\over", "\\choose", "\\gcd(", "\\max(", "\\det", "^T", "\\cdots", "\\phantom{", "\\textcolor{red}{", "\0", "\n", "\t", " ",
    ];

    private static readonly string[] Functions = ["\\sin", "\\cos", "\\tan", "\\arcsin", "\\arctan", "\\ln", "\\log_2", "\\exp", "\\sinh", "\\lfloor", "\\lceil", "|"];

    private static readonly (string Open, string Close)[] Nests =
    [
        ("(", ")"), ("{", "}"), ("\\sqrt{1+", "}"), ("\\frac{1}{1+", "}"), ("|x-", "|"), ("x^{", "}"), ("\\boxed{", "}"), ("\\sin(", ")"), ("\\begin{pmatrix}", "\\end{pmatrix}"),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next pair.</summary>
    public (string Gold, string Candidate) Next()
    {
        var sample = samples[_random.Next(samples.Count)];
        switch (_random.Next(100))
        {
            case < 35:
                return (sample.Gold, Changed(sample.Candidate));
            case < 45:
                return (Changed(sample.Gold), Changed(sample.Candidate));
            case < 55:
                return (Changed(sample.Gold), "\\boxed{" + Changed(sample.Gold) + "}");
            case < 72:
                var gold = Expression(_random.Next(1, 7));
                return (gold, "\\boxed{" + (_random.Next(2) == 0 ? Expression(_random.Next(1, 7)) : Changed(gold)) + "}");
            case < 82:
                var (a, b) = (Pile(), Pile());
                return (_random.Next(2) == 0 ? sample.Gold : a, _random.Next(2) == 0 ? b : "\\boxed{" + b + "}");
            case < 97:
                var bomb = Bomb(_random.Next(4) == 0 ? 20_000 : 400);
                return _random.Next(5) == 0 ? (bomb, "\\boxed{" + Changed(bomb) + "}") : (Expression(2), _random.Next(2) == 0 ? bomb : "\\boxed{" + bomb + "}");
            case 97:
                return (sample.Gold, Bomb(_random.Next(100_000, 1_000_000)));
            case 98:
                return (sample.Gold, Garbage(_random.Next(100_000, 1_000_000)));
            default:
                return (Garbage(_random.Next(1, 200)), Garbage(_random.Next(1, 2_000)));
        }
    }

    private string Piece() => Pieces[_random.Next(Pieces.Length)];

    private string Pile()
    {
        var text = new StringBuilder();
        for (var k = _random.Next(1, _random.Next(2, 80)); k > 0; k--) text.Append(_random.Next(4) == 0 ? Expression(1) : Piece());
        return text.ToString();
    }

    private string Changed(string text)
    {
        var changed = new StringBuilder(text.Length > 4_000 ? text[^4_000..] : text);
        for (var k = _random.Next(1, 5); k > 0; k--)
        {
            var at = _random.Next(changed.Length + 1);
            var length = Math.Min(_random.Next(1, 12), changed.Length - at);
            switch (_random.Next(7))
            {
                case 0: changed.Remove(at, length); break;
                case 1: changed.Insert(at, Piece()); break;
                case 2: changed.Insert(at, changed.ToString(at, length)); break;
                case 3: changed.Remove(at, length).Insert(at, Piece()); break;
                case 4: changed.Insert(at, Number()); break;
                case 5: changed.Insert(at, Expression(2)); break;
                default:
                    var other = samples[_random.Next(samples.Count)].Gold;
                    changed.Insert(at, other);
                    break;
            }
        }
        return changed.ToString();
    }

    private string Number() => _random.Next(9) switch
    {
        0 => new string('9', _random.Next(1, 400)),
        1 => "0." + new string('3', _random.Next(1, 200)),
        2 => $"{_random.Next(100)}e{_random.Next(-9999, 9999)}",
        3 => $"\\frac{{{_random.Next(1000)}}}{{{_random.Next(1000)}}}",
        4 => $"-{_random.Next(1_000_000)}",
        _ => _random.Next(0, 30).ToString(),
    };

    /// <summary>LaTeX that can be read, of a depth.</summary>
    private string Expression(int depth)
    {
        if (depth <= 0) return _random.Next(3) switch { 0 => Number(), 1 => ((char)('a' + _random.Next(26))).ToString(), _ => _random.Next(2) == 0 ? "\\pi" : "x" };
        string E() => Expression(depth - 1);
        switch (_random.Next(24))
        {
            case 0 or 1: return E() + "+" + E();
            case 2: return E() + "-" + E();
            case 3: return E() + E();
            case 4: return $"({E()})({E()})";
            case 5 or 6: return $"\\frac{{{E()}}}{{{E()}}}";
            case 7: return $"\\sqrt{{{E()}}}";
            case 8: return $"\\sqrt[{_random.Next(2, 9)}]{{{E()}}}";
            case 9: return $"({E()})^{{{E()}}}";
            case 10: return $"({E()})^{{{_random.Next(-3, 70)}}}";
            case 11:
                var name = Functions[_random.Next(Functions.Length)];
                return name switch { "|" => $"|{E()}|", "\\lfloor" => $"\\lfloor {E()} \\rfloor", "\\lceil" => $"\\lceil {E()} \\rceil", _ => $"{name}({E()})" };
            case 12: return $"({E()})!";
            case 13: return $"\\binom{{{E()}}}{{{E()}}}";
            case 14: return $"\\sum_{{k={_random.Next(5)}}}^{{{(_random.Next(3) == 0 ? "n" : _random.Next(300))}}} {E()}";
            case 15: return $"\\prod_{{k=1}}^{{{_random.Next(1, 60)}}} ({E()}+k)";
            case 16: return $"({E()}, {E()})";
            case 17: return $"\\{{{E()}, {E()}, {E()}\\}}";
            case 18: return $"[{E()}, {E()}) \\cup ({E()}, \\infty)";
            case 19: return $"\\begin{{pmatrix}} {E()} & {E()} \\\\ {E()} & {E()} \\end{{pmatrix}}";
            case 20: return $"{E()} {(_random.Next(2) == 0 ? "=" : "\\le")} {E()}";
            case 21: return $"{E()} \\pm {E()}";
            case 22: return $"{E()} \\bmod {E()}";
            default: return $"{E()}, {E()}";
        }
    }

    private string Garbage(int length)
    {
        var text = new StringBuilder(length + 20);
        var range = _random.Next(3) switch { 0 => 128, 1 => 0x3000, _ => 0xffff };
        while (text.Length < length) text.Append(_random.Next(6) == 0 ? Piece() : ((char)_random.Next(range)).ToString());
        return text.ToString();
    }

    /// <summary>One thing again and again, side by side or nested, up to a length.</summary>
    private string Bomb(int most)
    {
        var times = Math.Max(1, _random.Next(most) / 8);
        string Repeat(string text, int n) => new StringBuilder(text.Length * n).Insert(0, text, Math.Min(n, Math.Max(1, most / text.Length))).ToString();
        switch (_random.Next(13))
        {
            case 0: return Repeat(Piece(), times);
            case 1: return Repeat(Piece() + Piece(), times / 2 + 1);
            case 2: return Repeat(Piece() + Expression(1), times / 2 + 1);
            case 3:
                var (open, close) = Nests[_random.Next(Nests.Length)];
                var n = Math.Min(times, most / (open.Length + close.Length) + 1);
                return Repeat(open, n) + Expression(1) + Repeat(close, _random.Next(3) == 0 ? n - 1 : n);
            case 4: return string.Join('+', Enumerable.Range(1, Math.Min(times, 3_000)).Select(i => $"x_{{{i}}}^{{{i % 7}}}"));
            case 5: return $"({string.Join('+', Enumerable.Range(0, _random.Next(2, 26)).Select(i => (char)('a' + i)))})^{{{_random.Next(2, 80)}}}";
            case 6: return "\\begin{pmatrix}" + string.Join("\\\\", Enumerable.Range(0, Math.Min(times, 60)).Select(_ => string.Join('&', Enumerable.Range(0, Math.Min(times, 60)).Select(_ => Number())))) + "\\end{pmatrix}";
            case 7: return "\\begin{vmatrix}" + string.Join("\\\\", Enumerable.Range(0, 5).Select(_ => string.Join('&', Enumerable.Range(0, 5).Select(_ => Expression(2))))) + "\\end{vmatrix}";
            case 8: return string.Join(", ", Enumerable.Range(0, Math.Min(times, 2_000)).Select(_ => Expression(1)));
            case 9: return string.Join(" \\cup ", Enumerable.Range(0, Math.Min(times, 500)).Select(_ => $"({_random.Next(-99, 99)}, {Number()})"));
            case 10: return string.Concat(Enumerable.Range(0, _random.Next(1, 4)).Select(i => $"\\sum_{{{(char)('i' + i)}=1}}^{{{_random.Next(1, 200)}}} ")) + $"\\frac{{1}}{{i+{Expression(2)}}}";
            case 11: return string.Join('+', Enumerable.Range(2, Math.Min(times, 60)).Select(i => $"\\sqrt[{_random.Next(2, 8)}]{{{i}+{Number()}}}"));
            default: return Repeat("9", Math.Min(times, 4_000)) + (_random.Next(2) == 0 ? "!" : "^{" + Repeat("9", _random.Next(1, 12)) + "}");
        }
    }
}
