namespace Ghpo.Models.Tokenization;

/// <summary>A token that is found in the text before the model sees it: special tokens such as <c>&lt;|im_end|&gt;</c>, and others added to a vocabulary.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">The text that stands for it.</param>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>Control token: left out where special tokens are skipped.</summary>
    public bool Special { get; init; }

    /// <summary>Only matched where no word character touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Takes white space before it along.</summary>
    public bool LStrip { get; init; }

    /// <summary>Takes white space behind it along.</summary>
    public bool RStrip { get; init; }

    /// <summary>Looked for in the normalized text rather than in the text as given.</summary>
    public bool Normalized { get; init; }
}
