using System.Text.Json;
using System.Text.Json.Nodes;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using Ghpo.Tests.Shared;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    internal static readonly ModelConfig Small = new()
    {
        Architecture = "Qwen2ForCausalLM",
        ModelType = "qwen2",
        VocabularySize = 50,
        HiddenSize = 16,
        IntermediateSize = 24,
        LayerCount = 2,
        HeadCount = 4,
        KeyValueHeadCount = 2,
        HeadSize = 4,
        QueryKeyValueBias = true,
        TiedHead = true,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-checkpoint-").FullName;

    [Theory, InlineData("qwen2-tied"), InlineData("qwen3"), InlineData("llama3"), InlineData("qwen2-bf16")]
    public void Loading_saving_and_loading_changes_no_bit(string name)
    {
        var source = SharedData.Require($"golden/models/{name}");
        var target = Path.Combine(_folder, "saved");
        using var model = Checkpoint.Load(source);
        Checkpoint.Save(model, target, source);
        Assert.Equal(Tensors(source), Tensors(target));
        Assert.Equal(File.ReadAllText(Path.Combine(source, "config.json")), File.ReadAllText(Path.Combine(target, "config.json")));
        Assert.Equal(File.ReadAllBytes(Path.Combine(source, "generation_config.json")), File.ReadAllBytes(Path.Combine(target, "generation_config.json")));
        using var again = Checkpoint.Load(target);
        foreach (var (parameter, tensor) in model.Parameters) Assert.True(tensor.equal(again.Parameters[parameter]).all().item<bool>());
    }

    [Fact]
    public void Weights_kept_as_stored_give_the_same_scores_and_cannot_be_trained()
    {
        var source = SharedData.Require("golden/models/qwen2-bf16");
        using var wide = Checkpoint.Load(source);
        using var kept = Checkpoint.Load(source, new() { WeightType = null });
        Assert.Equal(ScalarType.BFloat16, kept.Parameters["model.norm.weight"].dtype);
        using var batch = PackedBatch.Pack([new([1, 2, 3], [[4, 5], [6]])], CPU);
        using var noGradient = no_grad();
        foreach (var (a, b) in wide.Score(batch).LogProbs.data<float>().ToArray().Zip(kept.Score(batch).LogProbs.data<float>().ToArray())) Assert.Equal(a, b, 1e-4);
        Assert.Throws<InvalidOperationException>(() => kept.Parameters.SetTrainable("model.norm.weight", true));
    }

    [Fact]
    public void Compute_in_bfloat16_stays_near_float32_and_trains_the_float32_weights()
    {
        using var model = CausalLM.Create(Small, 1);
        using var scope = NewDisposeScope();
        using var batch = PackedBatch.Pack([new([1, 2, 3], [[4, 5], [6, 7, 8]])], CPU);
        var exact = model.Score(batch).LogProbs.data<float>().ToArray();
        model.ComputeType = ScalarType.BFloat16;
        var scores = model.Score(batch).LogProbs;
        Assert.Equal(ScalarType.Float32, scores.dtype);
        foreach (var (a, b) in exact.Zip(scores.data<float>().ToArray())) Assert.Equal(a, b, 0.03);
        scores.sum().backward();
        Assert.All(model.Parameters, p => Assert.Equal(ScalarType.Float32, p.Value.grad!.dtype));
    }

    [Fact]
    public void A_new_model_depends_on_its_seed_alone_and_saves_a_config_that_says_the_same()
    {
        using CausalLM one = CausalLM.Create(Small, 7), same = CausalLM.Create(Small, 7), other = CausalLM.Create(Small, 8);
        var weight = one.Parameters["model.embed_tokens.weight"];
        Assert.True(weight.equal(same.Parameters["model.embed_tokens.weight"]).all().item<bool>());
        Assert.False(weight.equal(other.Parameters["model.embed_tokens.weight"]).all().item<bool>());
        Assert.Equal(0.02, weight.std().item<float>(), 0.002);
        Checkpoint.Save(one, Path.Combine(_folder, "new"));
        var read = ConfigFile.Read(Path.Combine(_folder, "new"));
        Assert.Equal(Small, read with { SourceJson = null, SlidingLayers = Small.SlidingLayers, EndIds = Small.EndIds });
        Assert.DoesNotContain(Tensors(Path.Combine(_folder, "new")), t => t.Name == "lm_head.weight");
    }

    [Fact]
    public void A_large_model_is_saved_in_shards_with_an_index()
    {
        using var model = CausalLM.Create(Small with { TiedHead = false }, 7);
        CheckpointWriter.Write(model, Path.Combine(_folder, "sharded"), null, mostShardBytes: 6000);
        var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(_folder, "sharded", "model.safetensors.index.json"))).RootElement;
        Assert.Equal(4 * model.Parameters.ElementCount, index.GetProperty("metadata").GetProperty("total_size").GetInt64());
        Assert.InRange(Directory.GetFiles(Path.Combine(_folder, "sharded"), "model-*-of-*.safetensors").Length, 3, 10);
        using var again = Checkpoint.Load(Path.Combine(_folder, "sharded"));
        foreach (var (parameter, tensor) in model.Parameters) Assert.True(tensor.equal(again.Parameters[parameter]).all().item<bool>());
        // Over the shards, a single file: nothing of the earlier checkpoint is left to be read instead.
        Checkpoint.Save(model, Path.Combine(_folder, "sharded"));
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(Path.Combine(_folder, "sharded")).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Nothing_is_left_behind_where_saving_fails()
    {
        using var model = CausalLM.Create(Small, 7);
        var blocked = Path.Combine(_folder, "file");
        File.WriteAllText(blocked, "in the way");
        Assert.Contains(blocked, Assert.Throws<CheckpointException>(() => Checkpoint.Save(model, Path.Combine(blocked, "x"))).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => Checkpoint.Save(model, blocked));
        Assert.Equal([blocked], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void A_tied_heads_second_copy_and_rotary_buffers_are_no_surprise()
    {
        using var model = CausalLM.Create(Small, 7);
        Checkpoint.Save(model, _folder);
        var file = Path.Combine(_folder, "model.safetensors");
        File.Delete(file);
        using var frequencies = ones(2);
        SafetensorsWriter.Write(file, [.. model.Parameters.Select(p => (p.Key, p.Value, ScalarType.Float16)),
            ("lm_head.weight", model.Parameters["model.embed_tokens.weight"], ScalarType.Float32), ("model.layers.0.self_attn.rotary_emb.inv_freq", frequencies, ScalarType.Float32)]);
        using var again = Checkpoint.Load(_folder);
        Assert.Equal(model.Parameters.Count, again.Parameters.Count);
        Assert.InRange((model.Parameters["model.embed_tokens.weight"] - again.Parameters["model.embed_tokens.weight"]).abs().max().item<float>(), 1e-9, 1e-4);
    }

    [Fact]
    public void A_pickle_checkpoint_is_refused_with_the_remedy()
    {
        File.WriteAllText(Path.Combine(_folder, "config.json"), ConfigFile.Write(Small, "float32"));
        File.WriteAllText(Path.Combine(_folder, "pytorch_model.bin"), "");
        Assert.Contains("convert it to safetensors", Assert.Throws<CheckpointException>(() => Checkpoint.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model-00001-of-00003.safetensors", "../x.safetensors"), InlineData("model-00001-of-00003.safetensors", "/etc/passwd")]
    [InlineData("model-00001-of-00003.safetensors", "model.safetensors.index.json"), InlineData("model-00001-of-00003.safetensors", "absent.safetensors")]
    [InlineData("model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors")]
    public void An_index_that_leads_elsewhere_is_refused(string from, string to)
    {
        var source = SharedData.Require("golden/models/llama3");
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        var path = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(from, to, StringComparison.Ordinal));
        Assert.Contains(_folder, Assert.Throws<CheckpointException>(() => Checkpoint.Load(_folder)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_tensor_is_accounted_for()
    {
        using var model = CausalLM.Create(Small, 7);
        Checkpoint.Save(model, _folder);
        string Error(Action<JsonObject> change)
        {
            var path = Path.Combine(_folder, "config.json");
            var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
            change(json);
            var kept = File.ReadAllText(path);
            File.WriteAllText(path, json.ToJsonString());
            var message = Assert.Throws<CheckpointException>(() => Checkpoint.Load(_folder)).Message;
            File.WriteAllText(path, kept);
            return message;
        }
        Assert.Contains("missing: model.layers.2.input_layernorm.weight", Error(j => j["num_hidden_layers"] = 3), StringComparison.Ordinal);
        Assert.Contains("does not have: model.layers.1.", Error(j => j["num_hidden_layers"] = 1), StringComparison.Ordinal);
        Assert.Contains("has the shape [50, 16], but config.json makes it [51, 16]", Error(j => j["vocab_size"] = 51), StringComparison.Ordinal);
        Assert.Contains("missing: lm_head.weight", Error(j => j["tie_word_embeddings"] = false), StringComparison.Ordinal);
    }

    private static List<(string Name, string Type, string Shape, string Bytes)> Tensors(string folder)
    {
        List<(string, string, string, string)> all = [];
        foreach (var path in Directory.GetFiles(folder, "model*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            var bytes = File.ReadAllBytes(path);
            all.AddRange(file.Tensors.Select(t => (t.Name, t.Type.ToString(), string.Join(",", t.Shape), Convert.ToHexString(bytes.AsSpan((int)t.Offset, (int)t.Bytes)))));
        }
        return [.. all.OrderBy(t => t.Item1, StringComparer.Ordinal)];
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
