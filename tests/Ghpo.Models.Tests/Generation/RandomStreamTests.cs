using Ghpo.Models.Generation;

namespace Ghpo.Models.Tests.Generation;

public class RandomStreamTests
{
    // The known answers of Philox4x32-10 that its authors publish with their library.
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void A_block_is_the_published_answer(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint r0, uint r1, uint r2, uint r3) =>
        Assert.Equal((r0, r1, r2, r3), RandomStream.Block(c0, c1, c2, c3, k0, k1));

    [Fact]
    public void Key_and_counter_restore_a_stream()
    {
        var stream = new RandomStream(42);
        for (var i = 0; i < 10; i++) stream.NextDouble();
        var restored = new RandomStream(stream.Key, stream.Counter);
        Assert.Equal(stream, restored);
        Assert.Equal(stream.NextUInt64(), restored.NextUInt64());
    }

    [Fact]
    public void Numbers_are_uniform_and_neighbouring_keys_are_uncorrelated()
    {
        const int Count = 100_000;
        var (a, b) = (new RandomStream(7), new RandomStream(8));
        double sum = 0, product = 0;
        var bins = new int[10];
        for (var i = 0; i < Count; i++)
        {
            var (x, y) = (a.NextDouble(), b.NextDouble());
            Assert.InRange(x, 0, 1 - 1e-17);
            sum += x;
            product += (x - 0.5) * (y - 0.5);
            bins[(int)(x * 10)]++;
        }

        Assert.InRange(sum / Count, 0.495, 0.505);
        Assert.InRange(product / Count * 12, -0.02, 0.02);
        Assert.All(bins, bin => Assert.InRange(bin, 9_500, 10_500));
    }

    [Fact]
    public void Keys_of_tuples_differ_in_every_place_and_length()
    {
        ulong[] keys =
        [
            RandomStream.KeyOf(), RandomStream.KeyOf(0), RandomStream.KeyOf(0, 0), RandomStream.KeyOf(1, 0), RandomStream.KeyOf(0, 1),
            RandomStream.KeyOf(1, 2, 3), RandomStream.KeyOf(3, 2, 1), RandomStream.KeyOf(1, 2, 4),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
    }

    [Fact]
    public void Integers_stay_below_their_maximum_and_reach_all()
    {
        var stream = new RandomStream(3);
        var seen = new int[6];
        for (var i = 0; i < 6_000; i++) seen[stream.NextInt32(6)]++;
        Assert.All(seen, count => Assert.InRange(count, 850, 1_150));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.NextInt32(0));
    }
}
