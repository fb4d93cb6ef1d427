namespace Ghpo.Models.Generation;

/// <summary>
/// A counter-based random stream: the n-th number is a function of (key, n) alone, so a stream needs no warm-up, can be saved as two numbers, and
/// every completion can own one whatever the batch, the order or the process in which it is sampled.
/// </summary>
/// <remarks>
/// Philox4x32 with ten rounds (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011), which passes BigCrush. The 64-bit
/// key is the stream; the low 64 bits of the 128-bit counter count the numbers drawn, the high 64 bits are zero. Each number uses one counter value.
/// This is a value type: a copy continues on its own from the same place.
/// </remarks>
public struct RandomStream : IEquatable<RandomStream>
{
    /// <summary>The stream of this key, at its beginning. Neighbouring keys give independent streams.</summary>
    public RandomStream(ulong key) : this(key, 0) { }

    /// <summary>The stream of this key after <paramref name="counter"/> numbers: what <see cref="Key"/> and <see cref="Counter"/> restore.</summary>
    public RandomStream(ulong key, ulong counter) => (Key, Counter) = (key, counter);

    /// <summary>Which stream this is.</summary>
    public ulong Key { get; }

    /// <summary>How many numbers were drawn from it.</summary>
    public ulong Counter { get; private set; }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        var (low, high, _, _) = Block((uint)Counter, (uint)(Counter >> 32), 0, 0, (uint)Key, (uint)(Key >> 32));
        Counter++;
        return ((ulong)high << 32) | low;
    }

    /// <summary>The next number, uniform in [0, 1): a multiple of 2^-53.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next integer, uniform in [0, <paramref name="exclusiveMaximum"/>). The bias of the multiplication is below 2^-32.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not positive.</exception>
    public int NextInt32(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        return (int)Math.BigMul(NextUInt64(), (ulong)exclusiveMaximum, out _);
    }

    /// <summary>
    /// One key from several numbers, such as (seed, problem, visit, stage, index): a chain of SplitMix64 finalizers (Steele, Lea and Flood, 2014), so that
    /// tuples that differ in any place, or in their length, give unrelated keys.
    /// </summary>
    public static ulong KeyOf(params ReadOnlySpan<ulong> parts)
    {
        var key = Mix((ulong)parts.Length);
        foreach (var part in parts) key = Mix(key ^ part);
        return key;
    }

    /// <summary>One block of Philox4x32-10: four counter words and two key words give four random words.</summary>
    internal static (uint, uint, uint, uint) Block(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1)
    {
        for (var round = 0; round < 10; round++)
        {
            var first = (ulong)c0 * 0xD2511F53;
            var second = (ulong)c2 * 0xCD9E8D57;
            (c0, c1, c2, c3) = ((uint)(second >> 32) ^ c1 ^ k0, (uint)second, (uint)(first >> 32) ^ c3 ^ k1, (uint)first);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }

        return (c0, c1, c2, c3);
    }

    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <inheritdoc/>
    public readonly bool Equals(RandomStream other) => Key == other.Key && Counter == other.Counter;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is RandomStream other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => HashCode.Combine(Key, Counter);

    /// <summary>Whether both are the same stream at the same place.</summary>
    public static bool operator ==(RandomStream left, RandomStream right) => left.Equals(right);

    /// <summary>Whether the streams or their places differ.</summary>
    public static bool operator !=(RandomStream left, RandomStream right) => !left.Equals(right);
}
