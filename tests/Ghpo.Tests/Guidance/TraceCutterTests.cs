using Ghpo.Guidance;

namespace Ghpo.Tests.Guidance;

public class TraceCutterTests
{
    [Theory]
    [InlineData("0123456789", 0.25, 2)] // 2.5 → 2: half to even
    [InlineData("01234567890123", 0.25, 4)] // 3.5 → 4
    [InlineData("abc", 1.0, 3)]
    [InlineData("", 0.5, 0)]
    public void Characters_are_rounded_half_to_even(string trace, double ratio, int expected) =>
        Assert.Equal(expected, TraceCutter.Cut(trace, ratio, HintUnit.Characters));

    [Fact]
    public void Characters_are_code_points_and_no_surrogate_pair_is_split()
    {
        const string trace = "😀😀😀😀"; // four code points, eight UTF-16 units
        Assert.Equal(2, TraceCutter.Cut(trace, 0.25, HintUnit.Characters));
        Assert.Equal(4, TraceCutter.Cut(trace, 0.5, HintUnit.Characters));
    }

    [Theory]
    [InlineData("one two three four", 0.5, "one two")]
    [InlineData("one $a + b$ three four", 0.5, "one $a + b$")] // the formula is one word
    [InlineData(@"see \(x + y\) now ok", 0.5, @"see \(x + y\)")]
    [InlineData("costs $5 and more $6", 0.2, "")] // the dollars enclose "5 and more"; two words: rounds to none
    public void Words_end_where_space_does_and_never_inside_a_formula(string trace, double ratio, string expected) =>
        Assert.Equal(expected, trace[..TraceCutter.Cut(trace, ratio, HintUnit.Words)]);

    [Theory]
    [InlineData("It is 3.5 cm. Then e.g. more. End here. Last", 0.5, "It is 3.5 cm. Then e.g. more.")]
    [InlineData("First $x. Y$ goes. Second.", 0.5, "First $x. Y$ goes.")]
    public void Sentences_are_not_ended_by_decimals_abbreviations_or_formulas(string trace, double ratio, string expected) =>
        Assert.Equal(expected, trace[..TraceCutter.Cut(trace, ratio, HintUnit.Sentences)]);

    [Fact]
    public void Steps_are_lines_and_a_displayed_formula_is_never_cut()
    {
        const string trace = "Let x = 1.\n\\[\na = b\n\\]\nso a = 2.\n\nDone.";
        Assert.Equal("Let x = 1.\n\\[\na = b\n\\]", trace[..TraceCutter.Cut(trace, 0.5, HintUnit.Steps)]);
        Assert.Equal("One. Two.", "One. Two. Three. Four."[..TraceCutter.Cut("One. Two. Three. Four.", 0.5, HintUnit.Steps)]); // one line: sentences
    }
}
