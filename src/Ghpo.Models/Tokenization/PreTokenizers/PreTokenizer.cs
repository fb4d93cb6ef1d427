namespace Ghpo.Models.Tokenization.PreTokenizers;

/// <summary>Where pieces of text go. <c>atStart</c> says that the piece begins where the whole text begins.</summary>
internal interface IPieceSink
{
    void Add(ReadOnlySpan<char> piece, bool atStart);
}

/// <summary>Splits a text into pieces (and may rewrite them); each piece goes to the sink, in order. Safe for concurrent use.</summary>
internal abstract class PreTokenizer
{
    public abstract void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink);
}

/// <summary>One splitter behind another.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> stages) : PreTokenizer
{
    public override void Split(ReadOnlySpan<char> text, bool atStart, IPieceSink sink)
    {
        for (var i = stages.Count - 1; i > 0; i--)
            sink = new Stage(stages[i], sink);
        if (stages.Count == 0)
            sink.Add(text, atStart);
        else
            stages[0].Split(text, atStart, sink);
    }

    private sealed class Stage(PreTokenizer splitter, IPieceSink next) : IPieceSink
    {
        public void Add(ReadOnlySpan<char> piece, bool atStart)
        {
            if (piece.Length > 0)
                splitter.Split(piece, atStart, next);
        }
    }
}
