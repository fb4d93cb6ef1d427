using System.Collections.Frozen;

namespace Ghpo.Verification.Parsing;

/// <summary>The commands and words of mathematics that the lexer and the parser know.</summary>
internal static class Vocabulary
{
    /// <summary>Names without meaning of their own: sizes, spacing, styles.</summary>
    public static readonly FrozenSet<string> Dropped = Set(
        "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm quad qquad enspace thinspace medspace thickspace "
        + "negthinspace hfill hspace vspace phantom hphantom smash strut nonumber notag centering bf rm it sf tt cal boldmath normalfont mathstrut allowbreak nobreak ensuremath mathop mathrel mathbin mathord mathpunct mathopen mathclose mathinner protect relax hline cline toprule midrule bottomrule therefore because blacksquare square Box qed checkmark tag large Large LARGE huge Huge small footnotesize scriptsize tiny normalsize");

    /// <summary>Commands whose argument is words.</summary>
    public static readonly FrozenSet<string> WordDress = Set("text textbf textit textrm texttt textsf textnormal textup textsc mbox hbox emph underline text1");

    /// <summary>Commands whose argument is mathematics in another type.</summary>
    public static readonly FrozenSet<string> MathDress = Set("mathrm mathbf mathit mathsf mathtt mathcal mathscr mathfrak mathnormal boldsymbol bm pmb operatorname rm bold boxed fbox framebox color textcolor");

    public static readonly FrozenSet<string> Greek = Set(
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi omicron rho varrho sigma varsigma tau upsilon phi varphi chi psi omega "
        + "Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega hbar ell nabla partial imath jmath aleph wp");

    public static readonly FrozenSet<string> Functions = Set(
        "sin cos tan cot sec csc cosec arcsin arccos arctan arccot arcsec arccsc asin acos atan acot asec acsc sinh cosh tanh coth sech csch arcsinh arccosh arctanh arsinh arcosh artanh asinh acosh atanh "
        + "log ln lg exp sqrt cbrt abs floor ceil gcd lcm min max det tr rank dim ker deg arg Re Im sgn sign tg ctg arctg arcctg sh ch th cth erf cis");

    public static readonly FrozenSet<string> Relations = Set("le leq leqslant leqq ge geq geqslant geqq ne neq lt gt approx simeq cong sim equiv in notin to rightarrow subset subseteq propto coloneqq doteq");

    /// <summary>Any command: where <c>\\name</c> stands for an escaped <c>\name</c>.</summary>
    public static readonly FrozenSet<string> Known = Dropped.Concat(WordDress).Concat(MathDress).Concat(Greek).Concat(Functions).Concat(Relations).Concat(Set(
        "frac dfrac tfrac cfrac binom dbinom tbinom pi infty pm mp cdot times div cup cap setminus begin end mathbb overline vec hat bar sum prod int lim lfloor rfloor lceil rceil langle rangle circ degree prime mod bmod pmod ldots cdots dots emptyset varnothing over choose")).ToFrozenSet();

    public static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> KnownBySpan = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, string> Interned =
        Known.Concat(Set("and or to pi percent e i per mod deg dollars cm"))
            .Distinct().ToFrozenDictionary(w => w, w => w);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> InternedBySpan = Interned.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly string[] Letters = Enumerable.Range(0, 128).Select(c => ((char)c).ToString()).ToArray();

    /// <summary>The string of a name, without allocating where it is a common one.</summary>
    public static string Intern(ReadOnlySpan<char> name)
    {
        if (name.Length == 1 && name[0] < 128) return Letters[name[0]];
        return InternedBySpan.TryGetValue(name, out var known) ? known : name.ToString();
    }

    private static FrozenSet<string> Set(string words) => words.Split(' ').ToFrozenSet();
}
