using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>Joins a fused pass to torch's gradients: whatever is computed from its log-probabilities, <c>backward()</c> leads to the pass's own backward half.</summary>
internal sealed class FusedScore : autograd.SingleTensorFunction<FusedScore>
{
    /// <inheritdoc/>
    public override string Name => nameof(FusedScore);

    /// <summary>Scores a batch.</summary>
    public static TokenScores Score(CausalLM model, PackedBatch batch, double temperature, bool withEntropy)
    {
        var differentiable = is_grad_enabled() && model.Parameters.Trainable.Any();
        var pass = new FusedPass(model, batch, temperature, differentiable ? model.GradientCheckpointing ? Keep.Inputs : Keep.All : Keep.Nothing);
        var scores = pass.Forward(withEntropy);
        if (!differentiable)
        {
            pass.Finish();
            return scores;
        }
        // The parameters' gradients are added to in place by the pass; torch only needs something that asks for a gradient.
        var anchor = zeros(1, requires_grad: true);
        return scores with { LogProbs = apply(anchor, new Joint(pass, scores.LogProbs)) };
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] variables)
    {
        var joint = (Joint)variables[1];
        context.save_data("pass", joint.Pass);
        return joint.LogProbs;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradOutput)
    {
        ((FusedPass)context.get_data("pass")).Backward(gradOutput);
        return [zeros(1), null!];
    }

    private sealed record Joint(FusedPass Pass, Tensor LogProbs);
}
