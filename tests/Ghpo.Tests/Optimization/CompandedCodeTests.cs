using Ghpo.Optimization;
using Ghpo.Problems;

namespace Ghpo.Tests.Optimization;

public class CompandedCodeTests
{
    private const int Size = CompandedCode.BlockSize;

    /// <summary>Blocks of many kinds: near and far apart in magnitude, with zeros, with one outlier, tiny and huge.</summary>
    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 200)];

    [Theory, MemberData(nameof(Blocks))]
    public void A_value_comes_back_within_one_step_of_the_code_whose_relative_size_is_bounded(int number)
    {
        var values = Block(number);
        var signed = new sbyte[Size];
        var scale = CompandedCode.Compress(values, signed, (uint)number);
        var back = new float[Size];
        CompandedCode.Expand(signed, scale, back);
        var largest = values.Max(Math.Abs);
        for (var i = 0; i < Size; i++)
        {
            // A step is an eighth of |x| + δ, where δ = the block's largest / 61,439.
            var step = (Math.Abs(values[i]) + largest / 61439.0) / 8 * 1.00001;
            Assert.InRange(back[i] - (double)values[i], -step, step);
            if (values[i] == 0)
                Assert.Equal(0, back[i]);
            if (back[i] != 0)
                Assert.Equal(Math.Sign(values[i]), Math.Sign(back[i]));
        }
    }

    [Theory, MemberData(nameof(Blocks))]
    public void A_second_moment_above_zero_never_becomes_zero(int number)
    {
        float[] values = [.. Block(number).Select(x => Math.Abs(x))];
        var codes = new byte[Size];
        var scale = CompandedCode.Compress(values, codes, (uint)number);
        var back = new float[Size];
        CompandedCode.Expand(codes, scale, back);
        double largest = values.Max();
        for (var i = 0; i < Size; i++)
        {
            var floor = largest / 4026531840;
            var step = (values[i] + floor) / 8 * 1.00001;
            Assert.InRange(back[i] - (double)values[i], -step, Math.Max(step, floor / 8));
            Assert.Equal(values[i] > 0, back[i] > 0);
        }
    }

    [Fact]
    public void Zeros_stay_zeros_and_the_smallest_float_stays_above_zero()
    {
        var values = new float[Size];
        var codes = new byte[Size];
        Assert.Equal(0, CompandedCode.Compress(values, codes, 1));
        Assert.All(codes, c => Assert.Equal(0, c));
        values[5] = float.Epsilon;
        var scale = CompandedCode.Compress(values, codes, 1);
        CompandedCode.Expand(codes, scale, values);
        Assert.InRange(values[5], float.Epsilon, 1e-30f);
        Assert.Equal(255, values.Count(x => x == 0));
    }

    [Fact]
    public void Rounding_is_right_on_average()
    {
        var values = Block(3);
        var (codes, back, sums) = (new sbyte[Size], new float[Size], new double[Size]);
        const int Times = 4000;
        for (uint key = 0; key < Times; key++)
        {
            CompandedCode.Expand(codes, CompandedCode.Compress(values, codes, CompandedCode.Mix(key)), back);
            for (var i = 0; i < Size; i++)
                sums[i] += back[i];
        }

        var largest = values.Max(Math.Abs);
        for (var i = 0; i < Size; i++)
        {
            // Six deviations of a mean of so many draws, each at most half a step from its mean.
            var bound = 6 * (Math.Abs(values[i]) + largest / 61439.0) / 16 / Math.Sqrt(Times);
            Assert.InRange(sums[i] / Times - values[i], -bound, bound);
        }
    }

    private static float[] Block(int number)
    {
        var random = new KeyedRandom(7, "block", number);
        var (unit, spread) = (Math.Pow(10, random.NextDouble() * 30 - 20), random.NextDouble() * 12);
        var values = new float[Size];
        foreach (ref var value in values.AsSpan())
        {
            var size = unit * Math.Pow(10, -spread * random.NextDouble());
            value = (float)(random.NextDouble() < 0.05 ? 0 : random.NextDouble() < 0.5 ? size : -size);
        }

        if (number % 3 == 0)
            values[number] = (float)(unit * 100);
        return values;
    }
}
