using Ghpo.Problems;

namespace Ghpo.Experiments;

/// <summary>A figure over seeds: the seed is the unit, so the interval is Student's t over the seeds' values.</summary>
/// <param name="Values">A value for each seed, in the order of the seeds; null where a run has none (a target that was not reached).</param>
/// <param name="Mean">Their mean; NaN unless every seed has a value.</param>
/// <param name="Low">Lower end of the 95 % interval; NaN below two seeds.</param>
/// <param name="High">Upper end of it.</param>
public sealed record SeedEstimate(IReadOnlyList<double?> Values, double Mean, double Low, double High)
{
    /// <summary>Mean and interval of the seeds' values.</summary>
    public static SeedEstimate Of(IReadOnlyList<double?> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0 || values.Any(value => value is not { } number || !double.IsFinite(number)))
            return new(values, double.NaN, double.NaN, double.NaN);
        double[] numbers = [.. values.Select(value => value!.Value)];
        var mean = numbers.Average();
        if (numbers.Length < 2)
            return new(values, mean, double.NaN, double.NaN);
        var deviation = Math.Sqrt(numbers.Sum(value => (value - mean) * (value - mean)) / (numbers.Length - 1));
        var half = StudentT.Quantile975(numbers.Length - 1) * deviation / Math.Sqrt(numbers.Length);
        return new(values, mean, mean - half, mean + half);
    }
}

/// <summary>Student's t distribution.</summary>
public static class StudentT
{
    /// <summary>The 97.5 % quantile, of which 95 % intervals are made.</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    public static double Quantile975(int degrees)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degrees, 1);
        var (low, high) = (0.0, 13.0); // 12.706 is the largest, at one degree
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            if (Within(middle, degrees) < 0.95)
                low = middle;
            else
                high = middle;
        }

        return low;
    }

    /// <summary>P(|T| ≤ t), exact for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4).</summary>
    internal static double Within(double t, int degrees)
    {
        var angle = Math.Atan(t / Math.Sqrt(degrees));
        var (sine, cosine) = (Math.Sin(angle), Math.Cos(angle));
        var odd = degrees % 2 == 1;
        var (sum, term) = (0.0, odd ? cosine : 1.0);
        for (var i = odd ? 1 : 0; i <= degrees - 2; i += 2)
        {
            sum += term;
            term *= cosine * cosine * (i + 1) / (i + 2);
        }

        return odd ? 2 / Math.PI * (angle + (sine * sum)) : sine * sum;
    }
}

/// <summary>
/// The bootstrap in two levels: seeds are drawn with replacement, then, within each task of a drawn seed, problems. It says how far the evaluation's own problems matter beside the seeds; with five seeds a percentile
/// interval covers less than its 95 %, so it stands beside the t interval, not for it.
/// </summary>
internal static class TwoLevelBootstrap
{
    private const int Draws = 2000;

    /// <summary>The 95 % percentile interval of the mean over seeds, tasks and problems.</summary>
    /// <param name="seeds">For each seed, for each task, a figure for each problem.</param>
    /// <returns>NaN where there is nothing to draw from.</returns>
    public static (double Low, double High) Interval(IReadOnlyList<IReadOnlyList<double[]>> seeds)
    {
        if (seeds.Count == 0 || seeds.Any(tasks => tasks.Count == 0 || tasks.Any(problems => problems.Length == 0)))
            return (double.NaN, double.NaN);
        var random = new KeyedRandom(0, "bootstrap");
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            var total = 0.0;
            for (var s = 0; s < seeds.Count; s++)
            {
                var tasks = seeds[random.Next(seeds.Count)];
                var sum = 0.0;
                foreach (var problems in tasks)
                    sum += MeanOfDraws(problems, ref random);
                total += sum / tasks.Count;
            }

            means[draw] = total / seeds.Count;
        }

        Array.Sort(means);
        return (means[(int)(0.025 * Draws)], means[(int)(0.975 * Draws) - 1]);
    }

    private static double MeanOfDraws(double[] problems, ref KeyedRandom random)
    {
        var sum = 0.0;
        for (var i = 0; i < problems.Length; i++)
            sum += problems[random.Next(problems.Length)];
        return sum / problems.Length;
    }
}
