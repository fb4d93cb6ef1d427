using System.Buffers;

namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>Writes each UTF-8 byte of a piece as one printable character (GPT-2's alphabet), so that a vocabulary of text can hold any bytes.</summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : PreTokenizer
{
    private readonly KnownSplit? _split = useRegex ? KnownSplit.For(KnownSplit.Gpt2Pattern) : null;

    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        var mapped = new MapToBytes(sink);
        if (addPrefixSpace && !text.StartsWith(' '))
            text = $" {text}";
        if (_split is null)
            mapped.Add(text, atStart);
        else
            _split.Split(text, atStart, mapped);
    }

    private sealed class MapToBytes(IPieceSink next) : IPieceSink
    {
        public void Add(ReadOnlySpan<char> piece, bool atStart)
        {
            const int OnStack = 256;
            var most = ByteAlphabet.MaxLength(piece.Length);
            var rented = most > OnStack ? ArrayPool<char>.Shared.Rent(most) : null;
            var mapped = rented is null ? stackalloc char[OnStack] : rented;
            var length = ByteAlphabet.Write(piece, mapped);
            next.Add(mapped[..length], atStart);
            if (rented is not null)
                ArrayPool<char>.Shared.Return(rented);
        }
    }
}
