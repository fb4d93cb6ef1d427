using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;

namespace Ghpo.Models.Tests.Checkpoints;

/// <summary>Two hundred damaged checkpoint folders: each is refused with a message that names its file, and none takes memory or the process.</summary>
public sealed class MutatedCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-mutated-").FullName;

    public static TheoryData<string> Kinds =>
    [
        "header bits", "header bytes", "truncated", "extended", "header length", "offsets", "shapes", "types", "duplicate", "config values", "config bits",
        "absent", "index map", "index bits", "sizes", "names",
    ];

    [Theory, MemberData(nameof(Kinds))]
    public void A_damaged_folder_is_a_clear_error(string kind)
    {
        for (var seed = 0; seed < 13; seed++)
        {
            var folder = Path.Combine(_folder, $"{seed}");
            var sharded = kind.StartsWith("index", StringComparison.Ordinal) || seed % 2 == 1;
            using (var model = CausalLM.Create(CheckpointTests.Small, 7)) CheckpointWriter.Write(model, folder, null, sharded ? 6000 : long.MaxValue);
            Mutate(folder, kind, new Random(seed), seed);
            var before = GC.GetTotalAllocatedBytes();
            var error = Record.Exception(() => Checkpoint.Load(folder).Dispose());
            if (error is null) Assert.Fail($"{kind} {seed}: loaded");
            Assert.True(error is CheckpointException, $"{kind} {seed}: {error.GetType().Name} {error.Message}");
            Assert.Contains(folder, error.Message, StringComparison.Ordinal);
            Assert.InRange(error.Message.Length, folder.Length + 5, 1500);
            Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
        }
    }

    private static void Mutate(string folder, string kind, Random random, int seed)
    {
        var weights = Directory.GetFiles(folder, "*.safetensors").Order(StringComparer.Ordinal).ToArray();
        var path = weights[random.Next(weights.Length)];
        var bytes = File.ReadAllBytes(path);
        var header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        // Punctuation and digits carry the structure; a flipped letter in metadata need be no error.
        var structural = Enumerable.Range(8, header).Where(i => "{}[]:,\"0123456789"u8.Contains(bytes[i]) && i > bytes.AsSpan().IndexOf("pt\"}"u8) + 4).ToArray();
        switch (kind)
        {
            case "header bits":
                bytes[structural[random.Next(structural.Length)]] ^= 0x80;
                break;
            case "header bytes":
                bytes[structural[random.Next(structural.Length)]] = (byte)'#';
                break;
            case "truncated":
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case "extended":
                bytes = [.. bytes, .. new byte[1 + random.Next(100)]];
                break;
            case "header length":
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, ((ulong[])[0, 1, (ulong)header - 1, (ulong)header + 8, (ulong)bytes.Length, uint.MaxValue, ulong.MaxValue, 1UL << 40])[seed % 8]);
                break;
            case "offsets":
                bytes = Header(bytes, header, json => { var o = Entry(json, random)["data_offsets"]!.AsArray(); o[seed % 2] = (long)o[seed % 2]! + ((long[])[4, -4, 1L << 40, long.MaxValue / 2])[seed % 4]; });
                break;
            case "shapes":
                bytes = Header(bytes, header, json => Entry(json, random)["shape"] = seed % 3 == 0 ? new JsonArray(long.MaxValue, 16) : new JsonArray(1_000_000_000, 1_000_000_000, 8 + seed));
                break;
            case "types":
                bytes = Header(bytes, header, json => Entry(json, random)["dtype"] = ((string[])["I32", "F8_E4M3", "", "BF16"])[seed % 4]);
                break;
            case "duplicate":
                bytes = Rewritten(bytes, header, text => text.Insert(text.LastIndexOf('}'), "," + FirstTensor(text)));
                break;
            case "names":
                bytes = Header(bytes, header, json => { var e = json.First(p => p.Key != "__metadata__"); json.Remove(e.Key); json["model.other." + seed] = e.Value; });
                break;
            case "config values":
                Config(folder, json => json[((string[])["hidden_size", "num_attention_heads", "num_hidden_layers", "vocab_size", "head_dim"])[seed % 5]] =
                    ((JsonNode[])[-1, 0, 1_000_000_000, "many", 2.5, new JsonArray(), 7])[seed % 7]);
                return;
            case "config bits":
                var text = File.ReadAllText(Path.Combine(folder, "config.json"));
                File.WriteAllText(Path.Combine(folder, "config.json"), seed % 3 == 0 ? text[..random.Next(text.Length - 3)] : text.Replace(((string[])["Qwen2ForCausalLM", "qwen2", "silu", "\"architectures\""])[seed % 4], ((string[])["NewForCausalLM", "qwen9", "tanh", "\"vocab_size\""])[seed % 4], StringComparison.Ordinal));
                return;
            case "absent":
                File.Delete(seed % 3 == 0 ? Path.Combine(folder, "config.json") : path);
                return;
            case "sizes":
                Config(folder, json => json[((string[])["intermediate_size", "num_key_value_heads", "rope_theta", "rms_norm_eps", "max_position_embeddings"])[seed % 5]] = ((JsonNode[])[-3, 0, "x", new JsonArray(1)])[seed % 4] is var v && seed % 5 == 3 ? -1 - seed : v);
                return;
            case "index map":
                Index(folder, (map, name) => map[name] = ((JsonNode?[])["../model.safetensors", "model.safetensors.index.json", "nul\0.safetensors", 5, null, "model-9.safetensors", "/tmp/a.safetensors", new JsonObject()])[seed % 8]);
                return;
            case "index bits":
                var indexPath = Path.Combine(folder, "model.safetensors.index.json");
                var index = File.ReadAllText(indexPath);
                File.WriteAllText(indexPath, seed % 4 == 0 ? index.Replace("weight_map", "weight_nap", StringComparison.Ordinal) : index[..random.Next(index.Length - 3)]);
                return;
        }
        File.WriteAllBytes(path, bytes);
    }

    private static JsonNode Entry(JsonObject header, Random random)
    {
        var entries = header.Where(p => p.Key != "__metadata__").ToArray();
        return entries[random.Next(entries.Length)].Value!;
    }

    private static string FirstTensor(string header)
    {
        var start = header.IndexOf("\"model.", StringComparison.Ordinal);
        return header[start..(header.IndexOf('}', start) + 1)];
    }

    private static byte[] Header(byte[] file, int header, Action<JsonObject> change) => Rewritten(file, header, text =>
    {
        var json = JsonNode.Parse(text)!.AsObject();
        change(json);
        return json.ToJsonString();
    });

    private static byte[] Rewritten(byte[] file, int header, Func<string, string> change)
    {
        var text = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(file, 8, header)));
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)text.Length);
        return [.. length, .. text, .. file.AsSpan(8 + header)];
    }

    private static void Config(string folder, Action<JsonObject> change)
    {
        var path = Path.Combine(folder, "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(json);
        File.WriteAllText(path, json.ToJsonString());
    }

    private static void Index(string folder, Action<JsonObject, string> change)
    {
        var path = Path.Combine(folder, "model.safetensors.index.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        var map = json["weight_map"]!.AsObject();
        change(map, map.First().Key);
        File.WriteAllText(path, json.ToJsonString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
