using System.Buffers.Binary;
using System.Text;
using Ghpo.Models.Tokenization.Decoders;
using Ghpo.Models.Tokenization.Models;
using Ghpo.Models.Tokenization.Normalizers;
using Ghpo.Models.Tokenization.Patterns;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>
/// SentencePiece's <c>tokenizer.model</c> (a protocol buffer), turned into the parts that transformers' converter makes of it for Llama's kind:
/// BPE whose merges are all pairs that make a token, ranked by that token's score; or unigram.
/// </summary>
internal static class SentencePieceFile
{
    // Kinds of pieces in the file.
    private const int Unknown = 2, Control = 3, UserDefined = 4;
    private const int UnigramKind = 1, BpeKind = 2;

    public static TokenizerParts Read(string file, JsonSection? config, TokenizerFiles files)
    {
        var proto = Proto.Parse(file, File.ReadAllBytes(file));
        if (proto.Pieces.Count == 0)
            throw new TokenizerException($"{file}: holds no pieces; expected a SentencePiece model.");

        var legacy = config?.Bool("legacy", true) ?? true;
        var prefix = config?.OptionalBool("add_prefix_space") ?? proto.AddDummyPrefix;
        var added = proto.Pieces.Select((piece, id) => (piece, id)).Where(entry => entry.piece.Kind is Unknown or Control or UserDefined)
            .Select(entry => new AddedToken(entry.id, entry.piece.Text) { Special = entry.piece.Kind != UserDefined }).ToList();

        var isBpe = proto.Kind == BpeKind;
        return new TokenizerParts(Model(file, proto))
        {
            Normalizer = isBpe ? BpeNormalizer(legacy, prefix) : UnigramNormalizer(proto),
            PreTokenizer = isBpe && legacy ? null : new MetaspacePreTokenizer('▁', !prefix ? PrependScheme.Never : legacy ? PrependScheme.Always : PrependScheme.First, split: !isBpe),
            PostProcessor = PostProcessor(proto, config),
            Decoder = !isBpe ? new MetaspaceDecoder('▁', keepsFirst: !prefix) : new SequenceDecoder(
            [
                new ReplaceDecoder(new LiteralPattern("▁"), " "), new ByteFallbackDecoder(), new FuseDecoder(),
                .. prefix ? new[] { new StripDecoder(' ', 1, 0) } : [],
            ]),
            AddedTokens = added,
            Files = files,
        };
    }

    // Llama's form: in the older way the mark goes in front of every part between special tokens, even where there is one already.
    private static SequenceNormalizer? BpeNormalizer(bool legacy, bool prefix) => !legacy ? null
        : new SequenceNormalizer([.. prefix ? new[] { new PrependNormalizer("▁") } : [], new ReplaceNormalizer(new LiteralPattern(" "), "▁")]);

    private static SequenceNormalizer UnigramNormalizer(Proto proto) => new(
    [
        .. proto.CharacterMap.Length > 0 ? new[] { new PrecompiledNormalizer(proto.CharacterMap) } : [],
        new StripNormalizer(left: false, right: true), new ReplaceNormalizer(RegexPattern.Parse(" {2,}"), "▁"),
    ]);

    private static WordModel Model(string file, Proto proto)
    {
        if (proto.Kind == UnigramKind)
            return new UnigramModel([.. proto.Pieces.Select(piece => (piece.Text, (double)piece.Score))], proto.Pieces.FindIndex(piece => piece.Kind == Unknown) is >= 0 and var id ? id : null, proto.ByteFallback);
        if (proto.Kind != BpeKind)
            throw new TokenizerException($"{file}: the model type {proto.Kind} is not known here (1: unigram, 2: BPE).");

        var vocabulary = new Dictionary<string, int>(proto.Pieces.Count);
        for (var id = 0; id < proto.Pieces.Count; id++)
            vocabulary.TryAdd(proto.Pieces[id].Text, id);
        return new BpeModel(vocabulary, Merges(proto, vocabulary), new BpeOptions
        {
            UnknownToken = proto.Pieces.Find(piece => piece.Kind == Unknown).Text,
            FuseUnknown = true,
            ByteFallback = proto.ByteFallback,
        });
    }

    // Every way to cut a token into two tokens is a merge; a token's better score merges first, then longer parts, in the converter's order.
    private static MergeTable Merges(Proto proto, Dictionary<string, int> vocabulary)
    {
        var lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(float Score, int LeftLength, int RightLength, int Left, int Right, int Id)>();
        foreach (var (text, id) in vocabulary.OrderBy(entry => entry.Value))
        {
            var ofToken = new List<(float, int, int, int Left, int Right, int)>();
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text.AsSpan(0, cut), out var left) && lookup.TryGetValue(text.AsSpan(cut), out var right))
                    ofToken.Add((proto.Pieces[id].Score, text.AsSpan(0, cut).EnumerateRunes().Count(), text.AsSpan(cut).EnumerateRunes().Count(), left, right, id));
            }

            merges.AddRange(ofToken.OrderBy(merge => merge.Left).ThenBy(merge => merge.Right));
        }

        var table = new MergeTable(merges.Count);
        var rank = 0;
        foreach (var merge in merges.OrderByDescending(merge => merge.Score).ThenByDescending(merge => merge.LeftLength).ThenByDescending(merge => merge.RightLength))
            table.Add(merge.Left, merge.Right, rank++, merge.Id);
        return table;
    }

    private static int Count(this SpanRuneEnumerator runes)
    {
        var count = 0;
        foreach (var _ in runes)
            count++;
        return count;
    }

    private static PostProcessor PostProcessor(Proto proto, JsonSection? config)
    {
        int[] begin = (config?.Bool("add_bos_token", true) ?? true) && proto.Pieces.FindIndex(piece => piece.Text == "<s>") is >= 0 and var bos ? [bos] : [];
        int[] end = (config?.Bool("add_eos_token", false) ?? false) && proto.Pieces.FindIndex(piece => piece.Text == "</s>") is >= 0 and var eos ? [eos] : [];
        return new PostProcessor(begin, end);
    }

    /// <summary>The fields of ModelProto that matter here: pieces (1), trainer (2), normalizer (3).</summary>
    private sealed class Proto
    {
        public List<(string Text, float Score, int Kind)> Pieces { get; } = [];
        public int Kind { get; private set; } = UnigramKind;
        public bool ByteFallback { get; private set; }
        public bool AddDummyPrefix { get; private set; } = true;
        public byte[] CharacterMap { get; private set; } = [];

        public static Proto Parse(string file, byte[] bytes)
        {
            var proto = new Proto();
            try
            {
                foreach (var (field, part, _) in Fields(bytes))
                {
                    if (field == 1)
                        proto.Pieces.Add(Piece(part));
                    else if (field == 2)
                        proto.ReadTrainer(part);
                    else if (field == 3)
                        proto.ReadNormalizer(part);
                }
            }
            catch (ArgumentException error)
            {
                throw new TokenizerException($"{file}: damaged; expected a SentencePiece model.", error);
            }

            return proto;
        }

        private static (string, float, int) Piece(ReadOnlyMemory<byte> bytes)
        {
            var (text, score, kind) = ("", 0f, 1);
            foreach (var (field, part, number) in Fields(bytes))
            {
                if (field == 1)
                    text = Encoding.UTF8.GetString(part.Span);
                else if (field == 2)
                    score = BinaryPrimitives.ReadSingleLittleEndian(part.Span);
                else if (field == 3)
                    kind = (int)number;
            }

            return (text, score, kind);
        }

        private void ReadTrainer(ReadOnlyMemory<byte> bytes)
        {
            foreach (var (field, _, number) in Fields(bytes))
            {
                if (field == 3)
                    Kind = (int)number;
                else if (field == 35)
                    ByteFallback = number != 0;
            }
        }

        private void ReadNormalizer(ReadOnlyMemory<byte> bytes)
        {
            foreach (var (field, part, number) in Fields(bytes))
            {
                if (field == 2)
                    CharacterMap = part.ToArray();
                else if (field == 3)
                    AddDummyPrefix = number != 0;
            }
        }

        private static IEnumerable<(int Field, ReadOnlyMemory<byte> Part, ulong Number)> Fields(ReadOnlyMemory<byte> bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var tag = Varint(bytes, ref at);
                var (length, number) = (0, 0UL);
                switch (tag & 7)
                {
                    case 0:
                        number = Varint(bytes, ref at);
                        break;
                    case 1:
                        length = 8;
                        break;
                    case 2:
                        length = checked((int)Math.Min(Varint(bytes, ref at), int.MaxValue));
                        break;
                    case 5:
                        length = 4;
                        break;
                    default:
                        throw new ArgumentException("unknown wire type");
                }

                yield return ((int)(tag >> 3), bytes.Slice(at, length), number);
                at += length;
            }
        }

        private static ulong Varint(ReadOnlyMemory<byte> bytes, ref int at)
        {
            var value = 0UL;
            for (var shift = 0; shift < 64; shift += 7)
            {
                if (at >= bytes.Length)
                    throw new ArgumentException("the data end inside a number");
                var b = bytes.Span[at++];
                value |= (ulong)(b & 0x7F) << shift;
                if (b < 0x80)
                    return value;
            }

            throw new ArgumentException("a number is too long");
        }
    }
}
