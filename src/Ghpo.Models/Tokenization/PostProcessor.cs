using Ghpo.Models.Tokenization.Models;

namespace Ghpo.Models.Tokenization;

/// <summary>The special tokens that go before and behind one encoded text.</summary>
/// <param name="Before">Ids in front.</param>
/// <param name="After">Ids behind.</param>
internal sealed record PostProcessor(IReadOnlyList<int> Before, IReadOnlyList<int> After)
{
    public static PostProcessor None { get; } = new([], []);

    /// <summary>This one, then the other around its result.</summary>
    public PostProcessor Then(PostProcessor outer) => new([.. outer.Before, .. Before], [.. After, .. outer.After]);

    public int[] Apply(IdBuffer ids) => Before.Count + After.Count == 0 ? ids.ToArray() : [.. Before, .. ids.Span, .. After];
}
