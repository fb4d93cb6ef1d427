using System.Text;
using Ghpo.Models.Tokenization.Patterns;

namespace Ghpo.Models.Tokenization.Decoders;

/// <summary>SentencePiece's ▁ becomes a space; at the very beginning nothing, unless none was put there.</summary>
internal sealed class MetaspaceDecoder(char replacement, bool keepsFirst) : Decoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
            decoded.Add(i == 0 && !keepsFirst ? tokens[i].Replace(replacement.ToString(), "", StringComparison.Ordinal) : tokens[i].Replace(replacement, ' '));
        return decoded;
    }
}

/// <summary>Replaces a pattern in each piece.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string content) : Decoder
{
    public override List<string> Decode(List<string> tokens) => [.. tokens.Select(token => pattern.Replace(token, content))];
}

/// <summary>Takes up to so many of one character from both ends of each piece.</summary>
internal sealed class StripDecoder(char content, int start, int stop) : Decoder
{
    public override List<string> Decode(List<string> tokens) => [.. tokens.Select(Strip)];

    private string Strip(string token)
    {
        var (from, to) = (0, token.Length);
        while (from < to && from < start && token[from] == content)
            from++;
        while (to > from && token.Length - to < stop && token[to - 1] == content)
            to--;
        return token[from..to];
    }
}

/// <summary>Pieces are words with a space between, except those that carry the prefix of a continuation.</summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanUp) : Decoder
{
    public override List<string> Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (i > 0)
                token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : $" {token}";
            decoded.Add(cleanUp ? CleanUp(token) : token);
        }

        return decoded;
    }

    private static string CleanUp(string text) => new StringBuilder(text)
        .Replace(" .", ".").Replace(" ?", "?").Replace(" !", "!").Replace(" ,", ",").Replace(" ' ", "'").Replace(" n't", "n't")
        .Replace(" 'm", "'m").Replace(" do not", " don't").Replace(" 's", "'s").Replace(" 've", "'ve").Replace(" 're", "'re").ToString();
}

/// <summary>The suffix of a word's last piece becomes a space, at the very end nothing.</summary>
internal sealed class SuffixDecoder(string suffix) : Decoder
{
    public override List<string> Decode(List<string> tokens) =>
        [.. tokens.Select((token, i) => suffix.Length == 0 ? token : token.Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal))];
}
