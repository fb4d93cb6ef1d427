using System.Diagnostics;
using Ghpo.Models.Generation;

namespace Ghpo.Cli.Bench;

/// <summary>Tokens a second of the generator, prompts and completions apart, as the peers' scripts measure them: random prompts, no end token, so many new tokens a row.</summary>
/// <param name="Prefill">Prompt tokens a second, the median.</param>
/// <param name="Decode">Sampled tokens a second, the median.</param>
/// <param name="BestDecode">The same of the fastest run.</param>
internal sealed record DecodeSpeed(double Prefill, double Decode, double BestDecode)
{
    /// <param name="Batch">Rows decoded together.</param>
    /// <param name="Prompt">Tokens of each prompt.</param>
    /// <param name="New">New tokens of each row.</param>
    /// <param name="Repeats">Timed runs, at most.</param>
    /// <param name="SharesPrompt">All rows continue one prompt.</param>
    /// <param name="WarmsUp">One run more, untimed, comes first.</param>
    /// <param name="MostSeconds">No further run begins after so long.</param>
    internal readonly record struct Sizes(int Batch, int Prompt, int New, int Repeats, bool SharesPrompt = false, bool WarmsUp = true, double MostSeconds = double.PositiveInfinity);

    public static DecodeSpeed Measure(Generator generator, int vocabulary, Sizes sizes)
    {
        var random = new Random(0);
        int[] Prompt() => [.. Enumerable.Range(0, sizes.Prompt).Select(_ => random.Next(2, vocabulary))];
        var rows = sizes.SharesPrompt ? 1 : sizes.Batch;
        List<double> prompts = [], decode = [];
        var all = Stopwatch.StartNew();
        for (var repeat = sizes.WarmsUp ? -1 : 0; repeat < sizes.Repeats && (repeat <= 0 || all.Elapsed.TotalSeconds < sizes.MostSeconds); repeat++)
        {
            // The prompts go through the model first, each with one token, and stay: the completions then begin together.
            var requests = Enumerable.Range(0, rows).Select(row => new GenerationRequest
            {
                Prompt = Prompt(),
                StreamKeys = [.. Enumerable.Range(0, sizes.Batch / rows).Select(i => RandomStream.KeyOf((ulong)row, (ulong)i))],
                Sampling = new() { MaxNewTokens = sizes.New },
            }).ToArray();
            var clock = Stopwatch.StartNew();
            Task.WhenAll(requests.Select(request => Drain(generator, request with { Sampling = new() { MaxNewTokens = 1 } }))).Wait();
            var promptSeconds = clock.Elapsed.TotalSeconds;

            double first = 0;
            clock.Restart();
            Task.WhenAll(requests.Select(request => Drain(generator, request with { OnToken = (_, _) => first = first == 0 ? clock.Elapsed.TotalSeconds : first }))).Wait();
            if (repeat < 0)
            {
                all.Restart();
                continue;
            }

            prompts.Add(promptSeconds);
            decode.Add(clock.Elapsed.TotalSeconds - first);
        }

        var sampled = sizes.Batch * (sizes.New - 1);
        return new(rows * sizes.Prompt / Median(prompts), sampled / Median(decode), sampled / decode.Min());
    }

    private static async Task Drain(Generator generator, GenerationRequest request)
    {
        await foreach (var _ in generator.GenerateAsync(request).ConfigureAwait(false)) { }
    }

    internal static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
