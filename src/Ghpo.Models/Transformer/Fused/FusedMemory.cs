using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>What one layer keeps for its gradient.</summary>
/// <param name="Input">The residual stream before the layer (tokens, hidden).</param>
/// <param name="Middle">Between attention and MLP (tokens, hidden).</param>
/// <param name="Heads">q, k, v as attention uses them.</param>
/// <param name="Raw">q and k before their norms, where there are norms.</param>
/// <param name="Attended">Attention's output (tokens, queries).</param>
/// <param name="Normalizers">Log-sum-exp of each score row (tokens, heads).</param>
/// <param name="GateUp">The MLP's gate and up (tokens, 2 · intermediate).</param>
internal sealed record LayerAreas(Area Input, Area Middle, Area Heads, Area Raw, Area Attended, Area Normalizers, Area GateUp);

/// <summary>How much of a pass is kept for the gradient.</summary>
internal enum Keep
{
    /// <summary>Nothing: there will be no gradient.</summary>
    Nothing,

    /// <summary>Each layer's input; the rest is computed again.</summary>
    Inputs,

    /// <summary>All that the gradient reads.</summary>
    All,
}

/// <summary>The layout of a pass in its arena.</summary>
internal sealed class FusedMemory
{
    /// <summary>The most that the logits of one chunk of rows take, in bytes.</summary>
    public const long ChunkBytes = 96L << 20;

    public FusedMemory(Arena arena, ModelConfig config, HeadShape shape, int tokens, int targets, Keep keep)
    {
        int hidden = config.HiddenSize, inner = config.IntermediateSize;
        arena.Continue(from: 0);
        Cosine = arena.Plan(tokens, shape.Size / 2);
        Sine = arena.Plan(tokens, shape.Size / 2);
        LayerAreas Layer(Area input) => new(
            input, arena.Plan(tokens, hidden), arena.Plan(tokens, shape.Row),
            config.QueryKeyNorm ? arena.Plan(tokens, shape.Queries + shape.Keys) : default,
            arena.Plan(tokens, shape.Queries), arena.Plan(tokens, shape.Heads), arena.Plan(tokens, 2 * inner));

        var shared = Layer(arena.Plan(tokens, hidden));
        Layers = keep switch
        {
            Keep.Nothing => [.. Enumerable.Repeat(shared, config.LayerCount)],
            Keep.Inputs => [.. Enumerable.Range(0, config.LayerCount).Select(i => i == 0 ? shared : shared with { Input = arena.Plan(tokens, hidden) })],
            _ => [.. Enumerable.Range(0, config.LayerCount).Select(i => i == 0 ? shared : Layer(arena.Plan(tokens, hidden)))],
        };
        Last = keep == Keep.Nothing ? shared.Input : arena.Plan(tokens, hidden);
        HeadInput = arena.Plan(targets, hidden);
        HeadNormalizers = arena.Plan(targets, 1);
        if (keep != Keep.Nothing)
        {
            Gradient = arena.Plan(tokens, hidden);
            Partial = arena.Plan(Rows.Blocks(tokens), Math.Max(Math.Max(2 * inner, shape.Row), Math.Max(hidden, 2 * shape.Size)));
        }

        // The head's logits and what lives within one layer are never in use together: they share a place.
        var place = arena.Planned;
        ChunkRows = (int)Math.Clamp(ChunkBytes / (4L * config.VocabularySize), 1, targets);
        Logits = arena.Plan(ChunkRows, config.VocabularySize);
        var end = arena.Planned;
        arena.Continue(place);
        Normed = arena.Plan(tokens, hidden);
        Delta = arena.Plan(tokens, hidden);
        Product = arena.Plan(tokens, inner);
        if (keep != Keep.Nothing)
        {
            HeadsGradient = arena.Plan(tokens, shape.Row);
            AttendedGradient = arena.Plan(tokens, shape.Queries);
        }

        arena.Continue(Math.Max(end, arena.Planned));
    }

    public Area Cosine { get; }

    public Area Sine { get; }

    /// <summary>The output of a norm, which feeds a product.</summary>
    public Area Normed { get; }

    /// <summary>The output of a product, which is added to the residual stream; backward, its gradient before a norm's.</summary>
    public Area Delta { get; }

    /// <summary>silu(gate)·up; backward, first its gradient.</summary>
    public Area Product { get; }

    public LayerAreas[] Layers { get; }

    /// <summary>The residual stream after the last layer.</summary>
    public Area Last { get; }

    /// <summary>The normed rows that predict targets, divided by the temperature; backward, they become their gradient.</summary>
    public Area HeadInput { get; }

    public Area HeadNormalizers { get; }

    public int ChunkRows { get; }

    public Area Logits { get; }

    /// <summary>The gradient of the residual stream.</summary>
    public Area Gradient { get; }

    public Area HeadsGradient { get; }

    public Area AttendedGradient { get; }

    /// <summary>Sums of blocks of rows.</summary>
    public Area Partial { get; }
}
