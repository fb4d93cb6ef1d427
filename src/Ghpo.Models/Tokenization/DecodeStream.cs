namespace Ghpo.Models.Tokenization;

/// <summary>
/// Text from tokens as they come. A character whose bytes are spread over several tokens appears whole, with the last of them.
/// Only the last few tokens are decoded again at each step. Not for use by several threads at once.
/// </summary>
public sealed class DecodeStream
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private string _prefix = "";
    private int _prefixLength;

    internal DecodeStream(Tokenizer tokenizer, bool skipSpecialTokens)
    {
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes one more token.</summary>
    /// <param name="id">Token id.</param>
    /// <returns>The text that it completes, or null where there is none yet.</returns>
    public string? Append(int id)
    {
        if (_prefix.Length == 0 && _ids.Count > 0)
        {
            var prefix = Text();
            if (!prefix.EndsWith('\uFFFD'))
            {
                _prefix = prefix;
                _prefixLength = _ids.Count;
            }
        }

        _ids.Add(id);
        var text = Text();
        if (text.Length <= _prefix.Length || text.EndsWith('\uFFFD') || !text.StartsWith(_prefix, StringComparison.Ordinal))
            return null;

        var chunk = text[_prefix.Length..];
        // The tokens of this chunk stay: how the next one reads can depend on them.
        var length = _ids.Count - _prefixLength;
        _ids.RemoveRange(0, _prefixLength);
        _prefix = Text();
        _prefixLength = length;
        return chunk;
    }

    /// <summary>Ends the stream.</summary>
    /// <returns>What was held back because its character never became whole (with U+FFFD for the missing part), or null where nothing was.</returns>
    public string? Finish()
    {
        var text = Text();
        var rest = text.Length > _prefix.Length && text.StartsWith(_prefix, StringComparison.Ordinal) ? text[_prefix.Length..] : null;
        _ids.Clear();
        _prefix = "";
        _prefixLength = 0;
        return rest;
    }

    private string Text() => _tokenizer.DecodeRaw(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_ids), _skipSpecialTokens);
}
