namespace Ghpo.Models.Tokenization.Normalizers;

/// <summary>Rewrites a text before it is split. Safe for concurrent use.</summary>
internal abstract class Normalizer
{
    public abstract string Normalize(string text);
}

/// <summary>One normalizer behind another.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override string Normalize(string text)
    {
        foreach (var step in steps)
            text = step.Normalize(text);
        return text;
    }
}
