using System.Diagnostics;
using Ghpo.Models.Generation;
using Ghpo.Models.Transformer;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;

namespace Ghpo.Cli.Bench;

/// <summary>
/// Seconds of a GRPO step as the peer's script measures them: β 0, one inner epoch, completions of a fixed length, a trivial reward; generation and the rest apart. Or the update alone, on given tokens.
/// </summary>
/// <param name="Seconds">Of a whole step, the median.</param>
/// <param name="Sampling">Seconds of it until all completions are there.</param>
/// <param name="EffectiveGroups">Groups of a step with an advantage.</param>
internal sealed record StepSpeed(double Seconds, double Sampling, double EffectiveGroups)
{
    /// <param name="Group">Completions of a prompt.</param>
    /// <param name="Prompts">Prompts of a step.</param>
    /// <param name="Prompt">Tokens of each prompt.</param>
    /// <param name="Completion">Tokens of each completion.</param>
    /// <param name="Steps">Timed steps, at most.</param>
    /// <param name="Warmup">Steps before them.</param>
    /// <param name="MicroBatchTokens">Tokens of a forward and backward pass.</param>
    /// <param name="MostSeconds">No further step begins after so long.</param>
    /// <param name="Hint">More than 0: every prompt is sampled once more with so many tokens of a hint behind it, as a guided retry is, and that is trained on.</param>
    /// <param name="GradientCheckpointing">Activations are computed again instead of kept.</param>
    internal readonly record struct Sizes(
        int Group, int Prompts, int Prompt, int Completion, int Steps, int Warmup, int? MicroBatchTokens = null, double MostSeconds = double.PositiveInfinity, int Hint = 0, bool GradientCheckpointing = false);

    /// <summary>What is really needed of a step: each prompt once, each completion once.</summary>
    public static long Tokens(Sizes sizes) => (long)sizes.Prompts * (sizes.Prompt + (sizes.Group * sizes.Completion));

    /// <param name="model">Is trained, with a learning rate of 1e-6.</param>
    /// <param name="generator">On its weights; null: the update alone.</param>
    /// <param name="sizes">How much.</param>
    /// <param name="kind">How AdamW keeps its moments.</param>
    public static StepSpeed Measure(CausalLM model, Generator? generator, Sizes sizes, OptimizerKind kind = OptimizerKind.AdamW)
    {
        var options = new OptimizationOptions { LearningRate = 1e-6, MicroBatchTokens = sizes.MicroBatchTokens, GradientCheckpointing = sizes.GradientCheckpointing };
        using var adamW = new AdamW(model.Parameters.Trainable, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.WeightDecay, kind);
        var optimizer = new PolicyOptimizer(model, (_, _) => throw new InvalidOperationException("β is 0"), adamW, options, new PolicyLoss(options, sizes.Completion), temperature: 1);
        var random = new Random(0);
        List<double> steps = [], sampling = [];
        var effective = 0;
        var all = Stopwatch.StartNew();
        for (var step = -sizes.Warmup; step < sizes.Steps && (step <= 0 || all.Elapsed.TotalSeconds < sizes.MostSeconds); step++)
        {
            var prompts = Enumerable.Range(0, sizes.Prompts).Select(i => new Prompt(new Problem($"{step}/{i}", "", ""), null, "", Tokens(random, sizes.Prompt, model.Config.VocabularySize))).ToList();
            var hints = prompts.Select(_ => Tokens(random, sizes.Hint, model.Config.VocabularySize)).ToList();
            var given = generator is null ? prompts.Select(prompt => Given(random, prompt, sizes, model.Config.VocabularySize)).ToList() : null;
            var clock = Stopwatch.StartNew();
            var groups = given ?? [.. Task.WhenAll(prompts.Select((prompt, i) => SampleAsync(generator!, prompt, sizes, hints[i]))).Result];
            var sampled = clock.Elapsed.TotalSeconds;
            var advantages = Advantages.Compute([.. groups.Select(group => group.Select(c => (double)(c.Ids[0] % 2)).ToArray())], RewardScale.Group);
            List<Experience> experience = [.. groups.Select((group, i) => new Experience(group[0].Prompt, group, advantages[i]))];
            if (optimizer.Update(experience, 1e-6).Updated)
                generator?.Publish(step + sizes.Warmup + 1);
            var seconds = clock.Elapsed.TotalSeconds;
            if (step < 0)
                continue;
            effective += experience.Count(e => e.IsEffective);
            steps.Add(seconds);
            sampling.Add(sampled);
        }

        return new(DecodeSpeed.Median(steps), DecodeSpeed.Median(sampling), (double)effective / steps.Count);
    }

    /// <summary>The first try, and with a hint a second one under the longer prompt; the last one counts.</summary>
    private static async Task<Completion[]> SampleAsync(Generator generator, Prompt prompt, Sizes sizes, int[] hint)
    {
        var first = await TryAsync(generator, prompt, sizes, null).ConfigureAwait(false);
        using var prefix = first[0].Prefix;
        return [.. (hint.Length == 0 ? first : await TryAsync(generator, prompt with { Ids = [.. prompt.Ids, .. hint] }, sizes, prefix).ConfigureAwait(false)).Select(t => t.Completion)];
    }

    private static async Task<(Completion Completion, PrefixHandle? Prefix)[]> TryAsync(Generator generator, Prompt prompt, Sizes sizes, PrefixHandle? extends)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt.Ids,
            StreamKeys = [.. Enumerable.Range(0, sizes.Group).Select(i => KeyedRandom.KeyOf(0, prompt.Problem.Id, prompt.Ids.Length, i))],
            Sampling = new() { MaxNewTokens = sizes.Completion },
            Extends = extends,
        };
        var tries = new (Completion, PrefixHandle?)[sizes.Group];
        await foreach (var sequence in generator.GenerateAsync(request).ConfigureAwait(false))
            tries[sequence.Index] = (new Completion(prompt, sequence.Index, sequence.Ids, sequence.LogProbs, "", Rollouts.FinishReason.Length, sequence.Version), sequence.Prefix);
        return tries;
    }

    private static Completion[] Given(Random random, Prompt prompt, Sizes sizes, int vocabulary) =>
        [.. Enumerable.Range(0, sizes.Group).Select(i => new Completion(prompt, i, [i, .. Tokens(random, sizes.Completion - 1, vocabulary)], [], "", Rollouts.FinishReason.Length, 0))];

    private static int[] Tokens(Random random, int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2, vocabulary))];
}
