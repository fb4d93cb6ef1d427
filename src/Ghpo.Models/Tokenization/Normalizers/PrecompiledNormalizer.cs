using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>SentencePiece's compiled rules (<c>precompiled_charsmap</c>): a double-array trie from UTF-8 to offsets into replacement texts that end with a zero byte.</summary>
internal sealed class PrecompiledNormalizer : Normalizer
{
    // The reference looks whole grapheme clusters up only where they are this short.
    private const int LongestCluster = 6;

    private readonly uint[] _trie;
    private readonly byte[] _replacements;

    public PrecompiledNormalizer(byte[] map)
    {
        if (map.Length < 4 || BinaryPrimitives.ReadUInt32LittleEndian(map) is var size && (size % 4 != 0 || size > map.Length - 4))
            throw new FormatException("precompiled_charsmap is damaged: its trie is longer than the data.");
        _trie = new uint[size / 4];
        for (var i = 0; i < _trie.Length; i++)
            _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(map.AsSpan(4 + (i * 4)));
        _replacements = map[(4 + (int)size)..];
    }

    public override string Normalize(string text)
    {
        var normalized = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            Append(text.AsSpan(at, length), normalized);
            at += length;
        }

        return normalized.ToString();
    }

    private void Append(ReadOnlySpan<char> cluster, StringBuilder into)
    {
        if (Encoding.UTF8.GetByteCount(cluster) < LongestCluster && Find(cluster) is { } whole)
        {
            into.Append(whole);
            return;
        }

        for (var i = 0; i < cluster.Length;)
        {
            Rune.DecodeFromUtf16(cluster[i..], out var rune, out var length);
            if (Find(cluster.Slice(i, length)) is { } replacement)
                into.Append(replacement);
            else
                into.Append(rune.ToString());
            i += length;
        }
    }

    // The replacement of the shortest prefix that has one, as the reference takes it.
    private string? Find(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[text.Length * 3];
        utf8 = utf8[..Encoding.UTF8.GetBytes(text, utf8)];
        if (_trie.Length == 0)
            return null;
        var node = Offset(_trie[0]);
        foreach (var b in utf8)
        {
            node ^= b;
            if (b == 0 || node >= _trie.Length)
                return null;
            var unit = _trie[(int)node];
            if ((unit & ((1u << 31) | 0xFF)) != b)
                return null;
            node ^= Offset(unit);
            if (((unit >> 8) & 1) != 0)
                return node < _trie.Length ? Replacement(_trie[(int)node] & 0x7FFFFFFF) : null;
        }

        return null;
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private string? Replacement(uint at)
    {
        if (at >= _replacements.Length)
            return null;
        var rest = _replacements.AsSpan((int)at);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
