using Ghpo.Models.Native;
using static TorchSharp.torch;

namespace Ghpo.Models.Tests.Native;

public class MatrixSpeedTests
{
    [Fact]
    public void The_choice_follows_the_rates_and_says_them()
    {
        var speed = MatrixSpeed.Cpu;
        Assert.True(speed.Float32Gigaflops > 0 && speed.BFloat16Gigaflops > 0);
        Assert.True(speed.Faster == ScalarType.Float32 || speed.BFloat16Gigaflops > 1.3 * speed.Float32Gigaflops);
        Assert.Contains($"{speed.Float32Gigaflops:0} GFLOP/s in float32", speed.Reason, StringComparison.Ordinal);
    }
}
