using Ghpo.Models.Tokenization;

namespace Ghpo.Models.Tests.Tokenization;

public class WordTokenizerTests
{
    private static Tokenizer Create() => Tokenizer.FromWords(
        ["\n", "start:", "Rowan", "⟶", "step", "3:", "red", "####"],
        specialTokens: ["<eos>", "<|im_start|>", "<|im_end|>"],
        markers: ["<think>", "</think>", "<answer>", "</answer>"],
        endToken: "<eos>");

    [Fact]
    public void Every_word_is_one_token_and_decodes_to_itself()
    {
        const string Text = "start: Rowan ⟶ step 3: red";
        var tokenizer = Create();
        var ids = tokenizer.Encode(Text);
        Assert.Equal(Text.Split(' ').Select(word => tokenizer.IdOf(word)!.Value), ids);
        Assert.Equal(Text, tokenizer.Decode(ids));
    }

    [Fact]
    public void Special_tokens_and_markers_are_found_inside_words()
    {
        var tokenizer = Create();
        var ids = tokenizer.Encode("<|im_start|>Rowan\n<think> red #### </think><answer>red</answer><eos>");
        Assert.Equal(["<|im_start|>", "Rowan", "\n", "<think>", "red", "####", "</think>", "<answer>", "red", "</answer>", "<eos>"], ids.Select(tokenizer.TokenOf));
        Assert.Equal("Rowan\n<think> red #### </think> <answer> red </answer>", tokenizer.Decode(ids, skipSpecialTokens: true));
        Assert.Equal(tokenizer.IdOf("<eos>"), tokenizer.EosId);
        Assert.Equal(tokenizer.EosId, tokenizer.PadId);
    }

    [Fact]
    public void Words_that_are_not_listed_become_the_unknown_token() =>
        Assert.Equal([0], Create().Encode("unheard-of"));

    [Fact]
    public void A_stream_gives_the_same_text_as_decoding()
    {
        var tokenizer = Create();
        var ids = tokenizer.Encode("start: Rowan \n step 3: red");
        var stream = tokenizer.CreateStream();
        Assert.Equal("start: Rowan\nstep 3: red", tokenizer.Decode(ids));
        Assert.Equal(tokenizer.Decode(ids), string.Concat(ids.Select(stream.Append)));
    }

    [Fact]
    public void What_is_saved_loads_to_the_same_ids()
    {
        using var folder = new TemporaryFolder();
        var tokenizer = Create();
        tokenizer.Save(folder.Path);
        var loaded = Tokenizer.Load(folder.Path);
        const string Text = "<|im_start|>start: Rowan ⟶ step 3: red\n<answer>red</answer>";
        Assert.Equal(tokenizer.Encode(Text), loaded.Encode(Text));
        Assert.Equal(tokenizer.VocabularySize, loaded.VocabularySize);
        Assert.Equal(tokenizer.EosId, loaded.EosId);
        using var again = new TemporaryFolder();
        loaded.Save(again.Path);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "tokenizer.json")), File.ReadAllBytes(Path.Combine(again.Path, "tokenizer.json")));
    }

    [Fact]
    public void A_role_for_a_token_that_is_not_listed_is_refused() =>
        Assert.Contains("<bos>", Assert.Throws<ArgumentException>(() => Tokenizer.FromWords(["a"], endToken: "<bos>")).Message);
}
