using Ghpo.Models.Tokenization.Decoders;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>The <c>decoder</c> of tokenizer.json.</summary>
internal static class DecoderJson
{
    public static Decoder Read(JsonSection section) => section.Type switch
    {
        "Sequence" => new SequenceDecoder([.. section.Array("decoders").Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Metaspace" => ReadMetaspace(section),
        "Replace" => new ReplaceDecoder(PatternJson.Read(section), section.String("content")),
        "Strip" => ReadStrip(section),
        "WordPiece" => new WordPieceDecoder(section.OptionalString("prefix") ?? "##", section.Bool("cleanup", true)),
        "BPEDecoder" => new SuffixDecoder(section.OptionalString("suffix") ?? "</w>"),
        _ => throw section.Unknown("decoder"),
    };

    private static MetaspaceDecoder ReadMetaspace(JsonSection section)
    {
        var (replacement, scheme) = PreTokenizerJson.Metaspace(section);
        return new MetaspaceDecoder(replacement, keepsFirst: scheme == PrependScheme.Never);
    }

    private static StripDecoder ReadStrip(JsonSection section)
    {
        var content = section.String("content");
        return content.Length == 1 ? new StripDecoder(content[0], section.Int("start"), section.Int("stop")) : throw section.Error("'content' must be one character");
    }
}
