namespace Strangler.Evidence.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>
    /// The probability of a value above <paramref name="z"/>. Below 3 by the series of Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.11;
    /// from there by their continued fraction 26.2.14, as the series would take the difference of two numbers that are nearly equal.
    /// </summary>
    public static double UpperTail(double z)
    {
        if (double.IsNaN(z)) return double.NaN;
        if (z < 0) return 1 - UpperTail(-z);
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z >= 3)
        {
            var fraction = z;
            for (var k = 60; k >= 1; k--) fraction = z + k / fraction;
            return density / fraction;
        }

        var (term, sum) = (z, z);
        for (var k = 1; Math.Abs(term) > 1e-17 * sum; k++)
        {
            term *= z * z / (2 * k + 1);
            sum += term;
        }

        return 0.5 - density * sum;
    }

    /// <summary>
    /// The value above which lies the probability <paramref name="tail"/>, 0 to 1, both exclusive. Newton's method on <see cref="UpperTail"/>; its first
    /// guess is Abramowitz and Stegun 26.2.23.
    /// </summary>
    public static double UpperQuantile(double tail)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(tail, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tail, 1);
        if (tail > 0.5) return -UpperQuantile(1 - tail);
        var t = Math.Sqrt(-2 * Math.Log(tail));
        var z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
        for (var i = 0; i < 4; i++)
        {
            var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
            z += (UpperTail(z) - tail) / density;
        }

        return z;
    }
}
