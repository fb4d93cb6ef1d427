using System.Runtime.CompilerServices;
using System.Text;

namespace Ghpo.Models.Tokenization.Models;

/// <summary>What a byte-pair encoding does beside its merges; names as in tokenizer.json.</summary>
internal sealed record BpeOptions
{
    public string? UnknownToken { get; init; }
    public bool FuseUnknown { get; init; }
    public bool ByteFallback { get; init; }
    public bool IgnoreMerges { get; init; }
    public string? ContinuingSubwordPrefix { get; init; }
    public string? EndOfWordSuffix { get; init; }
}

/// <summary>
/// Byte-pair encoding over characters (byte-level vocabularies write bytes as characters, so they are no special case).
/// Own code, because the .NET library for it covers neither arbitrary split patterns nor byte fallback with SentencePiece vocabularies.
/// </summary>
internal sealed class BpeModel : WordModel
{
    private const int TableSize = 1 << 16;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly MergeTable _merges;
    private readonly BpeOptions _options;
    private readonly int[] _characters = new int[TableSize];
    private readonly int[]? _bytes;
    private readonly int? _unknown;

    public BpeModel(Dictionary<string, int> vocabulary, MergeTable merges, BpeOptions options)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        _unknown = options.UnknownToken is { } unknown && vocabulary.TryGetValue(unknown, out var id) ? id : null;
        _characters.AsSpan().Fill(-1);
        foreach (var (token, tokenId) in vocabulary)
        {
            if (token.Length == 1)
                _characters[token[0]] = tokenId;
        }

        if (options.ByteFallback)
            _bytes = [.. Enumerable.Range(0, 256).Select(b => vocabulary.GetValueOrDefault($"<0x{b:X2}>", -1))];
    }

    public override IReadOnlyDictionary<string, int> Vocabulary => _vocabulary;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Encode(ReadOnlySpan<char> piece, IdBuffer ids)
    {
        if (_options.IgnoreMerges && _lookup.TryGetValue(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        var symbols = MergeWorkspace.Rent();
        var pendingUnknown = false;
        for (var i = 0; i < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[i..], out var rune, out var length);
            var id = Find(piece.Slice(i, length), i == 0, i + length == piece.Length);
            i += length;
            if (id >= 0)
            {
                if (pendingUnknown)
                    symbols.Add(_unknown!.Value);
                pendingUnknown = false;
                symbols.Add(id);
            }
            else if (!AddBytes(rune, symbols) && _unknown is { } unknown)
            {
                if (pendingUnknown && !_options.FuseUnknown)
                    symbols.Add(unknown);
                pendingUnknown = true;
            }
        }

        if (pendingUnknown)
            symbols.Add(_unknown!.Value);
        symbols.MergeInto(ids, _merges);
    }

    private int Find(ReadOnlySpan<char> character, bool first, bool last)
    {
        var prefix = first ? null : _options.ContinuingSubwordPrefix;
        var suffix = last ? _options.EndOfWordSuffix : null;
        if (prefix is null && suffix is null)
        {
            if (character.Length == 1)
                return _characters[character[0]];
            return _lookup.TryGetValue(character, out var id) ? id : -1;
        }

        return _vocabulary.GetValueOrDefault($"{prefix}{character}{suffix}", -1);
    }

    private bool AddBytes(Rune rune, MergeWorkspace symbols)
    {
        if (_bytes is null)
            return false;
        Span<byte> utf8 = stackalloc byte[4];
        utf8 = utf8[..rune.EncodeToUtf8(utf8)];
        foreach (var b in utf8)
        {
            if (_bytes[b] < 0)
                return false;
        }

        foreach (var b in utf8)
            symbols.Add(_bytes[b]);
        return true;
    }
}
