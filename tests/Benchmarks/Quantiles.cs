namespace Benchmarks;

internal static class Quantiles
{
    /// <summary>The smallest value that at least the share <paramref name="q"/> of the values does not exceed (nearest rank).</summary>
    public static double Of(IEnumerable<double> values, double q)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(q * sorted.Length) - 1)];
    }

    public static double Median(IEnumerable<double> values) => Of(values, 0.5);
}
