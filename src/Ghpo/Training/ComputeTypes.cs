using System.Diagnostics;
using static TorchSharp.torch;

namespace Ghpo.Training;

/// <summary>Chooses the arithmetic of matrix products by what this processor does fast.</summary>
internal static class ComputeTypes
{
    /// <summary>The type that a recipe's <c>model.dtype</c> means here.</summary>
    public static ScalarType Choose(string dtype) => dtype switch
    {
        "bfloat16" => ScalarType.BFloat16,
        "float32" => ScalarType.Float32,
        _ => Bfloat16IsFaster() ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>Times a small product in both types: on some processors libtorch's bfloat16 is five times faster than float32, on others a hundred times slower.</summary>
    private static bool Bfloat16IsFaster() => Seconds(ScalarType.BFloat16) < 0.8 * Seconds(ScalarType.Float32);

    private static double Seconds(ScalarType type)
    {
        const int Size = 128;
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var noGradient = no_grad();
        var (a, b) = (ones(Size, Size, type), ones(Size, Size, type));
        mm(a, b).Dispose(); // the first call sets the kernels up
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            mm(a, b).Dispose();
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }

        return best;
    }
}
