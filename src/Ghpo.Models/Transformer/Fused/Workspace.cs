namespace Ghpo.Models.Transformer.Fused;

/// <summary>The linear layers of a decoder layer, grouped by their input.</summary>
internal sealed record LayerGroups(LinearGroup QueryKeyValue, LinearGroup Output, LinearGroup GateUp, LinearGroup Down);

/// <summary>What a model keeps between passes: memory for activations, memory for gradients, and its layers' weights by group.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly CausalLM _model;
    private Arena? _idle;
    private GradientBlocks? _gradients;
    private LayerGroups[]? _layers;

    public Workspace(CausalLM model) => _model = model;

    public GradientBlocks Gradients => _gradients ??= new(_model);

    public LayerGroups[] Layers => _layers ??= [.. Enumerable.Range(0, _model.Config.LayerCount).Select(layer => new LayerGroups(
        new(_model, layer, "qkv", "q_proj", "k_proj", "v_proj"), new(_model, layer, "o", "o_proj"),
        new(_model, layer, "gate_up", "gate_proj", "up_proj"), new(_model, layer, "down", "down_proj")))];

    /// <summary>Memory that no other pass uses.</summary>
    public Arena RentArena() => Interlocked.Exchange(ref _idle, null) ?? new();

    /// <summary>Keeps the memory for the next pass.</summary>
    public void Return(Arena arena) => Interlocked.Exchange(ref _idle, arena)?.Dispose();

    /// <summary>Frees the memory for activations until the next pass.</summary>
    public void Trim() => Interlocked.Exchange(ref _idle, null)?.Dispose();

    public void Dispose()
    {
        Trim();
        _gradients?.Dispose();
    }
}
