using Ghpo.Models.Transformer;

namespace Ghpo.Cli.Bench;

/// <summary>What a machine's two rates allow a model at most: the products of a step take their time, and so does reading the weights and the cache once. Weights that fit into the processor's caches can beat the latter.</summary>
/// <param name="config">The model's sizes.</param>
/// <param name="machine">Its rates.</param>
/// <param name="bytesPerWeight">Bytes of a weight as the sampler reads it.</param>
internal sealed class Limits(ModelConfig config, Machine machine, int bytesPerWeight = 4)
{
    // The embedding is looked up, not multiplied with, unless it is the head, too.
    private readonly double _head = (double)config.VocabularySize * config.HiddenSize;
    private readonly double _layers = TrainingMemory.ParameterCount(config) - ((double)config.VocabularySize * config.HiddenSize * (config.TiedHead ? 1 : 2));
    private readonly double _operations = 1e9 * (machine.GemmGflops ?? throw new NotSupportedException("libtorch cannot be loaded on this machine, so no model runs on it"));
    private readonly double _bytes = 1e9 * machine.ReadGbPerSecond;

    /// <summary>Prompt tokens a second.</summary>
    public double Prefill(int prompt) => _operations / ((2 * _layers) + Attention(prompt / 2.0));

    /// <summary>Sampled tokens a second of so many rows; <paramref name="context"/> tokens of each are in the cache on average.</summary>
    public double Decode(int rows, double context)
    {
        var products = rows * ((2 * (_layers + _head)) + Attention(context)) / _operations;
        var reading = ((bytesPerWeight * (_layers + _head)) + (rows * context * TrainingMemory.CacheBytesPerToken(config))) / _bytes;
        return rows / Math.Max(products, reading);
    }

    /// <summary>Seconds of a step's sampling: each prompt once, then the completions together.</summary>
    public double Sampling(StepSpeed.Sizes step) =>
        (step.Prompts * step.Prompt / Prefill(step.Prompt)) + (step.Prompts * step.Group * (step.Completion - 1) / Decode(step.Prompts * step.Group, step.Prompt + (step.Completion / 2.0)));

    /// <summary>Seconds of a step's update: forward and twice as much backward, the head for completions alone.</summary>
    public double Update(StepSpeed.Sizes step) =>
        3 * ((StepSpeed.Tokens(step) * ((2 * _layers) + Attention((step.Prompt + step.Completion) / 2.0))) + (step.Prompts * step.Group * step.Completion * 2 * _head)) / _operations;

    private double Attention(double context) => 4.0 * config.LayerCount * config.QuerySize * context;
}
