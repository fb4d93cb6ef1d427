namespace Ghpo.Models.Tests.Tokenization;

/// <summary>Every vector that Hugging Face tokenizers wrote: the same ids, the same text, the same chunks.</summary>
public class GoldenTokenizerTests
{
    public static TheoryData<string> Names => ["qwen2.5", "bpe-llama3", "bpe-nfc-digits", "bpe-sp-first", "bpe-sp-legacy"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encoding_and_decoding_back_agree_with_the_reference(string name)
    {
        var tokenizer = Vectors.Load(name);
        foreach (var vector in Vectors.Lines($"golden/tokenizers/{name}/encode.jsonl"))
        {
            var (text, ids) = ((string)vector["text"]!, Vectors.Ids(vector["ids"]));
            Assert.Equal(ids, tokenizer.Encode(text));
            Assert.Equal((string?)vector["decoded"] ?? text, tokenizer.Decode(ids));
            if (vector["ids_with_special"] is { } special)
                Assert.Equal(Vectors.Ids(special), tokenizer.Encode(text, addSpecialTokens: true));
            if (vector["decoded_skip_special"] is { } skipped)
                Assert.Equal((string?)skipped, tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Decoding_any_ids_agrees_with_the_reference(string name)
    {
        var tokenizer = Vectors.Load(name);
        foreach (var vector in Vectors.Lines($"golden/tokenizers/{name}/decode.jsonl"))
        {
            var ids = Vectors.Ids(vector["ids"]);
            Assert.Equal((string?)vector["text"], tokenizer.Decode(ids));
            Assert.Equal((string?)vector["text_skip_special"], tokenizer.Decode(ids, skipSpecialTokens: true));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Streams_give_the_reference_chunks(string name)
    {
        var tokenizer = Vectors.Load(name);
        foreach (var vector in Vectors.Lines($"golden/tokenizers/{name}/stream.jsonl"))
        {
            var stream = tokenizer.CreateStream();
            var chunks = Vectors.Ids(vector["ids"]).Select(stream.Append).ToArray();
            Assert.Equal(vector["chunks"]!.AsArray().Select(chunk => (string?)chunk), chunks);
            Assert.Equal((string?)vector["joined"], string.Concat(chunks));
        }
    }

    [Fact]
    public void The_qwen2_vocabulary_agrees_with_its_own_vectors()
    {
        var tokenizer = Vectors.Load("qwen2");
        foreach (var vector in Vectors.Lines("data/tokenizers/qwen2/vectors.jsonl"))
            Assert.Equal(Vectors.Ids(vector["ids"]), tokenizer.Encode((string)vector["text"]!));
    }
}
