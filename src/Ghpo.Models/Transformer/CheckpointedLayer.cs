using static TorchSharp.torch;

namespace Ghpo.Models.Transformer;

/// <summary>
/// A layer of the decoder in torch's operations that keeps its input alone from forward to backward: the backward pass computes the layer once more, with gradients, and goes through that
/// (gradient checkpointing, arXiv:1604.06174). The gradients of the layer's parameters are added to their <c>grad</c> on the way.
/// </summary>
internal sealed class CheckpointedLayer : autograd.SingleTensorFunction<CheckpointedLayer>
{
    /// <inheritdoc/>
    public override string Name => nameof(CheckpointedLayer);

    /// <summary>Applies a layer.</summary>
    /// <param name="layer">The same input gives the same output each time.</param>
    /// <param name="x">(tokens, hidden).</param>
    /// <returns>(tokens, hidden); asks for a gradient even where <paramref name="x"/> does not, for the parameters' sake.</returns>
    public static Tensor Run(Func<Tensor, Tensor> layer, Tensor x) => apply(x, zeros(1, device: x.device, requires_grad: true), layer);

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] variables)
    {
        var (x, layer) = ((Tensor)variables[0], (Func<Tensor, Tensor>)variables[2]);
        context.save_for_backward([x]);
        context.save_data("layer", layer);
        using var noGradient = no_grad();
        return layer(x);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput)
    {
        var layer = (Func<Tensor, Tensor>)context.get_data("layer");
        using var scope = NewDisposeScope();
        var x = context.get_saved_variables()[0].detach().requires_grad_();
        using (enable_grad())
            layer(x).backward([gradOutput]);
        return [x.grad!.MoveToOuterDisposeScope(), zeros(1, device: x.device).MoveToOuterDisposeScope(), null!];
    }
}
