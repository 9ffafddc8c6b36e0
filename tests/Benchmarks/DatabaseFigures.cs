using TestKit.Databases;

namespace Benchmarks;

/// <summary>Measures the same on SQLite, which the rates of the budget are for, and on PostgreSQL beside it where that is installed. Memory is bounded on both.</summary>
internal static class DatabaseFigures
{
    public const string OwnerPeak = "ownerPeakMegabytes";
    public const string FollowerPeak = "followerPeakMegabytes";

    private const double MostMegabytes = 300;

    /// <param name="name">The benchmark's.</param>
    /// <param name="database">The only one to measure on, or null for both.</param>
    /// <param name="budget">What holds on SQLite.</param>
    /// <param name="progress">Where it says what it does.</param>
    /// <param name="measure">Measures on one database; its figures have the peaks of both processes.</param>
    public static async Task<BenchmarkResult> RunAsync(string name, string? database, IReadOnlyList<Limit> budget, TextWriter progress, Func<string, Task<Dictionary<string, double>>> measure)
    {
        var metrics = new Dictionary<string, double>();
        var limits = new List<Limit>();
        if (database is null or TestDatabase.Sqlite)
        {
            metrics = await measure(TestDatabase.Sqlite);
            limits.AddRange([.. budget, Limit.Most(OwnerPeak, MostMegabytes), Limit.Most(FollowerPeak, MostMegabytes)]);
        }

        if (database is TestDatabase.Sqlite) return new BenchmarkResult(name, metrics, limits);
        try
        {
            foreach (var (metric, value) in await measure(TestDatabase.PostgreSql)) metrics["postgresql." + metric] = value;
            limits.AddRange([Limit.Most("postgresql." + OwnerPeak, MostMegabytes), Limit.Most("postgresql." + FollowerPeak, MostMegabytes)]);
        }
        catch (AssertInconclusiveException missing)
        {
            await progress.WriteLineAsync($"No figures on PostgreSQL: {missing.Message}");
        }

        return new BenchmarkResult(name, metrics, limits);
    }
}
