using Ghpo.Models.Checkpoints;
using Ghpo.Models.Native;
using Ghpo.Models.Transformer.Fused;
using TorchSharp;
using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>What the model says about the completion tokens of a packed batch, in the order group, completion, token.</summary>
/// <param name="LogProbs">(targets) float32: log softmax(logits / temperature) at each token; differentiable where gradients are on.</param>
/// <param name="Entropies">(targets) float32 without a gradient: entropy in nats of the distribution that each token was drawn from; null where not asked for.</param>
public sealed record TokenScores(Tensor LogProbs, Tensor? Entropies);

/// <summary>What a loss says of some targets of a batch.</summary>
/// <param name="first">The first of them, counted through the batch.</param>
/// <param name="logProbs">Their log-probabilities.</param>
/// <param name="gradients">Receives ∂loss/∂log-probability of each.</param>
public delegate void TargetGradient(int first, ReadOnlySpan<float> logProbs, Span<float> gradients);

/// <summary>A causal language model: a configuration, its weights, and the pass that scores tokens.</summary>
/// <remarks>Not safe for concurrent passes that train; scoring without gradients may run beside generation on the same weights.</remarks>
public sealed class CausalLM : IDisposable
{
    private ulong _dropout;

    internal CausalLM(ModelConfig config, ParameterStore parameters, Device device)
    {
        (Config, Parameters, Device) = (config, parameters, device);
        Workspace = new(this);
    }

    /// <summary>Sizes and options.</summary>
    public ModelConfig Config { get; private set; }

    /// <summary>The weights.</summary>
    public ParameterStore Parameters { get; }

    /// <summary>Where the weights lie.</summary>
    public Device Device { get; }

    /// <summary>The type that matrix products run in: float32 or bfloat16. Norms' statistics, log-softmax and the trained weights stay float32.</summary>
    public ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>Keeps only each layer's input for the backward pass and computes the rest again: about a third more work for a fraction of the memory.</summary>
    public bool GradientCheckpointing { get; set; }

    /// <summary>Begins the stream of dropout masks: after the same key, the same passes draw the same masks.</summary>
    /// <param name="key">Any number; a function of the run's seed and step.</param>
    public void SeedDropout(ulong key) => _dropout = key;

    /// <summary>The dropout masks' key of one pass; null where nothing is dropped.</summary>
    internal ulong? NextDropout(bool differentiable) => differentiable && LowRanks.Values.Any(a => a.Dropout > 0) ? Initialization.Mix(_dropout += 0x9E3779B97F4A7C15) : null;

    /// <summary>The adapters' additions by module name, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    internal Dictionary<string, LowRank> LowRanks { get; } = new(StringComparer.Ordinal);

    /// <summary>Takes torch's own operations and gradients even where the fused pass could run; for comparison.</summary>
    internal bool UseTorch { get; set; }

    internal Workspace Workspace { get; private set; }

    /// <summary>Frees memory kept for activations until the next pass; the weights and gradients stay.</summary>
    public void Trim() => Workspace.Trim();

    /// <summary>A new model with random float32 weights, all trainable.</summary>
    /// <param name="config">Sizes and options.</param>
    /// <param name="seed">Decides every weight; the same on every machine.</param>
    /// <param name="device">Where the weights lie; the CPU if not given.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static CausalLM Create(ModelConfig config, ulong seed, Device? device = null)
    {
        LibTorch.EnsureLoaded();
        config.Validate();
        device ??= CPU;
        var store = DecoderWeights.Allocate(config, ScalarType.Float32, device, trainable: true);
        Initialization.Fill(store, config, seed);
        return new CausalLM(config, store, device);
    }

    /// <summary>Log-probabilities of the completion tokens of a batch. The prompt of a group goes through the model once, and full logits are never held.</summary>
    /// <param name="batch">The groups; on this model's device.</param>
    /// <param name="temperature">Divides the logits; positive.</param>
    /// <param name="withEntropy">Also the entropies.</param>
    /// <returns>Tensors in the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">A token id is not in the vocabulary, or the temperature is not positive.</exception>
    public TokenScores Score(PackedBatch batch, double temperature = 1, bool withEntropy = false)
    {
        Check(batch, temperature);
        if (batch.TargetCount == 0) return new(empty(0, ScalarType.Float32, Device), withEntropy ? empty(0, ScalarType.Float32, Device) : null);
        using var scope = NewDisposeScope();
        if (CanFuse)
        {
            var fused = FusedScore.Score(this, batch, temperature, withEntropy);
            fused.LogProbs.MoveToOuterDisposeScope();
            fused.Entropies?.MoveToOuterDisposeScope();
            return fused;
        }
        var plan = Plan(batch);
        var hidden = new TorchDecoder(this).Hidden(plan, plan.HeadRows);
        var scores = ChunkedHead.Score(hidden, Head(), plan.Targets, temperature, withEntropy);
        scores.LogProbs.MoveToOuterDisposeScope();
        scores.Entropies?.MoveToOuterDisposeScope();
        return scores;
    }

    /// <summary>
    /// Scores a batch and adds the gradients of a loss over its log-probabilities to the trainable parameters': what <see cref="Score"/> and torch's <c>backward()</c> do together,
    /// with less to compute where the loss is tokenwise.
    /// </summary>
    /// <param name="batch">The groups; on this model's device.</param>
    /// <param name="gradientOf">The loss. Called for all targets once, or for ranges of them, in order; gradients are zero when it is.</param>
    /// <param name="tokenwise">The gradient at a target follows from its own log-probability alone: the loss may be asked for any range of them, and logits need not be computed a second time.</param>
    /// <param name="temperature">Divides the logits; positive.</param>
    /// <param name="withEntropy">Also the entropies.</param>
    /// <returns>Tensors in the caller's dispose scope, without a gradient.</returns>
    /// <exception cref="ArgumentException">A token id is not in the vocabulary, or the temperature is not positive.</exception>
    public TokenScores Learn(PackedBatch batch, TargetGradient gradientOf, bool tokenwise, double temperature = 1, bool withEntropy = false)
    {
        Check(batch, temperature);
        if (CanFuse && batch.TargetCount > 0 && Parameters.Trainable.Any())
            return new FusedPass(this, batch, temperature, GradientCheckpointing ? Keep.Inputs : Keep.All).Learn(withEntropy, tokenwise, gradientOf);
        using var withGradient = enable_grad();
        var scores = Score(batch, temperature, withEntropy);
        using var scope = NewDisposeScope();
        var logProbs = scores.LogProbs.detach().MoveToOuterDisposeScope();
        var gradients = new float[batch.TargetCount];
        gradientOf(0, logProbs.cpu().data<float>().ToArray(), gradients);
        if (scores.LogProbs.requires_grad) scores.LogProbs.backward([tensor(gradients, device: Device)]);
        scores.LogProbs.Dispose();
        return scores with { LogProbs = logProbs };
    }

    /// <summary>The matrix that a linear layer multiplies with: the parameter itself, or, with an adapter on it, W + scale·B·A.</summary>
    /// <param name="name">A weight's name, such as <c>model.layers.0.mlp.up_proj.weight</c>.</param>
    /// <returns>The store's own tensor, or a new one in the caller's dispose scope; without a gradient.</returns>
    public Tensor EffectiveWeight(string name)
    {
        var weight = Parameters[name];
        const string Suffix = ".weight";
        if (!name.EndsWith(Suffix, StringComparison.Ordinal) || !LowRanks.TryGetValue(name[..^Suffix.Length], out var adapter)) return weight;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return weight.add(adapter.B.mm(adapter.A).mul_(adapter.Scale).to(weight.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>Gives a model whose head is its embedding a head of its own, which begins as a copy. Nothing may hold the model's parameters yet.</summary>
    internal void Untie()
    {
        var embedding = Parameters[DecoderLayout.Embedding];
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var head = embedding.detach().clone();
        Parameters.AddBlock(DecoderLayout.Head, head.alias());
        Parameters.Add(DecoderLayout.Head, head, trainable: embedding.requires_grad);
        Parameters.SetSavedType(DecoderLayout.Head, Parameters.SavedType(DecoderLayout.Embedding));
        Config = Config with { TiedHead = false, SourceJson = Config.SourceJson is { } source ? ConfigFile.Changed(source, "tie_word_embeddings", false) : null };
        Workspace.Dispose();
        Workspace = new(this);
    }

    /// <summary>Logits of every row of a batch (tokens, vocabulary), float32; for tests and small inputs.</summary>
    internal Tensor Logits(PackedBatch batch)
    {
        Check(batch);
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var hidden = new TorchDecoder(this).Hidden(Plan(batch), rows: null);
        return hidden.mm(Head().t()).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private bool CanFuse =>
        !UseTorch && Device.type == DeviceType.CPU && ComputeType is ScalarType.Float32 or ScalarType.BFloat16 && Parameters[DecoderLayout.Embedding].dtype == ScalarType.Float32;

    private Tensor Head() => Parameters[DecoderLayout.HeadName(Config)].to(ComputeType);

    private AttentionPlan Plan(PackedBatch batch)
    {
        if (batch.Derived is not AttentionPlan plan) batch.Derived = plan = AttentionPlan.Of(batch, Config);
        return plan;
    }

    private void Check(PackedBatch batch, double temperature = 1)
    {
        if (!(temperature > 0) || !double.IsFinite(temperature)) throw new ArgumentException($"the temperature is {temperature}: it must be positive", nameof(temperature));
        foreach (var id in batch.Ids)
        {
            if (id >= Config.VocabularySize) throw new ArgumentException($"token id {id} is not in the model's vocabulary of {Config.VocabularySize}", nameof(batch));
        }
        foreach (var id in batch.Targets)
        {
            if (id < 0 || id >= Config.VocabularySize) throw new ArgumentException($"token id {id} is not in the model's vocabulary of {Config.VocabularySize}", nameof(batch));
        }
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        Workspace.Dispose();
        Parameters.Dispose();
    }
}
