using System.Text.Json.Nodes;
using Ghpo.Models.Adapters;
using Ghpo.Models.Checkpoints;
using Ghpo.Models.Tests.Transformer;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ghpo-adapter-").FullName;

    public static TheoryData<string, string, bool> Goldens => new()
    {
        { "qwen2-tied", "lora-qv", false }, { "qwen2-tied", "lora-qv", true }, { "llama3", "lora-all", false }, { "llama3", "lora-all", true },
    };

    [Theory, MemberData(nameof(Goldens))]
    public void Loss_gradients_and_two_steps_are_those_of_peft(string name, string folder, bool torch)
    {
        var golden = new GoldenModel(name, folder);
        using var model = Checkpoint.Load(golden.Folder);
        LoraAdapter.Load(model, Path.Combine(golden.Folder, folder));
        model.UseTorch = torch;
        using var scope = NewDisposeScope();
        Assert.Equal(golden.Expected.GetProperty("trainable_parameters").GetInt64(), model.Parameters.Trainable.Sum(p => p.Value.numel()));
        Assert.Equal(golden.Expected.GetProperty("loss").GetDouble(), GoldenModelTests.Backward(model, golden), 1e-5);
        foreach (var expected in golden.Expected.GetProperty("parameter_grad_norms").EnumerateObject())
            Assert.Equal(1, model.Parameters[expected.Name].grad!.norm().item<float>() / expected.Value.GetDouble(), 1e-3);
        model.Parameters.ClearGradients();
        var optimizer = new ReferenceAdamW(model.Parameters);
        foreach (var step in golden.Expected.GetProperty("adamw").EnumerateArray())
        {
            Assert.Equal(step.GetProperty("loss").GetDouble(), GoldenModelTests.Backward(model, golden), 1e-4);
            Assert.Equal(1, optimizer.Step() / step.GetProperty("grad_norm").GetDouble(), 1e-3);
        }
        Assert.Equal(golden.Expected.GetProperty("loss_after").GetDouble(), GoldenModelTests.Backward(model, golden), 1e-4);
        GoldenModelTests.AssertParameters(model.Parameters, Path.Combine(golden.Folder, folder, "final_adapter.safetensors"));
    }

    [Theory, InlineData("qwen2-tied", "lora-qv"), InlineData("llama3", "lora-all")]
    public void Merged_and_unmerged_logits_are_those_of_peft(string name, string folder)
    {
        var golden = new GoldenModel(name, folder);
        using var model = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        var plain = Logits(model, new GoldenModel(name));
        var adapter = LoraAdapter.Load(model, Path.Combine(golden.Folder, folder));
        AssertLogits(golden, "train.logits", model);
        adapter.Merge();
        AssertLogits(golden, "train.logits_merged", model);
        adapter.Unmerge();
        AssertLogits(golden, "train.logits", model);
        adapter.Merge();
        adapter.Unmerge();
        foreach (var module in model.LowRanks.Keys.ToArray()) model.LowRanks.Remove(module);
        GoldenModelTests.AssertClose(plain, Logits(model, new GoldenModel(name)), 1e-4);
    }

    [Fact]
    public void An_adapter_saved_and_loaded_is_the_same_to_the_bit()
    {
        var golden = new GoldenModel("llama3", "lora-all");
        using var model = Checkpoint.Load(golden.Folder);
        var adapter = LoraAdapter.Load(model, Path.Combine(golden.Folder, "lora-all"));
        adapter.Save(_folder, "llama3");
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order());
        using var again = Checkpoint.Load(golden.Folder);
        LoraAdapter.Load(again, _folder, trainable: false);
        foreach (var (name, tensor) in adapter.Tensors) Assert.True(tensor.equal(again.Parameters[name]).all().item<bool>());
        Assert.Empty(again.Parameters.Trainable);
    }

    [Fact]
    public void A_new_adapter_changes_nothing_until_it_is_trained()
    {
        var golden = new GoldenModel("qwen3");
        using var model = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        var before = Logits(model, golden);
        LoraAdapter.Attach(model, new() { Rank = 3, Alpha = 6 }, seed: 1);
        Assert.Equal(before, Logits(model, golden));
        Assert.Equal(3 * 7 * 2, model.Parameters.Trainable.Count());
        GoldenModelTests.Backward(model, golden);
        Assert.All(model.Parameters.Trainable.Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal)), p => Assert.NotEqual(0, p.Value.grad!.norm().item<float>()));
        Assert.All(model.Parameters.Where(p => !p.Key.Contains("lora_", StringComparison.Ordinal)), p => Assert.Null(p.Value.grad));
    }

    [Fact]
    public void Modules_to_save_are_trained_and_saved_whole()
    {
        var golden = new GoldenModel("llama3");
        using var model = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        var adapter = LoraAdapter.Attach(model, new() { Rank = 2, Targets = ["q_proj", "layers.1.mlp.up_proj"], ModulesToSave = ["lm_head"], RankStabilized = true, Dropout = 0.1 }, seed: 1);
        Assert.Equal(2 * (3 + 1) + 1, model.Parameters.Trainable.Count());
        using (no_grad()) model.Parameters["lm_head.weight"].mul_(1.5);
        adapter.Save(_folder);
        using var again = Checkpoint.Load(golden.Folder);
        var loaded = LoraAdapter.Load(again, _folder);
        Assert.True(again.Parameters["lm_head.weight"].equal(model.Parameters["lm_head.weight"]).all().item<bool>());
        Assert.Equal(adapter.Config.Scale, loaded.Config.Scale);
        Assert.Equal(0.1, loaded.Config.Dropout);
    }

    /// <summary>On a tied model peft gives the trained module a copy of its own, unless ensure_weight_tying says otherwise.</summary>
    [Theory]
    [InlineData("embed_tokens"), InlineData("lm_head")]
    public void An_embedding_trained_whole_parts_from_its_head_unless_tying_is_ensured(string module)
    {
        var golden = new GoldenModel("qwen2-tied");
        using var tied = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        var plain = Logits(tied, golden);
        var adapter = LoraAdapter.Attach(tied, new() { Rank = 2, Targets = ["q_proj"], ModulesToSave = [module] }, seed: 1);
        using (no_grad()) tied.Parameters["model.embed_tokens.weight"].mul_(1.5);
        adapter.Save(_folder);
        using (var again = Checkpoint.Load(golden.Folder))
        {
            LoraAdapter.Load(again, _folder);
            Assert.Equal(Logits(tied, golden), Logits(again, golden));
        }

        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "adapter_config.json")))!;
        Assert.True((bool)config["ensure_weight_tying"]!);
        config["ensure_weight_tying"] = false;
        config["modules_to_save"] = new JsonArray("embed_tokens", "lm_head");
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        using var parted = Checkpoint.Load(golden.Folder);
        LoraAdapter.Load(parted, _folder);
        Assert.False(parted.Config.TiedHead);
        Assert.Equal(Logits(tied, golden), Logits(parted, golden));
        Assert.Equal(2, parted.Parameters.Trainable.Count(p => !p.Key.Contains("lora_", StringComparison.Ordinal)));
        Checkpoint.Save(parted, Path.Combine(_folder, "whole"));
        using (var whole = Checkpoint.Load(Path.Combine(_folder, "whole"))) Assert.False(whole.Config.TiedHead);
        using (no_grad()) parted.Parameters["lm_head.weight"].zero_();
        Assert.All(Logits(parted, golden), logit => Assert.Equal(0, logit));
        Assert.NotEqual(plain, Logits(tied, golden));
        GoldenModelTests.Backward(parted, golden);
        Assert.NotEqual(0, parted.Parameters["lm_head.weight"].grad!.norm().item<float>());
    }

    /// <summary>The masks are a function of the key and the pass: both decoders draw the same, and a second computation repeats the first.</summary>
    [Fact]
    public void Dropout_has_the_gradients_of_torch_with_and_without_checkpointing()
    {
        var golden = new GoldenModel("llama3", "lora-all");
        List<(float[] Scores, Dictionary<string, float[]> Gradients)> results = [];
        foreach (var (torch, checkpointing) in new[] { (true, false), (false, false), (false, true), (true, true) })
        {
            using var scope = NewDisposeScope();
            using var model = Checkpoint.Load(golden.Folder);
            LoraAdapter.Attach(model, new() { Rank = 4, Dropout = 0.3 }, seed: 5);
            using (no_grad())
            {
                foreach (var (name, tensor) in model.Parameters.Trainable.Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal))) tensor.fill_(0.01);
            }

            (model.UseTorch, model.GradientCheckpointing) = (torch, checkpointing);
            model.SeedDropout(77);
            using var batch = golden.Pack("train");
            var scores = model.Score(batch).LogProbs;
            scores.sum().backward();
            results.Add((scores.data<float>().ToArray(), model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.data<float>().ToArray())));
        }

        GoldenModelTests.AssertClose(results[0].Scores, results[1].Scores, 1e-4);
        Assert.Equal(results[1].Scores, results[2].Scores);
        Assert.Equal(results[0].Scores, results[3].Scores);
        foreach (var (name, expected) in results[0].Gradients)
        {
            GoldenModelTests.AssertClose(expected, results[1].Gradients[name], 1e-3);
            Assert.Equal(results[1].Gradients[name], results[2].Gradients[name]);
            Assert.Equal(expected, results[3].Gradients[name]);
        }
    }

    [Fact]
    public void Dropout_acts_while_training_and_not_while_scoring()
    {
        var golden = new GoldenModel("qwen2-tied", "lora-qv");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden.Folder, "lora-qv", "adapter_config.json")))!;
        config["lora_dropout"] = 0.5;
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        File.Copy(Path.Combine(golden.Folder, "lora-qv", "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));
        using var model = Checkpoint.Load(golden.Folder);
        LoraAdapter.Load(model, _folder);
        using var scope = NewDisposeScope();
        using var batch = golden.Pack("train");
        float[] Score() => model.Score(batch).LogProbs.data<float>().ToArray();
        Assert.NotEqual(Score(), Score());
        using var noGradient = no_grad();
        Assert.Equal(Score(), Score());
        GoldenModelTests.AssertClose(golden.AtTargets("train", "logprobs_t1.0"), Score(), 2e-4);
    }

    [Theory]
    [InlineData("use_dora", "true"), InlineData("bias", "\"all\""), InlineData("peft_type", "\"IA3\""), InlineData("rank_pattern", "{\"q_proj\":8}"), InlineData("r", "0")]
    [InlineData("target_modules", "[\"query\"]"), InlineData("target_modules", "\".*none\""), InlineData("modules_to_save", "[\"head\"]"), InlineData("lora_dropout", "1"), InlineData("r", "5")]
    public void An_option_that_cannot_be_kept_is_refused_by_name(string key, string value)
    {
        var golden = new GoldenModel("qwen2-tied", "lora-qv");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden.Folder, "lora-qv", "adapter_config.json")))!;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        File.Copy(Path.Combine(golden.Folder, "lora-qv", "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));
        using var model = Checkpoint.Load(golden.Folder);
        var error = Assert.Throws<CheckpointException>(() => LoraAdapter.Load(model, _folder));
        Assert.Contains(key switch { "r" => value == "5" ? "shape" : "rank", "lora_dropout" => "dropout", "target_modules" => "target", _ => key }, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pattern_of_targets_loads_as_peft_reads_it()
    {
        var golden = new GoldenModel("qwen2-tied", "lora-qv");
        var config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden.Folder, "lora-qv", "adapter_config.json")))!;
        config["target_modules"] = @".*self_attn\.(q|v)_proj";
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), config.ToJsonString());
        File.Copy(Path.Combine(golden.Folder, "lora-qv", "adapter_model.safetensors"), Path.Combine(_folder, "adapter_model.safetensors"));
        using var model = Checkpoint.Load(golden.Folder);
        LoraAdapter.Load(model, _folder);
        AssertLogits(golden, "train.logits", model);
    }

    private static float[] Logits(CausalLM model, GoldenModel golden)
    {
        using var packed = PackedBatch.Pack([.. golden.Rows("train").Select(r => new PackedGroup(r.Ids, [[0]]))], CPU);
        using var logits = model.Logits(packed);
        return logits.data<float>().ToArray();
    }

    private static void AssertLogits(GoldenModel golden, string name, CausalLM model)
    {
        var (expected, actual) = (golden.Floats(name), Logits(model, new GoldenModel(Path.GetFileName(golden.Folder))));
        var (width, vocabulary, at) = ((int)golden.Shape(name)[1], model.Config.VocabularySize, 0);
        foreach (var (_, columns, _, row) in new GoldenModel(Path.GetFileName(golden.Folder)).Rows("train"))
        {
            foreach (var column in columns)
                GoldenModelTests.AssertClose(expected.AsSpan(((row * width) + column) * vocabulary, vocabulary), actual.AsSpan(at++ * vocabulary, vocabulary), 2e-4);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
