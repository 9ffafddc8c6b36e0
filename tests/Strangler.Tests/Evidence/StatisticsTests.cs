using FsCheck;
using FsCheck.Fluent;
using Strangler.Evidence.Statistics;

namespace Strangler.Tests.Evidence;

/// <summary>Against published values, and against what must hold whatever the numbers.</summary>
[TestClass]
public sealed class StatisticsTests
{
    private static readonly Arbitrary<(int Successes, int Trials)> Shares =
        Gen.Choose(1, 5000).SelectMany(static trials => Gen.Choose(0, trials).Select(successes => (successes, trials))).ToArbitrary();

    private static readonly Arbitrary<(int[] Experiment, int[] Control)> Samples =
        Gen.Zip(Gen.Choose(0, 60).NonEmptyListOf().Select(static list => list.ToArray()), Gen.Choose(0, 60).NonEmptyListOf().Select(static list => list.ToArray()))
            .Select(static pair => (pair.Item1, pair.Item2)).ToArbitrary();

    /// <summary>Any table of the normal distribution.</summary>
    [TestMethod]
    [DataRow(0.0, 0.5)]
    [DataRow(1.0, 0.158655253931457)]
    [DataRow(1.959963984540054, 0.025)]
    [DataRow(-1.6448536269514722, 0.95)]
    [DataRow(3.0902323061678132, 0.001)]
    [DataRow(5.0, 2.866515718791939e-7)]
    public void Normal_KnownQuantiles_AreMetBothWays(double z, double tail)
    {
        Assert.AreEqual(1, NormalDistribution.UpperTail(z) / tail, 1e-9);
        Assert.AreEqual(z, NormalDistribution.UpperQuantile(tail), 1e-8);
    }

    /// <summary>Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), table I, method 3: two-sided 95 %, so one-sided 97.5 %.</summary>
    [TestMethod]
    [DataRow(81, 263, 0.2553)]
    [DataRow(15, 148, 0.0624)]
    [DataRow(0, 20, 0.0000)]
    [DataRow(1, 29, 0.0061)]
    public void WilsonLower_ValuesOfNewcombe_AreMet(int successes, int trials, double lower) =>
        Assert.AreEqual(lower, Proportions.WilsonLower(successes, trials, 0.975), 0.00005);

    [TestMethod]
    public void WilsonLower_AnyShare_IsBelowItAndGrowsWithTheEvidence()
    {
        Prop.ForAll(Shares, static s =>
        {
            var bound = Proportions.WilsonLower(s.Successes, s.Trials, 0.95);
            return bound >= 0 && bound <= (double)s.Successes / s.Trials + 1e-12
                && Proportions.WilsonLower(s.Successes * 10L, s.Trials * 10L, 0.95) >= bound - 1e-12
                && Proportions.WilsonLower(s.Successes, s.Trials, 0.99) <= bound + 1e-12
                && Proportions.WilsonLower(s.Successes + 1, s.Trials + 1, 0.95) >= bound - 1e-12;
        }).QuickCheckThrowOnFailure();
    }

    [TestMethod]
    [DataRow(0.9)]
    [DataRow(0.99)]
    [DataRow(0.999)]
    public void TrialsFor_AShare_IsTheFirstNumberThatReachesIt(double share)
    {
        var trials = Proportions.TrialsFor(share, 0.95);
        Assert.IsGreaterThanOrEqualTo(share, Proportions.WilsonLower(trials, trials, 0.95));
        Assert.IsLessThan(share, Proportions.WilsonLower(trials - 1, trials - 1, 0.95));
    }

    /// <summary>The table in docs/reference/plan.md.</summary>
    [TestMethod]
    [DataRow(20, 0.881)]
    [DataRow(100, 0.974)]
    [DataRow(268, 0.990)]
    [DataRow(500, 0.995)]
    [DataRow(2703, 0.999)]
    public void WilsonLower_ComparisonsWithoutAMismatch_ShowWhatTheReferenceSays(int comparisons, double share) =>
        Assert.AreEqual(share, Proportions.WilsonLower(comparisons, comparisons, 0.95), 0.0005);

    /// <summary>R's own example, Fleiss (1981) p. 139, the first two of its four groups: prop.test(c(83, 90), c(86, 93), correct = FALSE).</summary>
    [TestMethod]
    public void TwoProportionZ_GroupsOfFleiss_AreMet()
    {
        var pooled = 173.0 / 179;
        var expected = (90.0 / 93 - 83.0 / 86) / Math.Sqrt(pooled * (1 - pooled) * (1.0 / 93 + 1.0 / 86));
        Assert.AreEqual(expected, Proportions.TwoProportionZ(90, 93, 83, 86), 1e-12);
        // Where both groups are equally large, z² is the chi-square of the table: n (ad - bc)² / ((a+b)(c+d)(a+c)(b+d)).
        var z = Proportions.TwoProportionZ(30, 100, 20, 100);
        Assert.AreEqual(200.0 * Math.Pow(30 * 80 - 70 * 20, 2) / (100.0 * 100 * 50 * 150), z * z, 1e-9);
    }

    [TestMethod]
    public void TwoProportionZ_SidesExchanged_ChangesItsSignOnly() => Prop.ForAll(
        Shares, Shares, static (a, b) => Math.Abs(Proportions.TwoProportionZ(a.Successes, a.Trials, b.Successes, b.Trials) + Proportions.TwoProportionZ(b.Successes, b.Trials, a.Successes, a.Trials)) < 1e-9).QuickCheckThrowOnFailure();

    [TestMethod]
    [DataRow(8, 10, 0.5, 0.0546875)]
    [DataRow(3, 3, 0.1, 0.001)]
    [DataRow(1, 20, 0.001, 0.019811135)]
    [DataRow(0, 20, 0.001, 1.0)]
    public void BinomialUpperTail_KnownValues_AreMet(int successes, int trials, double share, double tail) =>
        Assert.AreEqual(tail, Proportions.BinomialUpperTail(successes, trials, share), 1e-8);

    /// <summary>The example of SciPy's mannwhitneyu: ages at which a diagnosis was made, U 17; its asymptotic p-values with and without correction are those of these z.</summary>
    [TestMethod]
    public void MannWhitney_ExampleWithoutTies_IsMet()
    {
        var test = MannWhitney.Of([19, 22, 16, 29, 24], [20, 11, 17, 12]);
        Assert.AreEqual(17, test.U);
        Assert.AreEqual(0.11134688653314041, 2 * NormalDistribution.UpperTail(test.Z), 1e-9);
    }

    /// <summary>The example of R's wilcox.test: ozone in May and August (airquality), with ties; W 127.5, p 0.0001208.</summary>
    [TestMethod]
    public void MannWhitney_ExampleWithTies_IsMet()
    {
        double[] may = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
        double[] august = [39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22, 59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85];
        var test = MannWhitney.Of(may, august);
        Assert.AreEqual(127.5, test.U);
        Assert.AreEqual(0.0001208, 2 * NormalDistribution.UpperTail(-test.Z), 5e-8);
    }

    /// <summary>Hollander and Wolfe, the permeability of membranes (R's wilcox.test): the estimate of the shift is 0.305.</summary>
    [TestMethod]
    public void Shift_OfThePermeabilityData_IsMet()
    {
        var (estimate, lower) = MannWhitney.Shift([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.90, 0.74, 1.21], 1.96);
        Assert.AreEqual(0.305, estimate, 1e-9);
        // Its exact interval at 95 % begins at -0.15.
        Assert.AreEqual(-0.15, lower, 0.12);
    }

    [TestMethod]
    public void MannWhitney_AnySamples_KeepsTheLawsOfRanks() => Prop.ForAll(Samples, static s =>
    {
        var (experiment, control) = (Doubles(s.Experiment), Doubles(s.Control));
        var (one, other) = (MannWhitney.Of(experiment, control), MannWhitney.Of(control, experiment));
        var pairs = experiment.Sum(e => control.Sum(c => e > c ? 1 : e == c ? 0.5 : 0));
        // Only the order counts: doubling everything and adding something changes nothing.
        var moved = MannWhitney.Of([.. experiment.Select(static e => 2 * e + 7)], [.. control.Select(static c => 2 * c + 7)]);
        return Math.Abs(one.U - pairs) < 1e-6 && Math.Abs(one.U + other.U - experiment.Length * control.Length) < 1e-6 && Math.Abs(one.Z + other.Z) < 1e-9 && moved == one;
    }).QuickCheckThrowOnFailure();

    [TestMethod]
    public void Shift_SampleAgainstItselfLater_IsTheDelay() => Prop.ForAll(Samples, Gen.Choose(1, 500).ToArbitrary(), static (s, delay) =>
    {
        var control = Doubles(s.Control);
        var (estimate, lower) = MannWhitney.Shift([.. control.Select(c => c + delay)], control, 2);
        return Math.Abs(estimate - delay) < 1e-9 && lower <= estimate;
    }).QuickCheckThrowOnFailure();

    private static double[] Doubles(int[] values) => [.. values.Select(static v => (double)v)];
}
