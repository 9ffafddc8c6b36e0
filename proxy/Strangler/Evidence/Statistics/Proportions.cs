namespace Strangler.Evidence.Statistics;

/// <summary>Statements about shares: of matches among comparisons, of failures among answers.</summary>
internal static class Proportions
{
    /// <summary>
    /// The lower bound of Wilson's score interval, one-sided: with <paramref name="confidence"/> the true share is above it. E. B. Wilson, Probable inference,
    /// the law of succession, and statistical inference, JASA 22 (1927). 0 without trials.
    /// </summary>
    /// <param name="successes">How often it was so.</param>
    /// <param name="trials">Of how many.</param>
    /// <param name="confidence">0.5 to 1, exclusive.</param>
    public static double WilsonLower(long successes, long trials, double confidence)
    {
        Check(successes, trials);
        if (trials == 0) return 0;
        var z = NormalDistribution.UpperQuantile(1 - confidence);
        var (n, share, squared) = ((double)trials, (double)successes / trials, z * z);
        var bound = (share + squared / (2 * n) - z * Math.Sqrt(share * (1 - share) / n + squared / (4 * n * n))) / (1 + squared / n);
        return Math.Clamp(bound, 0, 1);
    }

    /// <summary>How many trials without a failure it takes until <see cref="WilsonLower"/> reaches <paramref name="share"/>: n / (n + z²) solved for n.</summary>
    public static long TrialsFor(double share, double confidence)
    {
        if (share >= 1) return long.MaxValue;
        var z = NormalDistribution.UpperQuantile(1 - confidence);
        return (long)Math.Ceiling(share * z * z / (1 - share) - 1e-9);
    }

    /// <summary>
    /// The z of the test of two proportions with the pooled share, positive where the first is larger. Fleiss, Levin and Paik, Statistical Methods for Rates and
    /// Proportions, chapter 3. 0 where neither or both are without exception, as nothing can be told then.
    /// </summary>
    public static double TwoProportionZ(long firstSuccesses, long firstTrials, long secondSuccesses, long secondTrials)
    {
        Check(firstSuccesses, firstTrials);
        Check(secondSuccesses, secondTrials);
        if (firstTrials == 0 || secondTrials == 0) return 0;
        var pooled = (double)(firstSuccesses + secondSuccesses) / (firstTrials + secondTrials);
        var deviation = Math.Sqrt(pooled * (1 - pooled) * (1.0 / firstTrials + 1.0 / secondTrials));
        return deviation == 0 ? 0 : ((double)firstSuccesses / firstTrials - (double)secondSuccesses / secondTrials) / deviation;
    }

    /// <summary>
    /// The probability of at least <paramref name="successes"/> when each trial succeeds with <paramref name="share"/>: the exact test of one proportion
    /// (Clopper and Pearson, Biometrika 26, 1934). For rare events, where a normal approximation promises too much.
    /// </summary>
    public static double BinomialUpperTail(long successes, long trials, double share)
    {
        Check(successes, trials);
        if (successes == 0) return 1;
        if (share <= 0) return 0;
        if (share >= 1) return 1;
        // The first term by logarithms, each next by its ratio to the one before.
        var logarithm = 0.0;
        for (long i = 1; i <= successes; i++) logarithm += Math.Log((double)(trials - successes + i) / i);
        var term = Math.Exp(logarithm + successes * Math.Log(share) + (trials - successes) * Math.Log(1 - share));
        var sum = term;
        for (var k = successes; k < trials && term > 1e-18 * sum; k++)
        {
            term *= (double)(trials - k) / (k + 1) * share / (1 - share);
            sum += term;
        }

        return Math.Min(1, sum);
    }

    private static void Check(long successes, long trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, successes);
    }
}
