using Ghpo.Models.Tokenization.Patterns;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tests.Tokenization;

public class SplitTests
{
    private static readonly string[] Alphabet =
    [
        "a", "Z", "é", "ß", "中", "の", "한", "𐐀", "𠀀", "ſ", "'", "s", "T", "ll", "re", "ve", "1", "23", "½", "Ⅷ", "𝟘", " ", "  ", "\t", "\n", "\r", "\r\n", "\u00A0", "\u3000", "\u2028", "\u0085",
        ".", "!?", "_", "-", "€", "👍", "👩‍👩‍👧", "\u0301", "\u200D", "\uFEFF", "\0", "\uD800",
    ];

    private sealed class Pieces : List<string>, IPieceSink
    {
        public void Add(ReadOnlySpan<char> piece, bool atStart)
        {
            Assert.Equal(Count == 0, atStart);
            Add(piece.ToString());
        }
    }

    private static Pieces Split(PreTokenizer splitter, string text)
    {
        var pieces = new Pieces();
        splitter.Split(text, true, pieces);
        return pieces;
    }

    private static List<string> Split(string pattern, string text, SplitBehavior behavior = SplitBehavior.Isolated, bool invert = false) =>
        Split(new PatternSplit(RegexPattern.Parse(pattern), behavior, invert), text);

    [Theory]
    [InlineData(KnownSplit.Gpt2Pattern)]
    [InlineData(KnownSplit.Qwen2Pattern)]
    [InlineData(KnownSplit.Llama3Pattern)]
    public void The_splitters_written_by_hand_equal_their_patterns_on_random_text(string pattern)
    {
        var byHand = KnownSplit.For(pattern)!;
        var random = new Random(5);
        for (var i = 0; i < 5000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            var pieces = Split(byHand, text);
            Assert.Equal(Split(pattern, text), pieces);
            Assert.Equal(text, string.Concat(pieces));
        }
    }

    [Theory]
    [InlineData(@"\p{L}+", "a𐐀b𠀀-c", "a𐐀b𠀀|-|c")]
    [InlineData(@"[\p{L}&&[^\p{Han}]]+|\p{Han}", "ab中文cd", "ab|中|文|cd")]
    [InlineData(@"(?i:'LL|'s)|\w+", "he'll it'S", "he|'ll| |it|'S")]
    [InlineData(@"\d{1,3}(?=(?:\d{3})*\b)", "1234567", "1|234|567")]
    [InlineData(@"(?<=a)b|(?<!a)c", "abcbac", "a|b|c|bac")]
    [InlineData(@"\s++x|\S", "  x y", "  x| |y")]
    [InlineData(@"[^\r\n\p{L}\p{N}]?+\p{L}+", " a!b", " a|!b")]
    [InlineData(@"(?>a+)b|a", "aaab", "aaab")]
    [InlineData(@"a+?b*?c", "aabbc", "aabbc")]
    [InlineData(@"(?:ab){2,3}", "ababababc", "ababab|abc")]
    [InlineData(@"[[:punct:]]+|[\x{4e00}-\x{9fff}]", "a.,中", "a|.,|中")]
    [InlineData(@"(?x) a \s* b # c", "a b", "a b")]
    [InlineData(@"\u0041|\x42|\t", "AB\tC", "A|B|\t|C")]
    [InlineData(@"[^A-Za-z]|]", "a]1", "a|]|1")]
    public void Patterns_match_as_written(string pattern, string text, string expected) => Assert.Equal(expected, string.Join('|', Split(pattern.Replace(" # c", ""), text)));

    [Theory]
    [InlineData(SplitBehavior.Isolated, false, "a|-|-|b")]
    [InlineData(SplitBehavior.Removed, false, "a|b")]
    [InlineData(SplitBehavior.Removed, true, "-|-")]
    [InlineData(SplitBehavior.MergedWithPrevious, false, "a-|-|b")]
    [InlineData(SplitBehavior.MergedWithNext, false, "a|-|-b")]
    [InlineData(SplitBehavior.Contiguous, false, "a|--|b")]
    public void Matches_are_kept_removed_or_merged(object behavior, bool invert, string expected)
    {
        var pieces = new Collected();
        new PatternSplit(RegexPattern.Parse("-"), (SplitBehavior)behavior, invert).Split("a--b", true, pieces);
        Assert.Equal(expected, string.Join('|', pieces.All));
    }

    [Theory]
    [InlineData("(a")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("*a")]
    [InlineData(@"\p{Nonsense}")]
    [InlineData(@"(?<=a*)b")]
    [InlineData(@"(?:a*)*")]
    [InlineData(@"a{3,1}")]
    [InlineData("\\")]
    public void What_cannot_be_read_or_used_is_refused(string pattern) => Assert.Throws<FormatException>(() => RegexPattern.Parse(pattern));

    private sealed class Collected : IPieceSink
    {
        public List<string> All { get; } = [];

        public void Add(ReadOnlySpan<char> piece, bool atStart) => All.Add(piece.ToString());
    }
}
