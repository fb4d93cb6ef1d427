using System.Runtime.Intrinsics;
using Ghpo.Models.Transformer.Kernels;

namespace Ghpo.Models.Tests.Transformer;

public class VectorMathTests
{
    [Fact]
    public void The_exponential_is_right_to_two_units_in_the_last_place()
    {
        for (var x = -87.29f; x < 88; x += 0.00137f)
        {
            var (exact, found) = ((float)Math.Exp(x), VectorMath.Exp(Vector256.Create(x))[0]);
            Assert.True(Math.Abs(BitConverter.SingleToInt32Bits(found) - BitConverter.SingleToInt32Bits(exact)) <= 2, $"e^{x} is {exact:R}, not {found:R}");
        }
    }

    [Theory]
    [InlineData(0f, 1f)]
    [InlineData(-87.5f, 0f)]
    [InlineData(float.NegativeInfinity, 0f)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(float.PositiveInfinity, 1.6516363e38f)]
    public void The_exponential_at_its_ends(float x, float expected) => Assert.Equal(expected, VectorMath.Exp(Vector256.Create(x))[7]);
}
