namespace Ghpo.Optimization;

/// <summary>What the centred rewards of a group are divided by.</summary>
public enum RewardScale
{
    /// <summary>The unbiased standard deviation of the group + 1e-4 (GRPO, GHPO).</summary>
    Group,

    /// <summary>The unbiased standard deviation of the whole batch + 1e-4.</summary>
    Batch,

    /// <summary>Nothing (Dr. GRPO).</summary>
    None,
}

/// <summary>Advantages from rewards: A_i = (r_i − mean) / (std + 1e-4), the mean always over the group (spec section 5).</summary>
public static class Advantages
{
    private const double Epsilon = 1e-4;

    /// <summary>The advantages of several groups.</summary>
    /// <param name="groups">The rewards of each group; NaN where a completion has none: its advantage is 0 and it takes no part in mean or deviation.</param>
    /// <param name="scale">What to divide by.</param>
    /// <returns>Arrays of the same lengths. A group whose rewards are all equal (max = min exactly) has advantages of exactly 0.</returns>
    public static double[][] Compute(IReadOnlyList<double[]> groups, RewardScale scale)
    {
        var batchDeviation = scale == RewardScale.Batch ? Deviation([.. groups.SelectMany(g => g)]) : 0;
        return [.. groups.Select(rewards => OfGroup(rewards, scale, batchDeviation))];
    }

    private static double[] OfGroup(double[] rewards, RewardScale scale, double batchDeviation)
    {
        var given = rewards.Where(r => !double.IsNaN(r)).ToArray();
        if (given.Length == 0 || given.Max() == given.Min())
            return new double[rewards.Length];
        var mean = given.Average();
        var divisor = scale switch
        {
            RewardScale.Group => Deviation(given) + Epsilon,
            RewardScale.Batch => batchDeviation + Epsilon,
            _ => 1,
        };
        return [.. rewards.Select(r => double.IsNaN(r) ? 0 : (r - mean) / divisor)];
    }

    /// <summary>√(Σ (r − mean)² / (n − 1)) over the numbers that are not NaN; 0 for fewer than two.</summary>
    internal static double Deviation(double[] rewards)
    {
        var given = rewards.Where(r => !double.IsNaN(r)).ToArray();
        if (given.Length < 2)
            return 0;
        var mean = given.Average();
        return Math.Sqrt(given.Sum(r => (r - mean) * (r - mean)) / (given.Length - 1));
    }
}
