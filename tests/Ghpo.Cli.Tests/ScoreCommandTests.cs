using System.Runtime.InteropServices;
using System.Text.Json;
using Ghpo.Tests.Metrics;
using Ghpo.Tests.Shared;

namespace Ghpo.Cli.Tests;

public sealed class ScoreCommandTests : FolderTest
{
    [Theory, InlineData("qwen2-tied", null, 1.0, "logprobs_t1.0", "entropy_t1.0"), InlineData("qwen3", null, 0.7, "logprobs_t0.7", "entropy_t0.7"), InlineData("llama3", "lora-all", 1.0, "logprobs_t1.0", null)]
    public async Task Log_probabilities_and_entropies_are_those_of_transformers(string name, string? adapter, double temperature, string logProbs, string? entropies)
    {
        var folder = SharedData.Require($"golden/models/{name}");
        var inputs = Read(Path.Combine(folder, "expected.safetensors"));
        var expected = adapter is null ? inputs : Read(Path.Combine(folder, adapter, "expected.safetensors"));
        long[] ids = Longs(inputs["train.input_ids"]), mask = Longs(inputs["train.attention_mask"]), completion = Longs(inputs["train.completion_mask"]);
        var input = Path.Combine(Folder, "in.jsonl");
        var rows = Enumerable.Range(0, ids.Length / 20).Select(r => Enumerable.Range(r * 20, 20).Where(i => mask[i] == 1).ToArray()).ToArray();
        File.WriteAllLines(input, rows.Select(row => JsonSerializer.Serialize(new { ids = row.Select(i => ids[i]) })));
        var output = Path.Combine(Folder, "out.jsonl");
        string[] more = adapter is null ? [] : ["--adapter", Path.Combine(folder, adapter)];
        Assert.Equal((0, ""), await Run(["score", "--model", folder, "--temperature", $"{temperature}", "--input", input, "--output", output, .. more]));
        var lines = File.ReadAllLines(output).Select(l => JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(rows.Length, lines.Length);
        foreach (var (row, line) in rows.Zip(lines))
        {
            Assert.Equal(row.Select(i => ids[i]), line.GetProperty("ids").EnumerateArray().Select(e => e.GetInt64()));
            Assert.Equal(JsonValueKind.Null, line.GetProperty("logprobs")[0].ValueKind);
            Assert.Equal(JsonValueKind.Null, line.GetProperty("entropies")[0].ValueKind);
            for (var i = 1; i < row.Length; i++)
            {
                if (completion[row[i]] == 0) continue;
                Assert.Equal(Floats(expected["train." + logProbs])[row[i]], line.GetProperty("logprobs")[i].GetSingle(), 2e-4f);
                if (entropies is not null) Assert.Equal(Floats(expected["train." + entropies])[row[i]], line.GetProperty("entropies")[i].GetSingle(), 2e-4f);
            }
        }
    }

    [Theory]
    [InlineData("{\"ids\": [1, 2]}\n{\"tokens\": [1]}", "in.jsonl:2"), InlineData("{\"ids\": [1, 512]}", "512"), InlineData("{\"ids\": []}", "no tokens"), InlineData("{\"ids\": [1.5]}", "in.jsonl:1")]
    [InlineData("not json", "in.jsonl:1")]
    public async Task A_bad_line_is_named_and_nothing_is_written(string text, string named)
    {
        var folder = SharedData.Require("golden/models/qwen2-tied");
        var input = Path.Combine(Folder, "in.jsonl");
        File.WriteAllText(input, text);
        var (code, errors) = await Run(["score", "--model", folder, "--input", input, "--output", Path.Combine(Folder, "out.jsonl")]);
        Assert.Equal(1, code);
        Assert.Contains(named, errors, StringComparison.Ordinal);
        Assert.Equal([input], Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task A_checkpoint_is_described_with_the_memory_to_train_it()
    {
        var folder = SharedData.Require("golden/models/qwen3");
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(0, await Program.RunAsync(["inspect-model", folder], output, errors));
        var text = output.ToString();
        foreach (var part in (string[])["Qwen3ForCausalLM", "F32", "norms over q and k heads", "512; ends with 2", "LoRA, rank 16", "fits"])
            Assert.Contains(part, text, StringComparison.Ordinal);
        Assert.Equal(1, await Program.RunAsync(["inspect-model", Path.Combine(Folder, "absent")], output, errors));
        Assert.Contains("no such folder", errors.ToString(), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Errors)> Run(string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        return (await Program.RunAsync(arguments, output, errors), errors.ToString());
    }

    /// <summary>The tensors of a safetensors file as bytes, read by hand.</summary>
    private static Dictionary<string, byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var header = (int)BitConverter.ToInt64(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        return json.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__").ToDictionary(e => e.Name, e =>
        {
            var offsets = e.Value.GetProperty("data_offsets");
            return bytes[(8 + header + offsets[0].GetInt32())..(8 + header + offsets[1].GetInt32())];
        });
    }

    private static float[] Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static long[] Longs(byte[] bytes) => MemoryMarshal.Cast<byte, long>(bytes).ToArray();
}
