using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Generation;

namespace Ghpo.Cli;

/// <summary>One run of <c>ghpo generate</c>: prompts in, completions out in the order of the prompts.</summary>
internal sealed class GenerateRun(PromptReader prompts, bool withLogProbs, int samples, ulong seed)
{
    /// <summary>Prompts whose requests are under way together; the generator fills its batch from them.</summary>
    private const int Ahead = 256;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Completes one prompt: a single completion is shown as it comes, several, or a file, as JSON lines.</summary>
    public async Task CompleteOne(Generator generator, SamplingOptions sampling, string text, bool isMessage, string? output, TextWriter standardOutput, CancellationToken ct)
    {
        var ids = isMessage ? prompts.Message(text) : prompts.Text(text);
        if (output is not null || samples > 1 || withLogProbs)
        {
            await Write(output, standardOutput, writer => CompleteInOrder(generator, sampling, [ids], writer, ct)).ConfigureAwait(false);
            return;
        }

        var stream = prompts.Tokenizer!.CreateStream(skipSpecialTokens: true);
        var request = Request(ids, 0, sampling) with
        {
            OnToken = (_, id) =>
            {
                if (stream.Append(id) is not { } piece) return;
                standardOutput.Write(piece);
                standardOutput.Flush();
            },
        };
        await foreach (var _ in Checked(generator, request, "--prompt", ct).ConfigureAwait(false)) await standardOutput.WriteLineAsync(stream.Finish()).ConfigureAwait(false);
    }

    /// <summary>Completes every line of a file.</summary>
    public async Task CompleteFile(Generator generator, SamplingOptions sampling, string input, string? output, TextWriter standardOutput, CancellationToken ct)
    {
        // Everything is read and checked before the first token is sampled: a bad last line should not cost an hour.
        List<int[]> all = [];
        using (var reader = input == "-" ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8) : new StreamReader(input, Encoding.UTF8))
        {
            for (var number = 1; await reader.ReadLineAsync(ct).ConfigureAwait(false) is { } line; number++)
            {
                if (string.IsNullOrWhiteSpace(line)) continue;
                try
                {
                    all.Add(prompts.Line(PromptReader.Parse(line)));
                    _ = generator.GenerateAsync(Request(all[^1], 0, sampling), ct);
                }
                catch (Exception error) when (error is InvalidDataException or ArgumentException || error.GetType().Namespace?.StartsWith("Ghpo.Models", StringComparison.Ordinal) == true)
                {
                    throw new InvalidDataException($"{input}, line {number}: {error.Message}", error);
                }
            }
        }

        await Write(output, standardOutput, writer => CompleteInOrder(generator, sampling, all, writer, ct)).ConfigureAwait(false);
    }

    private async Task CompleteInOrder(Generator generator, SamplingOptions sampling, IReadOnlyList<int[]> all, TextWriter writer, CancellationToken ct)
    {
        var pending = new Queue<Task<GeneratedSequence[]>>();
        for (int next = 0, done = 0; done < all.Count; done++)
        {
            for (; next < all.Count && pending.Count < Ahead; next++) pending.Enqueue(All(generator, Request(all[next], next, sampling), ct));
            foreach (var sequence in await pending.Dequeue().ConfigureAwait(false)) await writer.WriteAsync(Line(done, sequence).ToJsonString(Readable) + "\n").ConfigureAwait(false);
            await writer.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    private static async Task<GeneratedSequence[]> All(Generator generator, GenerationRequest request, CancellationToken ct)
    {
        var all = new GeneratedSequence[request.StreamKeys.Count];
        await foreach (var sequence in Checked(generator, request, "a prompt", ct).ConfigureAwait(false)) all[sequence.Index] = sequence;
        return all;
    }

    private static IAsyncEnumerable<GeneratedSequence> Checked(Generator generator, GenerationRequest request, string what, CancellationToken ct)
    {
        try
        {
            return generator.GenerateAsync(request, ct);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{what}: {error.Message}", error);
        }
    }

    private GenerationRequest Request(int[] ids, int prompt, SamplingOptions sampling) => new()
    {
        Prompt = ids,
        StreamKeys = [.. Enumerable.Range(0, samples).Select(sample => RandomStream.KeyOf(seed, (ulong)prompt, (ulong)sample))],
        Sampling = sampling,
    };

    private JsonObject Line(int prompt, GeneratedSequence sequence)
    {
        var line = new JsonObject { ["prompt"] = prompt, ["sample"] = sequence.Index };
        if (prompts.Tokenizer is { } tokenizer) line["text"] = tokenizer.Decode(sequence.Ids, skipSpecialTokens: true);
        line["ids"] = new JsonArray([.. sequence.Ids.Select(id => (JsonNode)id)]);
        if (withLogProbs) line["logprobs"] = new JsonArray([.. sequence.LogProbs.Select(x => (JsonNode)x)]);
        line["finish"] = sequence.Finish == FinishReason.Stop ? "stop" : "length";
        return line;
    }

    /// <summary>A file of results appears whole or not at all.</summary>
    private static async Task Write(string? output, TextWriter standardOutput, Func<TextWriter, Task> write)
    {
        if (output is null)
        {
            await write(standardOutput).ConfigureAwait(false);
            return;
        }

        var temporary = $"{output}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var writer = new StreamWriter(temporary)) await write(writer).ConfigureAwait(false);
            File.Move(temporary, output, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
