using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Optimization;

/// <summary>What an update did.</summary>
public sealed record UpdateReport
{
    /// <summary>False when no group had an advantage: the weights are as they were.</summary>
    public bool Updated { get; init; }

    /// <summary>The loss of the first inner epoch.</summary>
    public double Loss { get; init; } = double.NaN;

    /// <summary>The gradient's norm before clipping, of the last inner epoch.</summary>
    public double GradientNorm { get; init; } = double.NaN;

    /// <summary>Mean entropy of the policy at the trained tokens, in nats.</summary>
    public double Entropy { get; init; } = double.NaN;

    /// <summary>Clip counts and KL over the whole update.</summary>
    public LossStatistics Statistics { get; init; } = new();

    /// <summary>Mean of |log π_sampler − log π_trainer| over the trained tokens.</summary>
    public double SamplingDifferenceMean { get; init; } = double.NaN;

    /// <summary>Largest |log π_sampler − log π_trainer| over the trained tokens.</summary>
    public double SamplingDifferenceMax { get; init; } = double.NaN;

    /// <summary>(Σ w)² / (n Σ w²) over the hint-dropped tokens; NaN where there are none.</summary>
    public double HintDroppedEffectiveShare { get; init; } = double.NaN;

    /// <summary>Share of the hint-dropped tokens whose weight is capped; NaN where there are none.</summary>
    public double HintDroppedCapped { get; init; } = double.NaN;

    /// <summary>Tokens that went through the model, forward and backward.</summary>
    public long ComputedTokens { get; init; }
}

/// <summary>A loss or gradient that is not a number: the weights were not touched.</summary>
public sealed class NonFiniteLossException(string message) : Exception(message);

/// <summary>Updates a policy on experience: denominators first, then micro-batches, then one clipped step of AdamW for each inner epoch.</summary>
public sealed class PolicyOptimizer
{
    private readonly CausalLM _policy;
    private readonly Func<PackedBatch, double, TokenScores> _reference;
    private readonly AdamW _optimizer;
    private readonly OptimizationOptions _options;
    private readonly IObjective _objective;
    private readonly double _temperature;
    private readonly ICollective _ranks;
    private readonly ulong _dropoutSeed;

    /// <summary>Updates one policy.</summary>
    /// <param name="policy">The weights to move.</param>
    /// <param name="reference">Scores a batch at a temperature with the start model; asked only where β &gt; 0.</param>
    /// <param name="optimizer">Over the policy's trainable parameters.</param>
    /// <param name="options">Inner epochs, clipping, memory.</param>
    /// <param name="objective">What to minimise.</param>
    /// <param name="temperature">T of sampling: log-probs are of softmax(logits / T).</param>
    /// <param name="ranks">The processes that train together.</param>
    /// <param name="dropoutSeed">With the count of updates it decides the masks of an adapter's dropout.</param>
    public PolicyOptimizer(CausalLM policy, Func<PackedBatch, double, TokenScores> reference, AdamW optimizer, OptimizationOptions options, IObjective objective, double temperature, ICollective? ranks = null, ulong dropoutSeed = 0) =>
        (_policy, _reference, _optimizer, _options, _objective, _temperature, _ranks, _dropoutSeed) = (policy, reference, optimizer, options, objective, temperature, ranks ?? new SingleProcess(), dropoutSeed);

    private bool NeedsReference => _objective is PolicyLoss && _options.Beta > 0;

    /// <summary>Moves the policy by one batch of experience.</summary>
    /// <exception cref="NonFiniteLossException">The loss or the gradient is not finite; the weights are untouched.</exception>
    public UpdateReport Update(IReadOnlyList<Experience> experience, double learningRate)
    {
        var items = Weigh(experience);
        // With β = 0 a completion without an advantage has no gradient: it is counted in the denominators and not computed.
        if (!NeedsReference)
            items = [.. items.Where(i => i.Advantage != 0)];
        Span<double> wanted = [items.Any(i => i.Advantage != 0) ? 1 : 0];
        _ranks.Sum(wanted);
        if (wanted[0] == 0)
            return new UpdateReport();

        _policy.GradientCheckpointing = _options.GradientCheckpointing;
        _policy.SeedDropout(_dropoutSeed + ((ulong)_optimizer.StepCount << 32));
        var pass = new Pass(new HintDroppedCorrection(_options.HintDropped, _options.HintDroppedCap, 1 - _options.Epsilon, 1 + _options.UpperClip));
        double loss = 0, norm = 0;
        for (var epoch = 0; epoch < _options.NumIterations; epoch++)
        {
            _optimizer.ClearGradients();
            double epochLoss = 0;
            foreach (var microBatch in MicroBatches.Split(items, _options.MicroBatchTokens ?? DefaultMicroBatchTokens()))
                epochLoss += Accumulate(microBatch, epoch == 0, pass);
            SumGradients();
            norm = _optimizer.GradientNorm();
            if (!double.IsFinite(epochLoss) || !double.IsFinite(norm))
            {
                _optimizer.ClearGradients();
                throw new NonFiniteLossException($"the loss is {epochLoss} and the gradient norm {norm}; the weights were left as they were. A lower learning_rate, or float32 in place of a half precision, usually helps");
            }

            var scale = _options.MaxGradNorm > 0 ? Math.Min(1, _options.MaxGradNorm / (norm + 1e-6)) : 1;
            _optimizer.Step(learningRate, scale);
            loss = epoch == 0 ? epochLoss : loss;
        }

        return new UpdateReport
        {
            Updated = true,
            Loss = loss,
            GradientNorm = norm,
            Entropy = pass.EntropySum / pass.Targets,
            Statistics = pass.Statistics,
            SamplingDifferenceMean = pass.Compared > 0 ? pass.DifferenceSum / pass.Compared : double.NaN,
            SamplingDifferenceMax = pass.Compared > 0 ? pass.DifferenceMax : double.NaN,
            ComputedTokens = pass.Tokens,
            HintDroppedEffectiveShare = pass.HintDropped.EffectiveShare,
            HintDroppedCapped = pass.HintDropped.CappedShare,
        };
    }

    /// <summary>Adds the gradients up over the ranks, each in the same order; a rank that had nothing to compute adds nothing.</summary>
    private void SumGradients()
    {
        if (_ranks.Count == 1)
            return;
        foreach (var (_, parameter) in _policy.Parameters.Trainable)
        {
            using var gradient = parameter.grad ?? zeros_like(parameter, requires_grad: false);
            _ranks.Sum(gradient);
            parameter.grad = gradient;
        }
    }

    /// <summary>Fixes each completion's token weight from the denominators of the whole batch over all ranks, before any micro-batch is cut.</summary>
    private List<TrainingItem> Weigh(IReadOnlyList<Experience> experience)
    {
        var slices = _objective is PolicyLoss { Options.LossType: LossType.Bnpo } ? _options.BnpoSlices : 1;
        var all = experience.SelectMany(e => Enumerable.Range(0, e.Completions.Count).Where(i => Counts(e, i)).Select(i => (Experience: e, Index: i))).ToArray();
        var items = new List<TrainingItem>();
        for (var slice = 0; slice < slices; slice++)
        {
            var part = all[(all.Length * slice / slices)..(all.Length * (slice + 1) / slices)];
            Span<double> sums = [part.Sum(x => x.Experience.CountOfEach), part.Sum(x => x.Experience.CountOfEach * x.Experience.Completions[x.Index].Ids.Length)];
            _ranks.Sum(sums);
            var denominator = new Denominator((long)Math.Round(sums[0]), (long)Math.Round(sums[1]));
            items.AddRange(part.Select(x => new TrainingItem(x.Experience, x.Index, _objective.TokenWeight(x.Experience.Completions[x.Index].Ids.Length, denominator) / slices)));
        }

        return items;
    }

    private bool Counts(Experience experience, int index) =>
        !(_options.MaskTruncatedCompletions && experience.Completions[index].Finish == Rollouts.FinishReason.Length && _objective is PolicyLoss);

    /// <summary>Forward, loss in plain numbers, backward: adds a micro-batch's gradients to the parameters'.</summary>
    private double Accumulate(IReadOnlyList<TrainingItem> items, bool first, Pass pass)
    {
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack(MicroBatches.Pack(items), _policy.Device);
        // The reference first: it may be the policy itself with its adapter off, and then shares its memory for activations.
        var reference = first && NeedsReference ? ScoreReference(batch) : null;
        double loss = 0;
        var scores = _policy.Learn(
            batch, (start, logProbs, gradients) => loss += Evaluate(items, start, logProbs, gradients, first, reference, pass),
            _objective.IsTokenwise && _options.HintDropped != HintDroppedRatio.Sequence, _temperature, withEntropy: first);
        if (first)
        {
            pass.Targets += batch.TargetCount;
            pass.EntropySum += scores.Entropies!.to(ScalarType.Float64).sum().cpu().item<double>();
        }

        pass.Tokens += batch.TokenCount;
        return loss;
    }

    /// <summary>The loss and its gradients at a range of a micro-batch's targets, which may begin and end within a completion.</summary>
    private double Evaluate(IReadOnlyList<TrainingItem> items, int start, ReadOnlySpan<float> logProbs, Span<float> gradients, bool first, float[]? reference, Pass pass)
    {
        double loss = 0;
        var (itemStart, end) = (0, start + logProbs.Length);
        foreach (var item in items)
        {
            var (from, to) = (Math.Max(start, itemStart), Math.Min(end, itemStart + item.Completion.Ids.Length));
            if (from < to)
            {
                var own = logProbs[(from - start)..(to - start)].ToArray();
                if (first)
                    Keep(item, from - itemStart, own, reference?[from..to], pass);
                loss += _objective.Evaluate(item.Part(from - itemStart, own), item.TokenWeight, gradients[(from - start)..(to - start)], pass.Statistics);
            }

            itemStart += item.Completion.Ids.Length;
        }

        return loss;
    }

    /// <summary>Fixes the constants of the loss at some tokens of a completion: by the policy as it is before the first step.</summary>
    private void Keep(TrainingItem item, int from, float[] own, float[]? reference, Pass pass)
    {
        var sampled = item.Completion.LogProbs.Length == item.Completion.Ids.Length ? item.Completion.LogProbs[from..(from + own.Length)] : null;
        var (old, weights) = item.Experience.Substitution switch
        {
            PromptSubstitution.HintDropped => pass.HintDropped.Apply(own, sampled!),
            PromptSubstitution.None when sampled is not null => (own, Compare(own, sampled, pass)),
            _ => (own, null),
        };
        item.Keep(from, old, reference, weights);
    }

    private float[] ScoreReference(PackedBatch batch)
    {
        using var noGradient = no_grad();
        return _reference(batch, _temperature).LogProbs.cpu().data<float>().ToArray();
    }

    /// <summary>Measures the drift between sampler and trainer, where the completion was sampled under the prompt it is trained under, and weighs it where asked to.</summary>
    private float[]? Compare(float[] own, float[] sampled, Pass pass)
    {
        for (var t = 0; t < own.Length; t++)
        {
            var difference = Math.Abs((double)own[t] - sampled[t]);
            pass.DifferenceSum += difference;
            pass.DifferenceMax = Math.Max(pass.DifferenceMax, difference);
        }

        pass.Compared += own.Length;
        return _options.SamplingCorrectionCap > 0
            ? [.. own.Select((logProb, t) => (float)Math.Min(Math.Exp((double)logProb - sampled[t]), _options.SamplingCorrectionCap))]
            : null;
    }

    /// <summary>Where nobody planned: as many tokens as 2 GiB of activations allow.</summary>
    private int DefaultMicroBatchTokens() =>
        TrainingMemory.TokensWithin(_policy.Config, 2L << 30, new() { Tokens = 1, GradientCheckpointing = _options.GradientCheckpointing, BFloat16 = _policy.ComputeType == ScalarType.BFloat16, UsesTorch = _policy.Device.type != TorchSharp.DeviceType.CPU });

    private sealed class Pass(HintDroppedCorrection hintDropped)
    {
        public HintDroppedCorrection HintDropped => hintDropped;

        public LossStatistics Statistics { get; } = new();

        public double EntropySum { get; set; }

        public long Targets { get; set; }

        public long Compared { get; set; }

        public long Tokens { get; set; }

        public double DifferenceSum { get; set; }

        public double DifferenceMax { get; set; }
    }
}
