using System.Collections;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>
/// The weights of a model: an ordered set of tensors under their Hugging Face names. There is one per model;
/// trainer, generator and optimizer share it, and change tensors only in place (<c>copy_</c>, <c>add_</c>, or the memory itself).
/// </summary>
/// <remarks>
/// Each tensor is contiguous, may share storage with its neighbours (q, k and v of a layer lie one after another, as do gate and up),
/// and is a leaf: a trainable one requires a gradient, which the backward pass adds to its <c>grad</c>. Adapter weights are here too, under peft's names.
/// </remarks>
public sealed class ParameterStore : IEnumerable<KeyValuePair<string, Tensor>>, IDisposable
{
    private readonly OrderedDictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _blocks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ScalarType> _savedTypes = new(StringComparer.Ordinal);

    internal ParameterStore() { }

    /// <summary>How many tensors there are.</summary>
    public int Count => _tensors.Count;

    /// <summary>The names, in the order of the model.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The tensors that training changes, in the order of the model.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Trainable => _tensors.Where(p => p.Value.requires_grad);

    /// <summary>How many numbers all tensors hold.</summary>
    public long ElementCount => _tensors.Values.Sum(t => t.numel());

    /// <summary>The tensor of a name.</summary>
    /// <param name="name">Its Hugging Face name, such as <c>model.layers.0.self_attn.q_proj.weight</c>.</param>
    /// <exception cref="KeyNotFoundException">There is none; the message names it.</exception>
    public Tensor this[string name] =>
        _tensors.TryGetValue(name, out var tensor) ? tensor : throw new KeyNotFoundException($"the model has no parameter '{name}'");

    /// <summary>Whether there is a tensor of this name.</summary>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>The tensor of a name, or null.</summary>
    public Tensor? Find(string name) => _tensors.GetValueOrDefault(name);

    /// <summary>Whether training changes the tensor of this name.</summary>
    public bool IsTrainable(string name) => this[name].requires_grad;

    /// <summary>Lets training change a tensor, or freezes it and drops its gradient.</summary>
    /// <exception cref="InvalidOperationException">A half-precision tensor was to be trained: at usual learning rates its updates round to nothing.</exception>
    public void SetTrainable(string name, bool trainable)
    {
        var tensor = this[name];
        if (trainable && tensor.dtype != ScalarType.Float32)
            throw new InvalidOperationException($"parameter '{name}' is held in {tensor.dtype}; load the checkpoint with float32 weights to train it");
        tensor.requires_grad = trainable;
        if (!trainable) tensor.grad = null;
    }

    /// <summary>The type that a checkpoint stores this tensor in; the type in memory may be wider.</summary>
    public ScalarType SavedType(string name) => _savedTypes.TryGetValue(name, out var type) ? type : this[name].dtype;

    /// <summary>Sets all gradients to none, so that the next backward pass starts afresh.</summary>
    public void ClearGradients()
    {
        foreach (var tensor in _tensors.Values) tensor.grad = null;
    }

    /// <summary>The memory of parameters that lie together: (all their rows, columns), or a vector; see <see cref="DecoderLayout"/>.</summary>
    internal Tensor Block(string name) => _blocks[name];

    internal void AddBlock(string name, Tensor memory) => _blocks.Add(name, memory.DetachFromDisposeScope());

    internal void SetSavedType(string name, ScalarType type) => _savedTypes[name] = type;

    /// <summary>Takes over a tensor; it lives until the store is disposed.</summary>
    internal void Add(string name, Tensor tensor, bool trainable)
    {
        _tensors.Add(name, tensor.DetachFromDisposeScope());
        if (trainable) tensor.requires_grad = true;
    }

    internal void Remove(string name)
    {
        if (_tensors.Remove(name, out var tensor)) tensor.Dispose();
        _savedTypes.Remove(name);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => _tensors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Frees all tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in _tensors.Values.Concat(_blocks.Values)) tensor.Dispose();
        _tensors.Clear();
        _blocks.Clear();
    }
}
