namespace Ghpo.Verification.Parsing;

/// <summary>What the characters beyond ASCII mean in LaTeX.</summary>
internal static class UnicodeMath
{
    /// <summary>A plain replacement, or the same character.</summary>
    public static char Plain(char c) => c switch
    {
        '−' or '–' or '—' or '‐' or '‑' or '﹣' or '－' => '-',
        '×' or '·' or '⋅' or '∙' or '•' or '∗' or '＊' or '✕' => '*',
        '÷' or '∕' or '⁄' or '／' => '/',
        '’' or '′' or 'ʹ' or '´' => '\'',
        '，' or '、' => ',',
        '；' => ';',
        '：' or '∶' => ':',
        '（' => '(',
        '）' => ')',
        '【' or '［' => '[',
        '】' or '］' => ']',
        '｛' => '{',
        '｝' => '}',
        '＝' => '=',
        '＋' => '+',
        '＜' => '<',
        '＞' => '>',
        '％' or '﹪' => '%',
        '∣' or '｜' => '|',
        '˚' or 'º' => '°',
        '\u00a0' or '\u2009' or '\u200a' or '\u202f' or '\u2002' or '\u2003' or '\u2004' or '\u2005' or '\u2006' or '\u2007' or '\u2008' or '\u3000' or '\t' or '\r' => ' ',
        >= '０' and <= '９' => (char)(c - '０' + '0'),
        >= 'Ａ' and <= 'Ｚ' => (char)(c - 'Ａ' + 'A'),
        >= 'ａ' and <= 'ｚ' => (char)(c - 'ａ' + 'a'),
        _ => c,
    };

    /// <summary>The command with the meaning of a character, or null.</summary>
    public static string? Command(char c) => c switch
    {
        'π' => "pi",
        '√' => "sqrt",
        '∛' => "cbrt",
        '∜' => "fourthroot",
        '∞' => "infty",
        '≤' or '≦' or '⩽' => "le",
        '≥' or '≧' or '⩾' => "ge",
        '≠' => "ne",
        '≈' or '≃' or '≅' => "approx",
        '≡' => "equiv",
        '∪' => "cup",
        '∩' => "cap",
        '∖' => "setminus",
        '∈' => "in",
        '∉' => "notin",
        '∅' or 'Ø' or '⌀' => "emptyset",
        '±' => "pm",
        '∓' => "mp",
        '→' => "to",
        '⇒' => "Rightarrow",
        '⇔' => "Leftrightarrow",
        '∑' => "sum",
        '∏' => "prod",
        '∫' => "int",
        '⌊' => "lfloor",
        '⌋' => "rfloor",
        '⌈' => "lceil",
        '⌉' => "rceil",
        '⟨' or '〈' => "langle",
        '⟩' or '〉' => "rangle",
        '°' => "circ",
        '∘' => "circ",
        '∠' => "angle",
        '△' => "triangle",
        '…' or '⋯' => "ldots",
        '∧' => "wedge",
        '∨' => "vee",
        '€' or '£' or '¥' or '₹' or '₽' or '¢' or '₩' => "currency",
        'ℝ' => "R",
        'ℤ' => "Z",
        'ℕ' => "N",
        'ℚ' => "Q",
        'ℂ' => "C",
        _ => Greek(c),
    };

    /// <summary>The digit or sign that a superscript or subscript stands for, or 0.</summary>
    public static char Superscript(char c) => c switch
    {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        >= '⁴' and <= '⁹' => (char)(c - '⁴' + '4'),
        '⁻' => '-',
        '⁺' => '+',
        'ⁿ' => 'n',
        'ˣ' => 'x',
        _ => '\0',
    };

    public static char Subscript(char c) => c switch
    {
        >= '₀' and <= '₉' => (char)(c - '₀' + '0'),
        'ₙ' => 'n',
        'ₓ' => 'x',
        'ₖ' => 'k',
        _ => '\0',
    };

    /// <summary>½ and its kind.</summary>
    public static (int Over, int Under) Fraction(char c) => c switch
    {
        '½' => (1, 2),
        '⅓' => (1, 3),
        '⅔' => (2, 3),
        '¼' => (1, 4),
        '¾' => (3, 4),
        '⅕' => (1, 5),
        '⅖' => (2, 5),
        '⅗' => (3, 5),
        '⅘' => (4, 5),
        '⅙' => (1, 6),
        '⅚' => (5, 6),
        '⅛' => (1, 8),
        '⅜' => (3, 8),
        '⅝' => (5, 8),
        '⅞' => (7, 8),
        _ => default,
    };

    private static string? Greek(char c) => c switch
    {
        'α' => "alpha",
        'β' => "beta",
        'γ' => "gamma",
        'δ' => "delta",
        'ε' or 'ϵ' => "epsilon",
        'ζ' => "zeta",
        'η' => "eta",
        'θ' or 'ϑ' => "theta",
        'ι' => "iota",
        'κ' => "kappa",
        'λ' => "lambda",
        'μ' or 'µ' => "mu",
        'ν' => "nu",
        'ξ' => "xi",
        'ρ' => "rho",
        'σ' => "sigma",
        'τ' => "tau",
        'υ' => "upsilon",
        'φ' or 'ϕ' => "phi",
        'χ' => "chi",
        'ψ' => "psi",
        'ω' => "omega",
        'Γ' => "Gamma",
        'Δ' or '∆' => "Delta",
        'Θ' => "Theta",
        'Λ' => "Lambda",
        'Ξ' => "Xi",
        'Σ' => "Sigma",
        'Φ' => "Phi",
        'Ψ' => "Psi",
        'Ω' => "Omega",
        'ℏ' => "hbar",
        'ℓ' => "ell",
        '∇' => "nabla",
        '∂' => "partial",
        _ => null,
    };
}
