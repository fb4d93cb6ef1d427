using System.Diagnostics;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;
using Ghpo.Optimization;
using Ghpo.Problems;
using Ghpo.Rollouts;
using TorchSharp;

namespace Ghpo.Benchmarks;

/// <summary>
/// Seconds of a GRPO step as the peer's script measures them: β 0, one inner epoch, completions of a fixed length, a trivial reward; generation and the rest apart. Or the update alone, on given tokens.
/// </summary>
internal static class StepSpeed
{
    internal readonly record struct Sizes(int Group, int Prompts, int Prompt, int Completion, int Steps, int Warmup, int Threads, int? MicroBatchTokens);

    public static void Run(string checkpoint, Sizes sizes, bool updateOnly)
    {
        torch.set_num_threads(sizes.Threads);
        using var model = Checkpoint.Load(checkpoint, new() { WeightType = torch.ScalarType.Float32 });
        using var generator = updateOnly ? null : new Generator(model, new() { Threads = sizes.Threads });
        var options = new OptimizationOptions { LearningRate = 1e-6, MicroBatchTokens = sizes.MicroBatchTokens };
        using var adamW = new AdamW(model.Parameters.Trainable, options.AdamBeta1, options.AdamBeta2, options.AdamEpsilon, options.WeightDecay);
        var optimizer = new PolicyOptimizer(model, (_, _) => throw new InvalidOperationException("β is 0"), adamW, options, new PolicyLoss(options, sizes.Completion), temperature: 1);
        var random = new Random(0);
        List<double> steps = [], sampling = [];
        var effective = 0;
        for (var step = -sizes.Warmup; step < sizes.Steps; step++)
        {
            var prompts = Enumerable.Range(0, sizes.Prompts).Select(i => new Prompt(new Problem($"{step}/{i}", "", ""), null, "", Tokens(random, sizes.Prompt, model.Config.VocabularySize))).ToList();
            var given = updateOnly ? prompts.Select(prompt => Given(random, prompt, sizes, model.Config.VocabularySize)).ToList() : null;
            var clock = Stopwatch.StartNew();
            var groups = given ?? [.. Task.WhenAll(prompts.Select(prompt => SampleAsync(generator!, prompt, sizes))).Result];
            var sampled = clock.Elapsed.TotalSeconds;
            var advantages = Advantages.Compute([.. groups.Select(group => group.Select(c => (double)(c.Ids[0] % 2)).ToArray())], RewardScale.Group);
            List<Experience> experience = [.. prompts.Select((prompt, i) => new Experience(prompt, groups[i], advantages[i]))];
            if (optimizer.Update(experience, 1e-6).Updated)
                generator?.Publish(step + sizes.Warmup + 1);
            var seconds = clock.Elapsed.TotalSeconds;
            if (step < 0)
                continue;
            effective += experience.Count(e => e.IsEffective);
            steps.Add(seconds);
            sampling.Add(sampled);
        }

        var (whole, generation) = (Median(steps), Median(sampling));
        OursCommand.Report(updateOnly ? "update" : "step", new JsonObject
        {
            ["seconds_per_step"] = Math.Round(whole, 4),
            ["generation_seconds"] = Math.Round(generation, 4),
            ["rest_seconds"] = Math.Round(whole - generation, 4),
            ["trained_tokens_per_s"] = Math.Round(sizes.Group * sizes.Prompts * sizes.Completion / whole, 1),
            ["effective_groups"] = (double)effective / sizes.Steps,
            // What is really needed: each prompt once, each completion once; two operations a weight forward, four backward.
            ["gflops"] = Math.Round(6e-9 * model.Parameters.ElementCount * sizes.Prompts * (sizes.Prompt + (sizes.Group * sizes.Completion)) / (whole - generation), 1),
        }, new JsonObject { ["group"] = sizes.Group, ["prompts"] = sizes.Prompts, ["prompt"] = sizes.Prompt, ["completion"] = sizes.Completion, ["steps"] = sizes.Steps, ["warmup"] = sizes.Warmup });
    }

    private static async Task<Completion[]> SampleAsync(Generator generator, Prompt prompt, Sizes sizes)
    {
        var request = new GenerationRequest
        {
            Prompt = prompt.Ids,
            StreamKeys = [.. Enumerable.Range(0, sizes.Group).Select(i => KeyedRandom.KeyOf(0, prompt.Problem.Id, i))],
            Sampling = new() { MaxNewTokens = sizes.Completion },
        };
        var completions = new Completion[sizes.Group];
        await foreach (var sequence in generator.GenerateAsync(request).ConfigureAwait(false))
            completions[sequence.Index] = new Completion(prompt, sequence.Index, sequence.Ids, sequence.LogProbs, "", Rollouts.FinishReason.Length, sequence.Version);
        return completions;
    }

    private static Completion[] Given(Random random, Prompt prompt, Sizes sizes, int vocabulary) =>
        [.. Enumerable.Range(0, sizes.Group).Select(i => new Completion(prompt, i, [i, .. Tokens(random, sizes.Completion - 1, vocabulary)], [], "", Rollouts.FinishReason.Length, 0))];

    private static int[] Tokens(Random random, int count, int vocabulary) => [.. Enumerable.Range(0, count).Select(_ => random.Next(2, vocabulary))];

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
