namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>Where a Metaspace puts its mark in front.</summary>
internal enum PrependScheme
{
    First,
    Always,
    Never,
}

/// <summary>SentencePiece's way with spaces: each becomes ▁, one is put in front (of the text, of every part between added tokens, or of none), and pieces begin at it.</summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        var marked = text.ToString().Replace(' ', replacement);
        if (!marked.StartsWith(replacement) && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && atStart)))
            marked = replacement + marked;
        if (!split)
        {
            sink.Add(marked, atStart);
            return;
        }

        for (var start = 0; start < marked.Length;)
        {
            var next = marked.IndexOf(replacement, start + 1);
            var end = next < 0 ? marked.Length : next;
            sink.Add(marked.AsSpan(start, end - start), atStart && start == 0);
            start = end;
        }
    }
}
