using System.Diagnostics;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Generation;

namespace Ghpo.Benchmarks;

/// <summary>Tokens a second of the generator, prompts and completions apart, as the peers' scripts measure them: random prompts, no end token, so many new tokens a row.</summary>
internal static class DecodeSpeed
{
    internal readonly record struct Sizes(int Batch, int Prompt, int New, int Threads, int Repeats);

    public static void Run(string checkpoint, Sizes sizes, bool asStored, bool sharesPrompt)
    {
        using var model = Checkpoint.Load(checkpoint, new() { WeightType = asStored ? null : TorchSharp.torch.ScalarType.Float32, Trainable = false });
        using var generator = new Generator(model, new() { Threads = sizes.Threads, MaxRows = sizes.Batch });
        var random = new Random(0);
        int[] Prompt() => [.. Enumerable.Range(0, sizes.Prompt).Select(_ => random.Next(2, model.Config.VocabularySize))];
        List<double> prompts = [], decode = [];
        for (var repeat = -1; repeat < sizes.Repeats; repeat++)
        {
            // The prompts go through the model first, each with one token, and stay: the completions then begin together.
            var requests = Enumerable.Range(0, sharesPrompt ? 1 : sizes.Batch).Select(row => new GenerationRequest
            {
                Prompt = Prompt(),
                StreamKeys = [.. Enumerable.Range(0, sharesPrompt ? sizes.Batch : 1).Select(i => RandomStream.KeyOf((ulong)row, (ulong)i))],
                Sampling = new() { MaxNewTokens = sizes.New },
            }).ToArray();
            var clock = Stopwatch.StartNew();
            Task.WhenAll(requests.Select(request => Drain(generator, request with { Sampling = new() { MaxNewTokens = 1 } }))).Wait();
            var promptSeconds = clock.Elapsed.TotalSeconds;

            double first = 0;
            clock.Restart();
            Task.WhenAll(requests.Select(request => Drain(generator, request with { OnToken = (_, _) => first = first == 0 ? clock.Elapsed.TotalSeconds : first }))).Wait();
            if (repeat < 0) continue;
            prompts.Add(promptSeconds);
            decode.Add(clock.Elapsed.TotalSeconds - first);
        }

        OursCommand.Report("decode", new JsonObject
        {
            ["decode_tokens_per_s"] = Math.Round(sizes.Batch * (sizes.New - 1) / Median(decode), 2),
            ["prefill_tokens_per_s"] = Math.Round((sharesPrompt ? 1 : sizes.Batch) * sizes.Prompt / Median(prompts), 2),
            ["decode_tokens_per_s_best"] = Math.Round(sizes.Batch * (sizes.New - 1) / decode.Min(), 2),
        }, new JsonObject { ["batch"] = sizes.Batch, ["prompt"] = sizes.Prompt, ["new"] = sizes.New, ["dtype"] = asStored ? "stored" : "fp32", ["repeats"] = sizes.Repeats, ["shared_prompt"] = sharesPrompt });
    }

    private static async Task Drain(Generator generator, GenerationRequest request)
    {
        await foreach (var _ in generator.GenerateAsync(request).ConfigureAwait(false)) { }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
