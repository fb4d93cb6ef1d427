using Ghpo.Models.Transformer;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Transformer;

/// <summary>AdamW with the golden values' settings, in plain operations: lr 1e-3, betas 0.9 and 0.999, eps 1e-8, decay 0.01, clipping at 1.</summary>
internal sealed class ReferenceAdamW(ParameterStore parameters)
{
    private readonly Dictionary<string, (Tensor Mean, Tensor Square)> _state = [];
    private int _step;

    /// <summary>The global gradient norm before clipping.</summary>
    public double Step()
    {
        using var noGradient = no_grad();
        var trained = parameters.Trainable.Where(p => p.Value.grad is not null).ToList();
        var norm = Math.Sqrt(trained.Sum(p => p.Value.grad!.to(ScalarType.Float64).square().sum().item<double>()));
        var clip = Math.Min(1, 1 / (norm + 1e-6));
        _step++;
        foreach (var (name, value) in trained)
        {
            var gradient = value.grad! * clip;
            if (!_state.TryGetValue(name, out var state)) _state[name] = state = (zeros_like(value), zeros_like(value));
            value.mul_(1 - (1e-3 * 0.01));
            state.Mean.mul_(0.9).add_(gradient, alpha: 0.1);
            state.Square.mul_(0.999).addcmul_(gradient, gradient, 0.001);
            var root = (state.Square / (1 - Math.Pow(0.999, _step))).sqrt_().add_(1e-8);
            value.addcdiv_(state.Mean, root, -1e-3 / (1 - Math.Pow(0.9, _step)));
        }
        parameters.ClearGradients();
        return norm;
    }
}
