using System.Text;
using Ghpo.Models.Tokenization.Normalizers;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tests.Tokenization;

public class NormalizerTests
{
    private static string Normalize(string form, string text) => (form switch
    {
        "NFC" => new UnicodeNormalizer(compatibility: false, compose: true),
        "NFD" => new UnicodeNormalizer(compatibility: false, compose: false),
        "NFKC" => new UnicodeNormalizer(compatibility: true, compose: true),
        _ => new UnicodeNormalizer(compatibility: true, compose: false),
    }).Normalize(text);

    // From Unicode's NormalizationTest.txt and Annex 15.
    [Theory]
    [InlineData("\u1E0A", "\u1E0A", "D\u0307", "\u1E0A", "D\u0307")]
    [InlineData("D\u0307\u0323", "\u1E0C\u0307", "D\u0323\u0307", "\u1E0C\u0307", "D\u0323\u0307")]
    [InlineData("\uAC00\u11A8", "\uAC01", "\u1100\u1161\u11A8", "\uAC01", "\u1100\u1161\u11A8")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9", "A\u030A\u03A9", "\u00C5\u03A9", "A\u030A\u03A9")]
    [InlineData("ﬁ①½ Ａ\u00A0", "ﬁ①½ Ａ\u00A0", "ﬁ①½ Ａ\u00A0", "fi11\u20442 A ", "fi11\u20442 A ")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u09C7\u09BE", "\u09CB", "\u09C7\u09BE", "\u09CB", "\u09C7\u09BE")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("a\u0315\u0300\u05AE\u0300b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b", "\u00E0\u05AE\u0300\u0315b", "a\u05AE\u0300\u0300\u0315b")]
    [InlineData("e\u0301𝅗𝅥 plain", "é\U0001D157\U0001D165 plain", "e\u0301\U0001D157\U0001D165 plain", "é\U0001D157\U0001D165 plain", "e\u0301\U0001D157\U0001D165 plain")]
    public void Unicode_forms_follow_annex_15(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, Normalize("NFC", text));
        Assert.Equal(nfd, Normalize("NFD", text));
        Assert.Equal(nfkc, Normalize("NFKC", text));
        Assert.Equal(nfkd, Normalize("NFKD", text));
    }

    [Fact]
    public void Other_normalizers_do_what_they_say()
    {
        Assert.Equal("äi\u0307𐐨", new LowercaseNormalizer().Normalize("Äİ𐐀"));
        Assert.Equal("a b", new StripNormalizer(left: true, right: true).Normalize("\u3000 a b\n"));
        Assert.Equal("e", new StripAccentsNormalizer().Normalize("e\u0301"));
        Assert.Equal("", new PrependNormalizer("▁").Normalize(""));
        Assert.Equal("a-b-", new ReplaceNormalizer(RegexPattern.Parse(@"\s+"), "-").Normalize("a  b\n"));
        Assert.Equal("the  中  cafe ", new BertNormalizer(cleanText: true, handleChineseCharacters: true, stripAccents: true, lowercase: true).Normalize("The 中 Café\u0007\t"));
    }

    [Fact]
    public void Compiled_maps_replace_the_shortest_prefix_that_they_hold()
    {
        // A trie by hand: "a" -> "x". Root at 0, its child for 'a' (0x61) at 1 ^ 0x61, that one's leaf.
        var units = new uint[256];
        units[0] = 1 << 10;
        var child = 1 ^ 0x61;
        units[child] = 0x61 | (1 << 8) | (2u << 10);
        units[child ^ 2] = 0;
        var map = new MemoryStream();
        map.Write(BitConverter.GetBytes(units.Length * 4));
        foreach (var unit in units)
            map.Write(BitConverter.GetBytes(unit));
        map.Write(Encoding.UTF8.GetBytes("x\0"));
        Assert.Equal("bxé", new PrecompiledNormalizer(map.ToArray()).Normalize("baé"));
        Assert.Throws<FormatException>(() => new PrecompiledNormalizer([255, 0, 0, 0]));
    }
}
