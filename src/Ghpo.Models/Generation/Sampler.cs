using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Generation;

/// <summary>A token and the log-probability that is recorded for it.</summary>
/// <param name="Id">The chosen token.</param>
/// <param name="LogProb">
/// log_softmax(logits / T) of the token, before the repetition penalty and before truncation, as the trainer computes it; T = 1 where the temperature is 0.
/// </param>
internal readonly record struct SampledToken(int Id, float LogProb);

/// <summary>
/// Chooses a token from a row of logits. Holds scratch space for one vocabulary, nothing else: one sampler serves any rows in any order, one at a time.
/// No step sorts the vocabulary: an untruncated draw is a running sum over blocks, top-k is a heap of k, top-p a weighted selection.
/// </summary>
internal sealed unsafe class Sampler(int vocabulary)
{
    private const int BlockSize = 512;

    private readonly float[] _weights = new float[vocabulary];
    private readonly double[] _blockSums = new double[(vocabulary + BlockSize - 1) / BlockSize];
    private readonly Truncation _truncation = new(vocabulary);
    private float[]? _penalised;
    private int[]? _seen;
    private int _stamp;

    /// <summary>Chooses the next token; <paramref name="uniform"/> in [0, 1) decides among those that stay.</summary>
    /// <param name="logits">A row of <c>vocabulary</c> logits; not changed.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="prompt">The ids before the completion, for the repetition penalty.</param>
    /// <param name="completion">The ids of the completion so far, for the repetition penalty.</param>
    /// <param name="uniform">A number in [0, 1); not looked at when the temperature is 0.</param>
    /// <exception cref="ArithmeticException">A logit is not a number, or all are −∞, or one is +∞.</exception>
    public SampledToken Sample(float* logits, SamplingOptions options, ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion, double uniform)
    {
        var temperature = options.Temperature == 0 ? 1 : options.Temperature;
        var (maximum, total) = Weigh(logits, (float)(1 / temperature));
        var logNormaliser = Math.Log(total);

        var scores = options.RepetitionPenalty == 1 ? logits : Penalise(logits, options.RepetitionPenalty, prompt, completion);
        int id;
        if (options.Temperature == 0)
        {
            id = ArgMax(scores);
        }
        else
        {
            if (scores != logits) (_, total) = Weigh(scores, (float)(1 / temperature));
            id = options.IsTruncated ? _truncation.Draw(_weights, options, uniform) : Draw(uniform * total);
        }

        return new(id, (float)((logits[id] - maximum) / temperature - logNormaliser));
    }

    /// <summary>The probability of every token after all steps: what <see cref="Sample"/> draws from.</summary>
    public float[] Probabilities(float* logits, SamplingOptions options, ReadOnlySpan<int> previous)
    {
        var probabilities = new float[vocabulary];
        var scores = options.RepetitionPenalty == 1 ? logits : Penalise(logits, options.RepetitionPenalty, previous, []);
        if (options.Temperature == 0)
        {
            probabilities[ArgMax(scores)] = 1;
            return probabilities;
        }

        var (_, total) = Weigh(scores, (float)(1 / options.Temperature));
        if (options.IsTruncated)
        {
            total = _truncation.Keep(_weights, options);
            foreach (var id in _truncation.Kept) probabilities[id] = (float)(_weights[id] / total);
        }
        else
        {
            for (var id = 0; id < vocabulary; id++) probabilities[id] = (float)(_weights[id] / total);
        }

        return probabilities;
    }

    /// <summary>Fills the weights exp((logit − maximum) / T) and the sums of their blocks; returns the maximum and the whole sum.</summary>
    private (float Maximum, double Total) Weigh(float* logits, float inverseTemperature)
    {
        var maximum = VectorMath.Max(logits, vocabulary);
        double total = 0;
        fixed (float* weights = _weights)
        {
            for (int block = 0, start = 0; start < vocabulary; block++, start += BlockSize)
            {
                var count = Math.Min(BlockSize, vocabulary - start);
                total += _blockSums[block] = VectorMath.ExpOfDifference(logits + start, maximum, inverseTemperature, weights + start, count);
            }
        }

        if (!(total > 0 && double.IsFinite(total)) || !float.IsFinite(maximum))
            throw new ArithmeticException("the model's logits are not finite numbers: its weights have diverged, or the checkpoint is damaged");
        return (maximum, total);
    }

    private float* Penalise(float* logits, double penalty, ReadOnlySpan<int> prompt, ReadOnlySpan<int> completion)
    {
        // Pinned, so that the copy can stand in for the logits as a plain pointer.
        _penalised ??= GC.AllocateUninitializedArray<float>(vocabulary, pinned: true);
        _seen ??= new int[vocabulary];
        _stamp++;
        new ReadOnlySpan<float>(logits, vocabulary).CopyTo(_penalised);
        Apply(prompt);
        Apply(completion);
        return (float*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _penalised[0]);

        void Apply(ReadOnlySpan<int> ids)
        {
            foreach (var id in ids)
            {
                if ((uint)id >= (uint)vocabulary || _seen[id] == _stamp) continue;
                _seen[id] = _stamp;
                var logit = _penalised[id];
                _penalised[id] = logit < 0 ? logit * (float)penalty : logit / (float)penalty;
            }
        }
    }

    /// <summary>The lowest id among those of the highest logit.</summary>
    private int ArgMax(float* scores)
    {
        var maximum = VectorMath.Max(scores, vocabulary);
        return new ReadOnlySpan<float>(scores, vocabulary).IndexOf(maximum);
    }

    private int Draw(double target)
    {
        double sum = 0;
        var block = 0;
        while (block < _blockSums.Length - 1 && sum + _blockSums[block] <= target) sum += _blockSums[block++];

        // The block's float sum and this running sum round differently: at the very end the last possible token is taken.
        var start = block * BlockSize;
        var end = Math.Min(start + BlockSize, vocabulary);
        var last = -1;
        for (var id = start; id < end; id++)
        {
            if (_weights[id] <= 0) continue;
            last = id;
            sum += _weights[id];
            if (sum > target) return id;
        }

        return last >= 0 ? last : LastPossibleBefore(start);
    }

    private int LastPossibleBefore(int end)
    {
        var id = end - 1;
        while (_weights[id] <= 0) id--;
        return id;
    }
}
