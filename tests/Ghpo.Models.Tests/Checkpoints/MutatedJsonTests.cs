using System.Text;
using System.Text.Json.Nodes;
using Ghpo.Models.Adapters;
using Ghpo.Models.Chat;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Tokenization;
using Ghpo.Models.Transformer;
using Ghpo.Tests.Shared;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>
/// Text files of a checkpoint, damaged by seed: bytes flipped, cut off, values replaced by ones of another kind or a hostile size, keys removed or doubled.
/// A file that still means something may load; one that does not is an error of the expected kind that names it, and nothing takes memory or the process.
/// </summary>
public sealed class MutatedJsonTests : IDisposable
{
    private const int Seeds = 200;

    private static readonly string?[] Hostile =
    [
        "null", "true", "-1", "0", "1", "2.5", "1e999", "2147483648", "1000000000", "9223372036854775807", "99999999999999999999", "\"\"", "\"x\"", "\"\\ud800\"", "[]", "[1]", "[[]]", "[null,null]",
        "{}", "{\"type\":\"x\"}", "{\"a\":{\"a\":{}}}", "\"\\u0000\"", "[\"a\",\"b\"]", "{\"Regex\":\"(\"}", "{\"Regex\":\"(a*)*b\"}", null,
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-mutated-").FullName;

    [Theory, InlineData("bpe-llama3"), InlineData("bpe-sp-first"), InlineData("bpe-sp-legacy"), InlineData("bpe-nfc-digits")]
    public void A_tokenizer(string name)
    {
        var source = File.ReadAllText(Path.Combine(SharedData.Require($"golden/tokenizers/{name}"), "tokenizer.json"));
        Run("tokenizer.json", source, typeof(TokenizerException), () =>
        {
            var tokenizer = Tokenizer.Load(_folder);
            var ids = tokenizer.Encode("Hello <s> wörld 12\n\n 你好🙂", addSpecialTokens: true);
            tokenizer.Decode(ids, skipSpecialTokens: true);
            tokenizer.Decode([0, -1, int.MaxValue, 3]);
        });
    }

    [Theory, InlineData("qwen2.5"), InlineData("qwen3")]
    public void A_tokenizer_configuration(string name)
    {
        var source = File.ReadAllText(SharedData.Require($"data/tokenizers/{name}/tokenizer_config.json"));
        Tokenizer.FromWords(["a", "b"], ["<eos>"], endToken: "<eos>").Save(_folder);
        Run("tokenizer_config.json", source, typeof(TokenizerException), () => Tokenizer.Load(_folder));
        Run("tokenizer_config.json", source, typeof(ChatTemplateException), () => ChatTemplate.Load(_folder)?.Render([new ChatMessage("user", "hi")], true));
    }

    [Theory, InlineData("qwen2-tied"), InlineData("qwen3"), InlineData("llama3")]
    public void A_configuration(string name) => Run("config.json", File.ReadAllText(Path.Combine(SharedData.Require($"golden/models/{name}"), "config.json")), typeof(CheckpointException), () => ConfigFile.Read(_folder));

    [Fact]
    public void An_adapter()
    {
        var golden = SharedData.Require("golden/models/qwen2-tied");
        using var model = CausalLM.Create(ConfigFile.Read(golden), 1);
        File.Copy(Path.Combine(golden, "lora-qv", "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));
        Run("adapter_config.json", File.ReadAllText(Path.Combine(golden, "lora-qv", "adapter_config.json")), typeof(CheckpointException), () => Load(golden));
        File.Copy(Path.Combine(golden, "lora-qv", "adapter_config.json"), Path.Combine(_folder, "adapter_config.json"), overwrite: true);
        var bytes = File.ReadAllBytes(Path.Combine(golden, "lora-qv", "adapter_model.safetensors"));
        var header = (int)BitConverter.ToUInt64(bytes);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            var damaged = bytes.ToArray();
            for (var n = 0; n <= seed % 3; n++) damaged[random.Next(8 + header)] = (byte)random.Next(256);
            if (seed % 5 == 0) damaged = damaged[..random.Next(damaged.Length)];
            File.WriteAllBytes(Path.Combine(_folder, "adapter_model.safetensors"), damaged);
            Check($"weights {seed}", "adapter_model.safetensors", typeof(CheckpointException), () => Load(golden));
        }
    }

    private void Load(string golden)
    {
        using var model = Checkpoint.Load(golden, new() { Trainable = false });
        LoraAdapter.Load(model, _folder);
    }

    private void Run(string file, string source, Type expected, Action load)
    {
        var path = Path.Combine(_folder, file);
        for (var seed = 0; seed < Seeds; seed++)
        {
            File.WriteAllBytes(path, Mutate(source, seed));
            Check($"{file} {seed}", file, expected, load);
        }

        File.WriteAllText(path, source);
        load();
    }

    private static void Check(string what, string file, Type expected, Action load)
    {
        var before = GC.GetTotalAllocatedBytes();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        if (Record.Exception(load) is { } error)
        {
            Assert.True(error.GetType() == expected, $"{what}: {error.GetType().Name} {error.Message}\n{error.StackTrace}");
            Assert.True(error.Message.Contains(file, StringComparison.Ordinal) || error.Message.Contains("template", StringComparison.Ordinal), $"{what}: {error.Message}");
        }

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 256 << 20);
        Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), $"{what}: {clock.Elapsed}");
    }

    private static byte[] Mutate(string source, int seed)
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(source);
        switch (seed % 5)
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..random.Next(bytes.Length)];
            case 2:
                var start = random.Next(bytes.Length);
                return [.. bytes[..start], .. bytes[random.Next(bytes.Length)..]];
            default:
                return Encoding.UTF8.GetBytes(Replaced(source, random));
        }
    }

    /// <summary>One value, anywhere in the tree but more often near its root, is another.</summary>
    private static string Replaced(string source, Random random)
    {
        var node = JsonNode.Parse(source)!;
        while (true)
        {
            var children = node switch
            {
                JsonObject o => o.Select(p => p.Key).ToArray<object>(),
                JsonArray a => [.. Enumerable.Range(0, a.Count).Cast<object>()],
                _ => [],
            };
            if (children.Length == 0) return node.Root.ToJsonString();
            var chosen = children[random.Next(children.Length)];
            var child = chosen is string key ? node[key] : node[(int)chosen];
            if (child is JsonObject or JsonArray && random.Next(4) > 0)
            {
                node = child;
                continue;
            }

            var text = Hostile[random.Next(Hostile.Length)];
            const string Mark = "\"@@here@@\"";
            if (text is null && node is JsonObject parent) parent.Remove((string)chosen);
            else if (chosen is string name) node[name] = "@@here@@";
            else node[(int)chosen] = "@@here@@";
            return node.Root.ToJsonString().Replace(Mark, text ?? "null", StringComparison.Ordinal);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
