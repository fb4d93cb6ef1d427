using System.Numerics;

namespace Ghpo.Verification.Algebra;

/// <summary>Prime factors of the numbers under roots: trial division up to a bound, then squares and cubes of what is left.</summary>
internal static class Factoring
{
    private const int Bound = 2_000;

    private static readonly int[] Primes = Sieve();

    public static List<(BigInteger Prime, int Count)> Of(BigInteger number, WorkMeter work)
    {
        var factors = new List<(BigInteger, int)>();
        if (number <= 1) return factors;
        if (number.GetBitLength() > 2_000) throw new WorkLimitException();
        var cost = 2 + (number.GetBitLength() / 32);
        foreach (var prime in Primes)
        {
            if ((BigInteger)prime * prime > number) break;
            work.Spend(cost);
            var count = 0;
            while (true)
            {
                var quotient = BigInteger.DivRem(number, prime, out var rest);
                if (!rest.IsZero) break;
                work.Spend(2 + (number.GetBitLength() / 128));
                number = quotient;
                count++;
            }
            if (count > 0) factors.Add((prime, count));
        }
        if (number.IsOne) return factors;
        foreach (var power in (ReadOnlySpan<int>)[2, 3, 5])
        {
            work.SpendOnBits(2 * number.GetBitLength());
            var root = Root(number, power);
            if (BigInteger.Pow(root, power) != number) continue;
            factors.Add((root, power));
            return factors;
        }
        factors.Add((number, 1));
        return factors;
    }

    /// <summary>What trial division up to the bound proves.</summary>
    public static bool IsSurelyPrime(BigInteger number) => number < (BigInteger)Bound * Bound;

    /// <summary>The integer root, rounded down.</summary>
    public static BigInteger Root(BigInteger number, int index)
    {
        if (number.IsZero) return number;
        var x = BigInteger.One << (int)((number.GetBitLength() / index) + 1);
        while (true)
        {
            var next = (((index - 1) * x) + (number / BigInteger.Pow(x, index - 1))) / index;
            if (next >= x) return x;
            x = next;
        }
    }

    private static int[] Sieve()
    {
        var composite = new bool[Bound + 1];
        var primes = new List<int>();
        for (var n = 2; n <= Bound; n++)
        {
            if (composite[n]) continue;
            primes.Add(n);
            for (var m = n * n; m <= Bound; m += n) composite[m] = true;
        }
        return [.. primes];
    }
}
