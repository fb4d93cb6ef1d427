using static TorchSharp.torch;

namespace Ghpo.Models.Transformer.Fused;

/// <summary>libtorch's matrix product in the model's compute type. What goes in and what is kept is float32 either way.</summary>
internal static class Product
{
    /// <summary>The most numbers of a product that are held in bfloat16 at once.</summary>
    public const long BlockNumbers = 8L << 20;

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

        // In blocks of rows: neither the product nor the float32 copy that torch makes of it to add it is held as a whole.
        var rows = Math.Max(1, BlockNumbers / y.shape[1]);
        using var outer = NewDisposeScope();
        var right = b.to(type);
        for (long first = 0; first < y.shape[0]; first += rows)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(rows, y.shape[0] - first);
            var product = a.narrow(0, first, count).to(type).mm(right);
            if (add) y.narrow(0, first, count).add_(product);
            else y.narrow(0, first, count).copy_(product);
        }
    }
}
