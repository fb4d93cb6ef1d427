using System.CommandLine;
using System.Text;
using System.Text.Json;
using Ghpo.Models.Adapters;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Tokenization;
using Ghpo.Models.Transformer;
using TorchSharp;

namespace Ghpo.Cli;

/// <summary><c>ghpo score</c>: the log-probability and entropy of each token of given texts, one JSON object a line in and out.</summary>
internal static class ScoreCommand
{
    /// <summary>Tokens that go through the model at a time.</summary>
    private const int BatchTokens = 4096;

    public static Command Create()
    {
        var model = ModelSource.Required();
        var adapter = ModelSource.Adapter();
        var temperature = new Option<double>("--temperature") { Description = "Divides the logits", HelpName = "T", DefaultValueFactory = _ => 1 };
        var input = new Option<string>("--input") { Description = """Lines of {"ids": […]} or {"text": "…"}; - for standard input""", HelpName = "FILE", Required = true };
        var output = new Option<string?>("--output") { Description = """Lines of {"ids", "logprobs", "entropies"}, entry i for token i given those before it; standard output if not given""", HelpName = "FILE" };
        var special = new Option<bool>("--add-special-tokens") { Description = "Add what the tokenizer puts around a text, such as a token that begins it" };
        var command = new Command("score", "Log-probabilities and entropies (nats) of the tokens of given texts.") { model, adapter, temperature, input, output, special };
        command.SetAction(async (parsed, ct) =>
        {
            if (!(parsed.GetValue(temperature) > 0)) throw new InvalidDataException($"--temperature is {parsed.GetValue(temperature)}: a positive number is expected");
            var source = parsed.GetValue(input)!;
            using var reader = source == "-" ? Console.In : new StreamReader(source);
            Run(await ModelSource.ResolveAsync(parsed.GetValue(model)!, parsed.InvocationConfiguration.Error, ct: ct).ConfigureAwait(false), parsed.GetValue(adapter), parsed.GetValue(temperature), reader, source, parsed.GetValue(special), parsed.GetValue(output), parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static void Run(string folder, string? adapter, double temperature, TextReader input, string name, bool special, string? output, TextWriter console)
    {
        using var model = Checkpoint.Load(folder, new() { Trainable = false });
        if (adapter is not null) LoraAdapter.Load(model, adapter, trainable: false);
        Lazy<Tokenizer> tokenizer = new(() => Tokenizer.Load(folder));
        var sequences = ReadBatches(input, name, text => tokenizer.Value.Encode(text, special), model.Config.VocabularySize);
        if (output is null)
        {
            Write(console, model, sequences, temperature);
            return;
        }
        // All or nothing: a bad line leaves no half-written file.
        var temporary = $"{output}.{Guid.NewGuid():N}";
        try
        {
            using (var writer = new StreamWriter(temporary, append: false, new UTF8Encoding(false))) Write(writer, model, sequences, temperature);
            File.Move(temporary, output, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static void Write(TextWriter writer, CausalLM model, IEnumerable<IReadOnlyList<int[]>> batches, double temperature)
    {
        foreach (var batch in batches)
        {
            using var scope = torch.NewDisposeScope();
            using var noGradient = torch.no_grad();
            using var packed = PackedBatch.Pack([.. batch.Select(ids => new PackedGroup(ids[..1], [ids[1..]]))], model.Device);
            var scores = model.Score(packed, temperature, withEntropy: true);
            var (logProbs, entropies) = (scores.LogProbs.data<float>().ToArray(), scores.Entropies!.data<float>().ToArray());
            var at = 0;
            foreach (var ids in batch)
            {
                writer.Write(Line(ids, logProbs.AsSpan(at, ids.Length - 1), entropies.AsSpan(at, ids.Length - 1)));
                writer.Write('\n');
                at += ids.Length - 1;
            }
        }
    }

    private static string Line(int[] ids, ReadOnlySpan<float> logProbs, ReadOnlySpan<float> entropies)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory))
        {
            json.WriteStartObject();
            json.WriteStartArray("ids");
            foreach (var id in ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            WriteNumbers(json, "logprobs", logProbs);
            WriteNumbers(json, "entropies", entropies);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<float> numbers)
    {
        json.WriteStartArray(name);
        json.WriteNullValue();
        foreach (var number in numbers)
        {
            if (float.IsFinite(number)) json.WriteNumberValue(number);
            else json.WriteStringValue(number.ToString());
        }
        json.WriteEndArray();
    }

    private static IEnumerable<IReadOnlyList<int[]>> ReadBatches(TextReader input, string name, Func<string, int[]> encode, int vocabulary)
    {
        List<int[]> batch = [];
        var tokens = 0;
        for (var number = 1; input.ReadLine() is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            var ids = Parse(line, $"{name}:{number}", encode, vocabulary);
            if (batch.Count > 0 && tokens + ids.Length > BatchTokens)
            {
                yield return batch;
                (batch, tokens) = ([], 0);
            }
            batch.Add(ids);
            tokens += ids.Length;
        }
        if (batch.Count > 0) yield return batch;
    }

    /// <summary>The ids of a line.</summary>
    private static int[] Parse(string line, string where, Func<string, int[]> encode, int vocabulary)
    {
        int[] ids;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("ids", out var array) && array.ValueKind == JsonValueKind.Array)
                ids = [.. array.EnumerateArray().Select(id => id.GetInt32())];
            else if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
                ids = encode(text.GetString()!);
            else
                throw new InvalidDataException($"""{where}: an object with "ids" (a list of token ids) or "text" is expected""");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new InvalidDataException($"{where}: {e.Message}", e);
        }
        if (ids.Length == 0) throw new InvalidDataException($"{where}: no tokens");
        var unknown = Array.FindIndex(ids, id => id < 0 || id >= vocabulary);
        return unknown < 0 ? ids : throw new InvalidDataException($"{where}: token id {ids[unknown]} is not in the model's vocabulary of {vocabulary}");
    }
}
