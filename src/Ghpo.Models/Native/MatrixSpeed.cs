using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using static TorchSharp.torch;

namespace Ghpo.Models.Native;

/// <summary>Which precision matrix products run faster in on this machine: what <c>dtype: auto</c> chooses by.</summary>
/// <param name="Faster">bfloat16 or float32.</param>
/// <param name="Float32Gigaflops">Measured rate in float32, in 10⁹ operations a second.</param>
/// <param name="BFloat16Gigaflops">Measured rate in bfloat16.</param>
public sealed record MatrixSpeed(ScalarType Faster, double Float32Gigaflops, double BFloat16Gigaflops)
{
    private static readonly Lazy<MatrixSpeed> OfCpu = new(() => Measure(CPU));

    /// <summary>Why, in a line for the user.</summary>
    public string Reason =>
        $"matrix products run at {Float32Gigaflops:0} GFLOP/s in float32 and {BFloat16Gigaflops:0} in bfloat16 here, so {(Faster == ScalarType.BFloat16 ? "bfloat16" : "float32")} is taken";

    /// <summary>The CPU's, measured once in some 50 milliseconds.</summary>
    public static MatrixSpeed Cpu => OfCpu.Value;

    private static MatrixSpeed Measure(Device device)
    {
        LibTorch.EnsureLoaded();
        double single = Rate(ScalarType.Float32, device), half = Rate(ScalarType.BFloat16, device);
        // Half precision loses digits: it has to be clearly faster. On a busy machine a timing alone can mislead, and the choice must not differ from run to run.
        return new(HasBFloat16Instructions && half > 1.3 * single ? ScalarType.BFloat16 : ScalarType.Float32, single, half);
    }

    /// <summary>AVX512_BF16 (leaf 7.1, EAX bit 5) or AMX-BF16 (leaf 7.0, EDX bit 22); other architectures than x86 are believed their timing.</summary>
    private static bool HasBFloat16Instructions =>
        !X86Base.IsSupported || (X86Base.CpuId(0, 0).Eax >= 7 && ((X86Base.CpuId(7, 1).Eax >> 5 & 1) != 0 || (X86Base.CpuId(7, 0).Edx >> 22 & 1) != 0));

    private static double Rate(ScalarType type, Device device)
    {
        // Small enough that libtorch's slow path (1 GFLOP/s) takes 20 ms.
        const int Size = 192;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        Tensor a = ones([Size, Size], type, device), b = ones([Size, Size], type, device);
        var best = double.MaxValue;
        for (var i = 0; i < 3 && (i == 0 || best < 0.01); i++)
        {
            var watch = Stopwatch.StartNew();
            using var c = a.mm(b);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }
        return 2.0 * Size * Size * Size / best / 1e9;
    }
}
