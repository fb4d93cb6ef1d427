using System.Text;
using Ghpo.Models.Tokenization.Models;
using Ghpo.Models.Tokenization.PreTokenizers;

namespace Ghpo.Models.Tokenization;

/// <summary>
/// Text to token ids and back, identical to Hugging Face tokenizers: <c>tokenizer.json</c>, or <c>vocab.json</c> with <c>merges.txt</c>.
/// Safe for concurrent use.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly WordCache _words;
    private readonly AddedTokenMatcher _raw;
    private readonly AddedTokenMatcher _normalized;
    private readonly Dictionary<string, AddedToken> _addedByText = [];
    private readonly bool[] _isSpecial;
    private readonly string?[] _tokens;

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _words = new WordCache(parts.Model);
        foreach (var token in parts.AddedTokens)
            _addedByText[token.Content] = token;

        var vocabulary = parts.Model.Vocabulary;
        var largest = Math.Max(vocabulary.Count == 0 ? -1 : vocabulary.Values.Max(), _addedByText.Values.Select(token => token.Id).DefaultIfEmpty(-1).Max());
        _tokens = new string?[largest + 1];
        _isSpecial = new bool[largest + 1];
        foreach (var (token, id) in vocabulary)
            _tokens[id] = token;
        foreach (var token in _addedByText.Values)
        {
            _tokens[token.Id] = token.Normalized && parts.Normalizer is { } normalizer ? normalizer.Normalize(token.Content) : token.Content; // as it stands in a normalized text
            _isSpecial[token.Id] = token.Special;
        }

        _raw = new AddedTokenMatcher(_addedByText.Values.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        _normalized = new AddedTokenMatcher(_addedByText.Values.Where(t => t.Normalized).Select(t => (parts.Normalizer?.Normalize(t.Content) ?? t.Content, t)));
    }

    /// <summary>Number of ids: the largest id plus one, added tokens included. A model's embedding may have more rows, never fewer.</summary>
    public int VocabularySize => _tokens.Length;

    /// <summary>The tokens with a role.</summary>
    public SpecialTokens SpecialTokens => _parts.SpecialTokens;

    /// <summary>The id of the token that ends a text (<c>eos_token</c>), or null where the files name none.</summary>
    public int? EosId => SpecialTokens.Eos is { } eos ? IdOf(eos) : null;

    /// <summary>The id of the token that fills a batch (<c>pad_token</c>), or null where the files name none.</summary>
    public int? PadId => SpecialTokens.Pad is { } pad ? IdOf(pad) : null;

    /// <summary>Reads the tokenizer of a checkpoint folder: <c>tokenizer.json</c>, or <c>vocab.json</c> and <c>merges.txt</c> (then the class in <c>tokenizer_config.json</c> says how text is split), or a SentencePiece <c>tokenizer.model</c>.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="TokenizerException">A file is missing, damaged, or asks for something that is not known here.</exception>
    public static Tokenizer Load(string folder) => new(TokenizerFolder.Read(folder));

    /// <summary>
    /// Makes a tokenizer whose tokens are whole words. Text is split at white space; decoding puts one space between words (none around a line feed).
    /// <see cref="Save"/> writes a <c>tokenizer.json</c> that Hugging Face tokenizers loads to the same ids.
    /// </summary>
    /// <param name="words">The words, in the order of their ids. A word that holds white space, such as a line feed, is treated like an entry of <paramref name="markers"/>.</param>
    /// <param name="specialTokens">Control tokens such as <c>&lt;eos&gt;</c>: found anywhere in a text, left out by <c>skipSpecialTokens</c>. Their ids come first.</param>
    /// <param name="markers">Tokens such as <c>&lt;think&gt;</c>: found anywhere in a text, always kept when decoding. Their ids follow the special tokens'.</param>
    /// <param name="unknownToken">The token for words that are not listed; it gets the id 0.</param>
    /// <param name="endToken">The <c>eos_token</c>; must be one of <paramref name="specialTokens"/>.</param>
    /// <param name="padToken">The <c>pad_token</c>; must be one of <paramref name="specialTokens"/>. Default: the end token.</param>
    /// <param name="chatTemplate">A Jinja template written to <c>tokenizer_config.json</c>.</param>
    /// <exception cref="ArgumentException">A word is empty, or a role is given to a token that is not listed.</exception>
    public static Tokenizer FromWords(
        IReadOnlyList<string> words,
        IReadOnlyList<string>? specialTokens = null,
        IReadOnlyList<string>? markers = null,
        string unknownToken = "<unk>",
        string? endToken = null,
        string? padToken = null,
        string? chatTemplate = null) =>
        new(WordVocabulary.Create(words, specialTokens ?? [], markers ?? [], unknownToken, endToken, padToken, chatTemplate));

    /// <summary>The ids of a text. Special tokens written in the text become their ids.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Adds what the post-processor adds (such as a token that begins every text).</param>
    public int[] Encode(string text, bool addSpecialTokens = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new IdBuffer();
        var sink = new WordSink(_words, ids);
        for (var at = 0; at < text.Length;)
        {
            var (start, end, token) = _raw.Next(text, at);
            if (start > at)
                EncodeNormalized(at == 0 && start == text.Length ? text : text[at..start], at == 0, sink);
            if (token is not null)
                ids.Add(token.Id);
            at = end;
        }

        return addSpecialTokens ? _parts.PostProcessor.Apply(ids) : ids.ToArray();
    }

    /// <summary>The text of ids. Ids that are not in the vocabulary are left out; bytes that are no UTF-8 become U+FFFD.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = false)
    {
        var text = DecodeRaw(ids, skipSpecialTokens);
        return _parts.CleansUpSpaces ? CleanUpSpaces(text) : text;
    }

    /// <summary>The id of a token by its exact form in the vocabulary, or null.</summary>
    /// <param name="token">The token.</param>
    public int? IdOf(string token) =>
        _addedByText.TryGetValue(token, out var added) ? added.Id : _parts.Model.Vocabulary.TryGetValue(token, out var id) ? id : null;

    /// <summary>The exact form of a token in the vocabulary (bytes in GPT-2's alphabet where it is byte-level), or null for an id that is not used.</summary>
    /// <param name="id">Token id.</param>
    public string? TokenOf(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>Whether an id is a special token's.</summary>
    /// <param name="id">Token id.</param>
    public bool IsSpecial(int id) => (uint)id < (uint)_isSpecial.Length && _isSpecial[id];

    /// <summary>Decodes tokens one by one as they come, never showing half a character.</summary>
    /// <param name="skipSpecialTokens">Leaves special tokens out.</param>
    public DecodeStream CreateStream(bool skipSpecialTokens = false) => new(this, skipSpecialTokens);

    /// <summary>Writes the tokenizer's files, its configuration and chat templates with them, into a folder; each file appears whole.</summary>
    /// <param name="folder">The folder; made where it does not exist.</param>
    public void Save(string folder) => _parts.Files.CopyTo(folder);

    /// <summary>Decodes without cleaning up spaces, as streams do.</summary>
    internal string DecodeRaw(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var tokens = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (TokenOf(id) is { } token && !(skipSpecialTokens && _isSpecial[id]))
                tokens.Add(token);
        }

        return _parts.Decoder is { } decoder ? string.Concat(decoder.Decode(tokens)) : string.Join(' ', tokens);
    }

    private void EncodeNormalized(string text, bool atStart, WordSink sink)
    {
        var normalized = _parts.Normalizer?.Normalize(text) ?? text;
        if (_normalized.IsEmpty)
        {
            Split(normalized, atStart, sink);
            return;
        }

        for (var at = 0; at < normalized.Length;)
        {
            var (start, end, token) = _normalized.Next(normalized, at);
            Split(normalized.AsSpan(at, start - at), atStart && at == 0, sink);
            if (token is not null)
                sink.Ids.Add(token.Id);
            at = end;
        }
    }

    private void Split(ReadOnlySpan<char> text, bool atStart, WordSink sink)
    {
        if (text.IsEmpty)
            return;
        if (_parts.PreTokenizer is { } splitter)
            splitter.Split(text, atStart, sink);
        else
            sink.Add(text, atStart);
    }

    // As transformers does it.
    private static string CleanUpSpaces(string text) => new StringBuilder(text)
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'")
        .Replace(" n't", "n't").Replace(" 'm", "'m").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re").ToString();

    private sealed class WordSink(WordCache words, IdBuffer ids) : IPieceSink
    {
        public IdBuffer Ids => ids;

        public void Add(ReadOnlySpan<char> piece, bool atStart)
        {
            if (!piece.IsEmpty)
                words.Encode(piece, ids);
        }
    }
}
