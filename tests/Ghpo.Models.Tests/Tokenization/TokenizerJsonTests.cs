using Ghpo.Models.Tokenization;

namespace Ghpo.Models.Tests.Tokenization;

/// <summary>Kinds of tokenizer.json for which no reference vectors lie beside the checkout; the expected ids follow from the algorithms.</summary>
public class TokenizerJsonTests
{
    private static Tokenizer Load(string json, string? config = null)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json);
        if (config is not null)
            folder.Write("tokenizer_config.json", config);
        return Tokenizer.Load(folder.Path);
    }

    private static string Added(int id, string content, string flags = "") => $$"""{"id": {{id}}, "content": "{{content}}", "special": true{{flags}}}""";

    [Fact]
    public void Unigram_takes_the_best_sum_of_scores_and_fuses_unknowns()
    {
        var tokenizer = Load("""
            {"added_tokens": [], "normalizer": {"type": "NFKC"},
             "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
             "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
             "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["▁", -2], ["a", -3], ["b", -3], ["ab", -4], ["▁ab", -7], ["abc", -20], ["c", -5]]}}
            """);
        // ▁ + ab = -6 beats ▁ab = -7; ab + c = -9 beats abc = -20; two unknown characters become one token.
        Assert.Equal([1, 4, 1, 4, 7, 1, 0, 2], tokenizer.Encode("ab abc ξ\u03C8a"));
        Assert.Equal("ab abc", tokenizer.Decode([1, 4, 1, 4, 7]));
    }

    [Fact]
    public void Unigram_writes_unknown_characters_as_bytes_where_it_has_them()
    {
        var bytes = string.Join(", ", Enumerable.Range(0, 256).Select(b => $"[\"<0x{b:X2}>\", -9]"));
        var tokenizer = Load($$"""{"decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}]}, "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": [["<unk>", 0], ["a", -1], {{bytes}}] } }""");
        Assert.Equal([1, 2 + 0xC3, 2 + 0xA9], tokenizer.Encode("aé"));
        Assert.Equal("aé", tokenizer.Decode(tokenizer.Encode("aé")));
        Assert.Equal("a\uFFFD", tokenizer.Decode([1, 2 + 0xC3]));
    }

    [Fact]
    public void Word_piece_takes_the_longest_prefix_and_knows_whole_words_only()
    {
        var tokenizer = Load("""
            {"normalizer": {"type": "BertNormalizer", "lowercase": true}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "decoder": {"type": "WordPiece", "prefix": "##"},
             "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "un": 3, "##aff": 4, "##able": 5, "!": 6, "##a": 7}}}
            """);
        Assert.Equal([1, 3, 4, 5, 6, 0, 2], tokenizer.Encode("Unaffable! unx", addSpecialTokens: true));
        Assert.Equal("unaffable!", tokenizer.Decode([3, 4, 5, 6]));
    }

    /// <summary>What tokenizers 0.23 gives: its split patterns are Oniguruma's, its own splitters are Rust's, and the two disagree on joiners and on the fractions of Latin-1.</summary>
    [Fact]
    public void Word_characters_are_those_of_the_engine_that_reads_the_pattern()
    {
        const string Model = """ "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a½": 1, "½": 2, "a": 3, "a\u200db": 4, "b": 5, "Ⓐx": 6, "\u200d": 7}}""";
        var split = Load("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "\\w+"}, "behavior": "Removed", "invert": true},""" + Model + "}");
        var whitespace = Load("""{"pre_tokenizer": {"type": "Whitespace"},""" + Model + "}");
        Assert.Equal([1, 3, 5, 6], split.Encode("a½ a\u200db Ⓐx"));
        Assert.Equal([3, 2, 4, 6], whitespace.Encode("a½ a\u200db Ⓐx"));
    }

    /// <summary>An added token that is looked for in normalized text is known by its normalized form.</summary>
    [Fact]
    public void A_normalized_added_token_decodes_as_it_stands_in_a_normalized_text()
    {
        var tokenizer = Load($$"""
            {"normalizer": {"type": "Prepend", "prepend": "▁"}, "added_tokens": [{{Added(2, "<x>", ", \"normalized\": true")}}],
             "decoder": {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "▁a": 1} } }
            """);
        Assert.Equal([2], tokenizer.Encode("<x>"));
        Assert.Equal("▁<x>", tokenizer.TokenOf(2));
        Assert.Equal(" a <x>", tokenizer.Decode([1, 2]));
        Assert.Equal(2, tokenizer.IdOf("<x>"));
    }

    [Fact]
    public void Added_tokens_take_spaces_along_stand_alone_or_are_looked_for_in_normalized_text()
    {
        var tokenizer = Load($$"""
            {"normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "WhitespaceSplit"},
             "added_tokens": [{{Added(10, "<l>", ", \"lstrip\": true")}}, {{Added(11, "<r>", ", \"rstrip\": true")}}, {{Added(12, "solo", ", \"single_word\": true")}}, {{Added(13, "Up", ", \"normalized\": true")}}, {{Added(14, "<l><r>")}}],
             "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1, "solos": 2, "up": 3} } }
            """);
        Assert.Equal([1, 10, 1], tokenizer.Encode("a \n<l>a"));
        Assert.Equal([11, 1], tokenizer.Encode("<r>  a"));
        Assert.Equal([12, 2, 12], tokenizer.Encode("solo solos solo"));
        Assert.Equal([13, 13, 1], tokenizer.Encode("UPupa"));
        Assert.Equal([14, 10], tokenizer.Encode("<l><r><l>"));
        Assert.Equal("a a", tokenizer.Decode([1, 10, 1], skipSpecialTokens: true));
    }

    [Fact]
    public void Whole_words_skip_the_merges_where_asked()
    {
        const string Model = """{"pre_tokenizer": {"type": "Whitespace"}, "model": {"type": "BPE", "ignore_merges": IGNORE, "vocab": {"a": 0, "b": 1, "ab": 2, "bab": 3}, "merges": ["a b"]}}""";
        Assert.Equal([3], Load(Model.Replace("IGNORE", "true")).Encode("bab"));
        Assert.Equal([1, 2], Load(Model.Replace("IGNORE", "false")).Encode("bab"));
    }

    [Fact]
    public void Prefixes_and_suffixes_of_subwords_and_digits_and_punctuation_are_told_apart()
    {
        var tokenizer = Load("""
            {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Digits", "individual_digits": true}, {"type": "Punctuation"}]},
             "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
             "model": {"type": "BPE", "end_of_word_suffix": "</w>", "unk_token": "?", "vocab": {"?": 0, "a": 1, "b</w>": 2, "ab</w>": 3, "1</w>": 4, "!</w>": 5}, "merges": [["a", "b</w>"]]}}
            """);
        Assert.Equal([3, 4, 4, 5, 2, 0], tokenizer.Encode("ab11!b c"));
        Assert.Equal("ab 1 b", tokenizer.Decode([3, 4, 2]));
    }

    [Fact]
    public void Spaces_are_cleaned_up_where_the_configuration_says_so()
    {
        const string Json = """{"pre_tokenizer": {"type": "WhitespaceSplit"}, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1, ",": 2, "'s": 3}}}""";
        Assert.Equal("a,'s?", Load(Json, """{"clean_up_tokenization_spaces": true}""").Decode([1, 2, 3, 0]));
        Assert.Equal("a , 's ?", Load(Json).Decode([1, 2, 3, 0]));
    }

    [Fact]
    public void A_configuration_adds_the_tokens_that_the_tokenizer_does_not_list()
    {
        var tokenizer = Load("""{"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0}}}""",
            """{"eos_token": {"content": "<e>"}, "added_tokens_decoder": {"7": {"content": "<e>", "special": true}}}""");
        Assert.Equal((7, 7, 8), (tokenizer.IdOf("<e>"), tokenizer.EosId, tokenizer.VocabularySize));
        Assert.Null(tokenizer.TokenOf(5));
        Assert.Equal("<e>", tokenizer.Decode([5, 7, 99, -1]));
    }

    [Theory]
    [InlineData("{", "tokenizer.json: not valid JSON at line 1")]
    [InlineData("{}", "'model' is missing")]
    [InlineData("""{"model": {"type": "Quantum"}}""", "the model 'Quantum' is not known here")]
    [InlineData("""{"normalizer": {"type": "Odd"}, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {}}}""", "key 'normalizer': the normalizer 'Odd' is not known here")]
    [InlineData("""{"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}}, "model": {"type": "WordLevel", "unk_token": "?", "vocab": {}}}""", "key 'pre_tokenizer.pattern': A group is not closed")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}""", "merge 0 ('a' with 'b') speaks of a token that is not in the vocabulary")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}""", "the id of token 'a' must be a whole number")]
    [InlineData("""{"model": {"type": "BPE", "vocab": {"a": 999999999}, "merges": []}}""", "the id of token 'a' must be a whole number")]
    [InlineData("""{"model": {"type": "Unigram", "unk_id": 5, "vocab": [["a", 0]]}}""", "unk_id 5 is not in the vocabulary of 1")]
    public void Damage_is_named_with_its_place(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<TokenizerException>(() => Load(json)).Message);

    [Fact]
    public void Files_that_are_missing_or_do_not_say_enough_are_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no such folder", Assert.Throws<TokenizerException>(() => Tokenizer.Load(folder.Path + "/none")).Message);
        Assert.Contains("expected tokenizer.json", Assert.Throws<TokenizerException>(() => Tokenizer.Load(folder.Path)).Message);
        folder.Write("vocab.json", """{"a": 0, "b": 1, "ab": 2}""");
        folder.Write("merges.txt", "#version: 0.2\na b\na c\n");
        Assert.Contains("tokenizer class '(none)'", Assert.Throws<TokenizerException>(() => Tokenizer.Load(folder.Path)).Message);
        folder.Write("tokenizer_config.json", """{"tokenizer_class": "GPT2Tokenizer"}""");
        Assert.Contains("merges.txt, line 3", Assert.Throws<TokenizerException>(() => Tokenizer.Load(folder.Path)).Message);
        folder.Write("merges.txt", "#version: 0.2\na b\n");
        Assert.Equal([2], Tokenizer.Load(folder.Path).Encode("ab"));
    }
}
