using Ghpo.Models.Checkpoints;
using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

public class CheckpointedLayerTests
{
    [Theory, InlineData(true), InlineData(false)]
    public void A_layer_is_computed_once_more_backward_and_its_gradients_are_the_plain_ones(bool inputAsks)
    {
        using var scope = NewDisposeScope();
        var weight = rand(5, 5, requires_grad: true);
        var input = rand(3, 5, requires_grad: inputAsks);
        var calls = 0;
        Tensor Layer(Tensor x)
        {
            calls++;
            return x.mm(weight).sin();
        }

        Layer(input).square().sum().backward();
        var (expected, expectedInput) = (weight.grad!.clone(), input.grad?.clone());
        (weight.grad, input.grad, calls) = (null, null, 0);

        var y = CheckpointedLayer.Run(Layer, input);
        Assert.Equal(1, calls);
        y.square().sum().backward();
        Assert.Equal(2, calls);
        Assert.True(weight.grad!.equal(expected).all().item<bool>());
        if (inputAsks) Assert.True(input.grad!.equal(expectedInput!).all().item<bool>());
    }

    [Fact]
    public void In_bfloat16_the_gradients_are_those_without_it()
    {
        var golden = new GoldenModel("qwen2-tied");
        Dictionary<string, float[]> Gradients(bool checkpointing)
        {
            using var scope = NewDisposeScope();
            using var model = Checkpoint.Load(golden.Folder);
            (model.ComputeType, model.UseTorch, model.GradientCheckpointing) = (ScalarType.BFloat16, true, checkpointing);
            GoldenModelTests.Backward(model, golden);
            return model.Parameters.Trainable.ToDictionary(p => p.Key, p => p.Value.grad!.data<float>().ToArray());
        }

        var (plain, computedAgain) = (Gradients(false), Gradients(true));
        Assert.All(plain, pair => Assert.Equal(pair.Value, computedAgain[pair.Key]));
    }
}
