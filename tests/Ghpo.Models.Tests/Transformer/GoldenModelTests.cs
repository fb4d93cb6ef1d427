using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>Agreement with transformers on the golden checkpoints.</summary>
public class GoldenModelTests
{
    public static TheoryData<string> Models => ["qwen2-tied", "qwen3", "llama3", "qwen2-bf16"];

    [Theory, MemberData(nameof(Models))]
    public void Logits_of_every_token_agree(string name)
    {
        var golden = new GoldenModel(name);
        using var model = Checkpoint.Load(golden.Folder);
        foreach (var batch in (string[])["left", "right", "train"])
        {
            using var scope = NewDisposeScope();
            var expected = golden.Floats($"{batch}.logits");
            var (width, vocabulary) = ((int)golden.Shape($"{batch}.logits")[1], model.Config.VocabularySize);
            var rows = golden.Rows(batch).ToList();
            using var packed = PackedBatch.Pack([.. rows.Select(r => new PackedGroup(r.Ids, [[0]]))], CPU);
            var logits = model.Logits(packed).data<float>().ToArray();
            var at = 0;
            foreach (var (_, columns, _, row) in rows)
            {
                foreach (var column in columns)
                {
                    var start = ((row * width) + column) * vocabulary;
                    AssertClose(expected.AsSpan(start, vocabulary), logits.AsSpan(at++ * vocabulary, vocabulary), 2e-4);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Log_probabilities_and_entropies_agree(string name)
    {
        var golden = new GoldenModel(name);
        using var model = Checkpoint.Load(golden.Folder);
        foreach (var batch in (string[])["left", "right", "train"])
        {
            foreach (var (temperature, suffix) in ((double, string)[])[(1.0, "t1.0"), (0.7, "t0.7")])
            {
                using var scope = NewDisposeScope();
                using var packed = golden.Pack(batch);
                using var noGradient = no_grad();
                var scores = model.Score(packed, temperature, withEntropy: true);
                AssertClose(golden.AtTargets(batch, $"logprobs_{suffix}"), scores.LogProbs.data<float>().ToArray(), 2e-4);
                AssertClose(golden.AtTargets(batch, $"entropy_{suffix}"), scores.Entropies!.data<float>().ToArray(), 2e-4);
            }
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Loss_and_gradients_agree(string name)
    {
        var golden = new GoldenModel(name);
        using var model = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        Assert.Equal(golden.Expected.GetProperty("loss").GetDouble(), Backward(model, golden), 1e-5);
        var norms = golden.Expected.GetProperty("parameter_grad_norms");
        Assert.Equal(norms.EnumerateObject().Count(), model.Parameters.Count);
        foreach (var (parameter, value) in model.Parameters)
        {
            var expected = norms.GetProperty(parameter).GetDouble();
            Assert.Equal(1, value.grad!.norm().item<float>() / expected, 1e-3);
        }
    }

    [Theory, MemberData(nameof(Models))]
    public void Three_optimizer_steps_agree(string name)
    {
        var golden = new GoldenModel(name);
        using var model = Checkpoint.Load(golden.Folder);
        using var scope = NewDisposeScope();
        var optimizer = new ReferenceAdamW(model.Parameters);
        foreach (var step in golden.Expected.GetProperty("adamw").EnumerateArray())
        {
            Assert.Equal(step.GetProperty("loss").GetDouble(), Backward(model, golden), 1e-4);
            Assert.Equal(1, optimizer.Step() / step.GetProperty("grad_norm").GetDouble(), 1e-3);
        }
        Assert.Equal(golden.Expected.GetProperty("loss_after").GetDouble(), Backward(model, golden), 1e-4);
        AssertParameters(model.Parameters, Path.Combine(golden.Folder, "final_parameters.safetensors"));
    }

    internal static double Backward(CausalLM model, GoldenModel golden)
    {
        using var packed = golden.Pack("train");
        var loss = model.Score(packed).LogProbs.mean().neg();
        loss.backward();
        return loss.item<float>();
    }

    /// <summary>Within 1e-4 at the 99.9th percentile, over all parameters of a file.</summary>
    internal static void AssertParameters(ParameterStore parameters, string path)
    {
        using var file = SafetensorsFile.Open(path);
        List<float> differences = [];
        foreach (var stored in file.Tensors)
        {
            using var expected = empty(stored.Shape, ScalarType.Float32);
            file.ReadInto(stored, expected);
            differences.AddRange((parameters[stored.Name].detach() - expected).abs().data<float>().ToArray());
        }
        differences.Sort();
        Assert.InRange(differences[(int)(differences.Count * 0.999)], 0, 1e-4);
    }

    internal static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance)) Assert.Fail($"at {i}: {expected[i]} expected, {actual[i]} found");
        }
    }
}
