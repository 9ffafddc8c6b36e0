namespace Strangler.Evidence.Statistics;

/// <summary>
/// Whether the values of one sample tend to be larger than those of another, and by how much, without a guess at how either is distributed: latencies have
/// long tails, and one slow answer moves a mean but no rank.
/// </summary>
/// <param name="U">The pairs in which the experiment's value is the larger; half of those in which both are equal.</param>
/// <param name="Z">How many standard deviations that is from what equal samples show, with the correction for continuity.</param>
internal readonly record struct MannWhitney(double U, double Z)
{
    /// <summary>
    /// The test of Mann and Whitney (Annals of Mathematical Statistics 18, 1947) by its normal approximation; the variance is corrected for ties as in Hollander,
    /// Wolfe and Chicken, Nonparametric Statistical Methods, 4.1. Z is 0 when all values are equal or a sample is empty.
    /// </summary>
    public static MannWhitney Of(IReadOnlyCollection<double> experiment, IReadOnlyCollection<double> control)
    {
        var (m, n) = ((double)experiment.Count, (double)control.Count);
        if (m == 0 || n == 0) return default;
        var all = experiment.Select(static value => (Value: value, Experiment: true)).Concat(control.Select(static value => (Value: value, Experiment: false))).OrderBy(static pair => pair.Value).ToArray();
        double ranks = 0, ties = 0;
        for (var i = 0; i < all.Length;)
        {
            var next = i;
            while (next < all.Length && all[next].Value == all[i].Value) next++;
            double equal = next - i;
            ties += equal * equal * equal - equal;
            // Equal values share the mean of the ranks that they take together.
            for (var k = i; k < next; k++) if (all[k].Experiment) ranks += (i + 1 + next) / 2.0;
            i = next;
        }

        var u = ranks - m * (m + 1) / 2;
        var deviation = Deviation(m, n, ties);
        var away = u - m * n / 2;
        return new MannWhitney(u, deviation == 0 ? 0 : Math.Sign(away) * Math.Max(0, Math.Abs(away) - 0.5) / deviation);
    }

    /// <summary>
    /// By how much the experiment's values are larger: the median of all pairwise differences (Hodges and Lehmann, 1963), and the least that it is with the
    /// confidence that belongs to <paramref name="z"/>: the difference whose rank is mn/2 - z * deviation (Moses; Hollander, Wolfe and Chicken, 4.2 and 4.3).
    /// </summary>
    public static (double Estimate, double Lower) Shift(IReadOnlyCollection<double> experiment, IReadOnlyCollection<double> control, double z)
    {
        if (experiment.Count == 0 || control.Count == 0) return (0, double.NegativeInfinity);
        var differences = new double[experiment.Count * control.Count];
        var i = 0;
        foreach (var one in experiment)
        {
            foreach (var other in control) differences[i++] = one - other;
        }

        Array.Sort(differences);
        var estimate = (differences[(differences.Length - 1) / 2] + differences[differences.Length / 2]) / 2;
        var rank = (int)Math.Floor(differences.Length / 2.0 - z * Deviation(experiment.Count, control.Count, 0));
        return (estimate, rank < 1 ? double.NegativeInfinity : differences[rank - 1]);
    }

    private static double Deviation(double m, double n, double ties) =>
        Math.Sqrt(m * n / 12 * (m + n + 1 - ties / ((m + n) * (m + n - 1))));
}
