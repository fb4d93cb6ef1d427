using System.Text;

namespace Ghpo.Problems;

/// <summary>
/// Random numbers that belong to a name rather than to a moment: the stream is a function of its key parts (seed, what for, …) and of nothing else, so no draw depends on what was drawn elsewhere.
/// SplitMix64 over an FNV-1a hash of the parts.
/// </summary>
public struct KeyedRandom
{
    private ulong _state;

    /// <summary>Opens the stream that is named by these parts.</summary>
    public KeyedRandom(ulong seed, params ReadOnlySpan<object> parts) => _state = KeyOf(seed, parts);

    /// <summary>The 64-bit key of these parts: the same on every machine and in every process.</summary>
    public static ulong KeyOf(ulong seed, params ReadOnlySpan<object> parts)
    {
        var hash = Mix(0xcbf29ce484222325 ^ seed);
        foreach (var part in parts)
        {
            foreach (var b in Encoding.UTF8.GetBytes(Convert.ToString(part, System.Globalization.CultureInfo.InvariantCulture)!))
                hash = (hash ^ b) * 0x100000001b3;
            hash = Mix(hash + 0x9e3779b97f4a7c15); // parts "ab","c" and "a","bc" differ
        }

        return hash;
    }

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64() => Mix(_state += 0x9e3779b97f4a7c15);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="bound"/> − 1.</summary>
    public int Next(int bound) => (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);

    /// <summary>Puts the items into a uniformly random order (Fisher–Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
