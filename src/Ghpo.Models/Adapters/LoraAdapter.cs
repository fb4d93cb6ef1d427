using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Adapters;

/// <summary>An adapter on a model: its weights stand in the model's <see cref="ParameterStore"/> under peft's names, and are all that is trained.</summary>
public sealed class LoraAdapter
{
    private readonly CausalLM _model;
    private readonly IReadOnlyList<string> _modules;
    private readonly Dictionary<string, LowRank> _parts = new(StringComparer.Ordinal);

    private LoraAdapter(CausalLM model, LoraConfig config)
    {
        if (model.LowRanks.Count > 0) throw new ArgumentException("the model has an adapter already: merge it first");
        (_model, Config) = (model, config);
        _modules = config.Modules(model.Config);
        WholeParameters = config.WholeParameters(model.Config);
    }

    /// <summary>Rank, scale and targets.</summary>
    public LoraConfig Config { get; }

    /// <summary>Whether the adapter's part is in the weights themselves at the moment.</summary>
    public bool IsMerged { get; private set; }

    /// <summary>Parameters of the model that are trained whole (modules_to_save).</summary>
    internal IReadOnlyList<string> WholeParameters { get; }

    /// <summary>The adapter's tensors with their names in peft's files, in the order of the model.</summary>
    internal IEnumerable<(string Name, Tensor Tensor)> Tensors =>
        _modules.SelectMany(module => (IEnumerable<(string, Tensor)>)[(NameA(module), _parts[module].A), (NameB(module), _parts[module].B)])
            .Concat(WholeParameters.Select(name => (Prefix + name, _model.Parameters[name])))
            .Concat(SharesHead ? [(HeadCopy, _model.Parameters[DecoderLayout.Embedding])] : []);

    /// <summary>The embedding is trained, and is the head as well: peft stores it under both names.</summary>
    private bool SharesHead => _model.Config.TiedHead && WholeParameters.Contains(DecoderLayout.Embedding);

    private const string HeadCopy = Prefix + DecoderLayout.Head;

    internal const string Prefix = "base_model.model.";

    /// <summary>Puts a new adapter on a model and freezes all else. It changes nothing at first: B is zero, A uniform within ±1/√input.</summary>
    /// <param name="model">A model without an adapter.</param>
    /// <param name="config">Rank, scale and targets.</param>
    /// <param name="seed">Decides A.</param>
    /// <exception cref="ArgumentException">A number is out of range, or a name is no module of the model.</exception>
    public static LoraAdapter Attach(CausalLM model, LoraConfig config, ulong seed)
    {
        var adapter = new LoraAdapter(model, config);
        adapter.Create(trainable: true, (index, a, b) =>
        {
            Initialization.Uniform(a, 1 / Math.Sqrt(a.shape[1]), seed, index);
            b.zero_();
        });
        return adapter;
    }

    /// <summary>Loads an adapter in peft's format onto a model.</summary>
    /// <param name="model">A model without an adapter.</param>
    /// <param name="folder">A folder with adapter_config.json and adapter_model.safetensors.</param>
    /// <param name="trainable">Whether it goes on being trained.</param>
    /// <exception cref="CheckpointException">A file is absent or damaged, has an option that is not supported, or does not fit the model; the message names it.</exception>
    public static LoraAdapter Load(CausalLM model, string folder, bool trainable = true)
    {
        try
        {
            var config = AdapterFiles.ReadConfig(folder);
            if (model.Config.TiedHead && !config.EnsureWeightTying && config.WholeParameters(model.Config).Contains(DecoderLayout.Embedding)) model.Untie();
            var adapter = new LoraAdapter(model, config);
            using var source = AdapterFiles.Open(folder, adapter.ExpectedShapes(), adapter.SharesHead ? HeadCopy : "");
            adapter.Create(trainable, (index, a, b) =>
            {
                var module = adapter._modules[(int)index];
                source.ReadInto(source.Find(NameA(module)), a);
                source.ReadInto(source.Find(NameB(module)), b);
            });
            foreach (var name in adapter.WholeParameters) source.ReadInto(source.Find(Prefix + name), model.Parameters[name].detach());
            return adapter;
        }
        catch (ArgumentException e)
        {
            throw new CheckpointException($"{Path.Combine(folder, AdapterFiles.ConfigName)}: {e.Message}", e);
        }
    }

    /// <summary>Saves the adapter so that peft loads it; atomically.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="baseModel">The name or folder of the model it belongs to, for readers of the file.</param>
    /// <exception cref="CheckpointException">Something cannot be written.</exception>
    public void Save(string folder, string? baseModel = null) => AdapterFiles.Write(this, folder, baseModel);

    /// <summary>Puts the adapter's part into the weights: W += scale·B·A. Passes and saved checkpoints then have it without the adapter.</summary>
    public void Merge()
    {
        if (IsMerged) return;
        Change(1);
        foreach (var module in _modules) _model.LowRanks.Remove(module);
        IsMerged = true;
    }

    /// <summary>Takes the adapter's part out of the weights again, up to rounding.</summary>
    public void Unmerge()
    {
        if (!IsMerged) return;
        Change(-1);
        foreach (var module in _modules) _model.LowRanks[module] = _parts[module];
        IsMerged = false;
    }

    /// <summary>Takes the adapter off until what is returned is disposed of: the model is then the one it was put on. Modules that are trained whole (modules_to_save) stay as trained.</summary>
    /// <exception cref="InvalidOperationException">The adapter is merged into the weights.</exception>
    public IDisposable Disable()
    {
        if (IsMerged) throw new InvalidOperationException("the adapter is merged: unmerge it first");
        foreach (var module in _modules) _model.LowRanks.Remove(module);
        return new Disabled(this);
    }

    private void Create(bool trainable, Action<ulong, Tensor, Tensor> fill)
    {
        using var noGradient = no_grad();
        foreach (var name in _model.Parameters.Names.ToArray()) _model.Parameters.SetTrainable(name, false);
        ulong index = 0;
        foreach (var module in _modules)
        {
            using var scope = NewDisposeScope();
            var (a, b) = Shapes(module);
            Tensor matrixA = empty(a, ScalarType.Float32, _model.Device), matrixB = empty(b, ScalarType.Float32, _model.Device);
            fill(index++, matrixA, matrixB);
            _model.Parameters.Add(NameA(module), matrixA, trainable);
            _model.Parameters.Add(NameB(module), matrixB, trainable);
            _parts[module] = new(matrixA, matrixB, (float)Config.Scale, Config.Dropout, _parts.Count);
            _model.LowRanks[module] = _parts[module];
        }
        foreach (var name in WholeParameters) _model.Parameters.SetTrainable(name, trainable);
    }

    private void Change(float sign)
    {
        using var noGradient = no_grad();
        foreach (var module in _modules)
        {
            using var scope = NewDisposeScope();
            var (weight, part) = (_model.Parameters[module + ".weight"], _parts[module]);
            var delta = part.B.detach().mm(part.A.detach()).mul_(sign * part.Scale);
            weight.detach().add_(delta.to(weight.dtype));
        }
    }

    private Dictionary<string, long[]> ExpectedShapes()
    {
        Dictionary<string, long[]> shapes = new(StringComparer.Ordinal);
        foreach (var module in _modules) (shapes[NameA(module)], shapes[NameB(module)]) = Shapes(module);
        foreach (var name in WholeParameters) shapes[Prefix + name] = _model.Parameters[name].shape;
        return shapes;
    }

    private (long[] A, long[] B) Shapes(string module)
    {
        var weight = _model.Parameters[module + ".weight"].shape;
        return ([Config.Rank, weight[1]], [weight[0], Config.Rank]);
    }

    private static string NameA(string module) => $"{Prefix}{module}.lora_A.weight";

    private static string NameB(string module) => $"{Prefix}{module}.lora_B.weight";

    private sealed class Disabled(LoraAdapter adapter) : IDisposable
    {
        public void Dispose()
        {
            foreach (var module in adapter._modules) adapter._model.LowRanks[module] = adapter._parts[module];
        }
    }
}
