namespace Ghpo.Metrics;

/// <summary>A mean over problems with its 95 % interval.</summary>
/// <param name="Mean">The mean, in [0, 1]; NaN without problems.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record Estimate(double Mean, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>
    /// The mean of one figure a problem. Samples of one problem are not independent, so the interval is clustered: its standard error is that of the mean of the problems' figures. Where all
    /// are equal that would be 0; the interval is then Wilson's for one sample a problem, which stays honest at 0 and 1.
    /// </summary>
    /// <param name="values">A figure in [0, 1] for each problem.</param>
    public static Estimate OfProblems(IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var n = values.Count;
        if (n == 0)
            return new(double.NaN, double.NaN, double.NaN);
        var mean = values.Average();
        var variance = n > 1 ? values.Sum(value => (value - mean) * (value - mean)) / (n - 1) : 0;
        if (variance > 0)
        {
            var half = Z * Math.Sqrt(variance / n);
            return new(mean, Math.Max(0, mean - half), Math.Min(1, mean + half));
        }

        var (centre, width) = Wilson(mean, n);
        return new(mean, Math.Max(0, centre - width), Math.Min(1, centre + width));
    }

    private static (double Centre, double Half) Wilson(double p, int n)
    {
        var d = 1 + (Z * Z / n);
        return ((p + (Z * Z / (2 * n))) / d, Z / d * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4.0 * n * n))));
    }
}

/// <summary>The chance that one of k samples is right, estimated from n ≥ k of them.</summary>
/// <param name="K">k.</param>
/// <param name="Mean">The estimate, in [0, 1].</param>
/// <param name="Low">Lower end of its 95 % interval, clustered by problem.</param>
/// <param name="High">Upper end of its 95 % interval.</param>
public sealed record PassAtK(int K, double Mean, double Low, double High)
{
    /// <summary>For each k = 1, 2, 4, … up to n, and n itself.</summary>
    /// <param name="right">Right samples of each problem.</param>
    /// <param name="samples">n: samples of each problem.</param>
    public static IReadOnlyList<PassAtK> Of(IReadOnlyList<int> right, int samples)
    {
        ArgumentNullException.ThrowIfNull(right);
        var ks = Enumerable.Range(0, 31).Select(i => 1 << i).TakeWhile(k => k < samples).Append(samples);
        return [.. ks.Select(k => (K: k, Estimate: Estimate.OfProblems([.. right.Select(c => Unbiased(samples, c, k))]))).Select(e => new PassAtK(e.K, e.Estimate.Mean, e.Estimate.Low, e.Estimate.High))];
    }

    /// <summary>1 − C(n − c, k) / C(n, k) = 1 − Π_{i = n−c+1}^{n} (1 − k / i): the unbiased estimate for one problem (Chen et al. 2021, arXiv 2107.03374, equation 1).</summary>
    /// <param name="n">Samples.</param>
    /// <param name="c">Right ones among them.</param>
    /// <param name="k">At most n.</param>
    public static double Unbiased(int n, int c, int k)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(c, n);
        if (n - c < k)
            return 1;
        var none = 1.0;
        for (var i = n - c + 1; i <= n; i++)
            none *= 1 - ((double)k / i);
        return 1 - none;
    }
}
