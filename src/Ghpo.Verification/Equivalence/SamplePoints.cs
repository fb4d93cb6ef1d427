using Ghpo.Verification.Algebra;

namespace Ghpo.Verification.Equivalence;

/// <summary>A value for each variable.</summary>
internal sealed record SamplePoint(Dictionary<string, Rational> Values, bool HasNegative);

/// <summary>Fixed points of evaluation: positive fractions, then some negative ones, then whole numbers for factorials and sums.</summary>
internal static class SamplePoints
{
    private static readonly int[] Over = [173, 251, 89, 311, 197, 137, 283, 101, 229, 163, 271, 113];
    private static readonly int[] Under = [101, 97, 131, 149, 83, 127, 151, 79, 139, 107, 109, 157];

    public static IEnumerable<SamplePoint> For(string[] variables)
    {
        if (variables.Length == 0)
        {
            yield return new([], false);
            yield break;
        }
        for (var k = 0; k < 3; k++) yield return Make(variables, i => new(Over[((i * 5) + (k * 3) + 1) % 12] + (7 * i) + k, Under[((i * 7) + (k * 5)) % 12]), false);
        for (var k = 0; k < 3; k++) yield return Make(variables, i => new(((i + k) % 2 == 0 ? -1 : 1) * (Over[((i * 7) + k) % 12] + i), Under[((i * 5) + (k * 7) + 2) % 12] / (k + 1)), true);
        yield return Make(variables, i => new(-(Over[((i * 5) + 2) % 12] + i), Under[((i * 3) + 4) % 12]), true);
        for (var k = 0; k < 2; k++) yield return Make(variables, i => new(1 + Over[((i * 3) + k) % 12], 1009 + (4 * k) + i), false);
        // Whole numbers, rising and falling, so that n − k is natural one way or the other.
        for (var k = 0; k < 4; k++) yield return Make(variables, i => 3 + (k * 2) + (4 * i), false);
        for (var k = 0; k < 4; k++) yield return Make(variables, i => 3 + k + (4 * (variables.Length - 1 - i)), false);
    }

    /// <summary>Whole numbers of every size with many common divisors, for functions that go in steps.</summary>
    public static IEnumerable<SamplePoint> Whole(string[] variables)
    {
        for (var k = 0; k < Sizes.Length; k++) yield return Make(variables, i => Sizes[((i * 5) + k) % Sizes.Length] + (k / 8), false);
    }

    private static readonly int[] Sizes = [1, 360, 7, 84, 2, 1000, 30, 9, 5040, 14, 105, 64, 3, 221, 48, 999];

    private static SamplePoint Make(string[] variables, Func<int, Rational> value, bool negative)
    {
        var values = new Dictionary<string, Rational>(variables.Length, StringComparer.Ordinal);
        for (var i = 0; i < variables.Length; i++) values[variables[i]] = value(i);
        return new(values, negative);
    }
}
