using TestKit.Databases;

namespace Benchmarks;

/// <summary>Measures the same on SQLite, which the budget is for, and on PostgreSQL beside it where that is installed.</summary>
internal static class DatabaseFigures
{
    public static async Task<BenchmarkResult> RunAsync(string name, IReadOnlyList<Limit> budget, TextWriter progress, Func<string, Task<Dictionary<string, double>>> measure)
    {
        var metrics = await measure(TestDatabase.Sqlite);
        try
        {
            foreach (var (metric, value) in await measure(TestDatabase.PostgreSql)) metrics["postgresql." + metric] = value;
        }
        catch (AssertInconclusiveException missing)
        {
            await progress.WriteLineAsync($"No figures on PostgreSQL: {missing.Message}");
        }

        return new BenchmarkResult(name, metrics, budget);
    }
}
