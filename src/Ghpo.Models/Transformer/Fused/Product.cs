using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>libtorch's matrix product in the model's compute type. What goes in and what is kept is float32 either way.</summary>
internal static class Product
{
    /// <summary>y = a·b, or y += a·b. In bfloat16 both factors are rounded first and the product once, as autocast does; y's own sum stays float32.</summary>
    /// <param name="type">float32 or bfloat16.</param>
    /// <param name="y">(m, n) float32; may be a part of a larger matrix.</param>
    /// <param name="a">(m, k) float32, or already in the type.</param>
    /// <param name="b">(k, n) float32, or already in the type.</param>
    /// <param name="add">Adds to what is there instead of writing over it.</param>
    public static void Into(ScalarType type, Tensor y, Tensor a, Tensor b, bool add = false)
    {
        if (type == ScalarType.Float32)
        {
            y.addmm_(a, b, add ? 1 : 0, 1);
            return;
        }

        using var scope = NewDisposeScope();
        var product = a.to(type).mm(b.to(type));
        if (add) y.add_(product);
        else y.copy_(product);
    }
}
