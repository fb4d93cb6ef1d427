using System.Text;
using Ghpo.Models.Tokenization;

namespace Ghpo.Models.Tests.Tokenization;

/// <summary>tokenizer.model, made here byte by byte: the format is a protocol buffer.</summary>
public class SentencePieceFileTests
{
    private const int Normal = 1, Unknown = 2, Control = 3;

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Number(int number, int value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)((value & 127) | 128), .. Varint(value >> 7)];

    private static byte[] Piece(string text, float score, int kind) =>
        Field(1, [.. Field(1, Encoding.UTF8.GetBytes(text)), (2 << 3) | 5, .. BitConverter.GetBytes(score), .. Number(3, kind)]);

    private static Tokenizer Load(byte[] model, string? config = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "tokenizer.model"), model);
        if (config is not null)
            folder.Write("tokenizer_config.json", config);
        return Tokenizer.Load(folder.Path);
    }

    private static byte[] Bpe() =>
    [
        .. Piece("<unk>", 0, Unknown), .. Piece("<s>", 0, Control), .. Piece("</s>", 0, Control), .. Piece("▁", -4, Normal), .. Piece("a", -5, Normal), .. Piece("b", -6, Normal),
        .. Piece("ab", -1, Normal), .. Piece("▁a", -2, Normal), .. Piece("▁ab", -3, Normal), .. Field(2, Number(3, 2)),
    ];

    [Fact]
    public void Byte_pairs_merge_by_their_token_s_score()
    {
        var tokenizer = Load(Bpe());
        Assert.Equal([1, 8, 8], tokenizer.Encode("ab ab", addSpecialTokens: true));
        Assert.Equal([3, 7, 0], tokenizer.Encode(" a?"));
        Assert.Equal([1, 8, 2, 7], tokenizer.Encode("<s>ab</s>a"));
        Assert.Equal("ab ab", tokenizer.Decode([1, 8, 8], skipSpecialTokens: true));
    }

    [Fact]
    public void The_newer_form_puts_a_space_only_in_front_of_the_text()
    {
        var tokenizer = Load(Bpe(), """{"legacy": false, "add_bos_token": false}""");
        Assert.Equal([7], tokenizer.Encode(" a", addSpecialTokens: true));
        Assert.Equal([1, 6, 2, 4], tokenizer.Encode("<s>ab</s>a"));
    }

    [Fact]
    public void Unigram_models_split_at_spaces()
    {
        var tokenizer = Load([.. Piece("<unk>", 0, Unknown), .. Piece("▁a", -1, Normal), .. Piece("b", -2, Normal), .. Field(2, Number(3, 1))]);
        Assert.Equal([1, 2, 1], tokenizer.Encode("ab a "));
        Assert.Equal("ab a", tokenizer.Decode([1, 2, 1]));
    }

    [Fact]
    public void A_damaged_file_is_named()
    {
        Assert.Contains("tokenizer.model", Assert.Throws<TokenizerException>(() => Load([10, 200, 200])).Message);
        Assert.Contains("holds no pieces", Assert.Throws<TokenizerException>(() => Load([])).Message);
    }
}
