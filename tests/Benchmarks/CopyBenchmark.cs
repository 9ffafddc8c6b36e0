using System.Text.Json;
using Benchmarks.Goods;

namespace Benchmarks;

/// <summary>A million rows copied to an empty follower, and both compared.</summary>
internal sealed record CopyBenchmark(string Name, string About, double LeastPerSecond, int Rows = 1_000_000, string? Database = null) : IBenchmark
{
    private const string ReconcileName = "reconcile";

    public static CopyBenchmark Backfill { get; } = new("backfill", "1,000,000 rows to an empty follower: rows/s, memory of each process", 25_000);

    public static CopyBenchmark Reconcile { get; } = new(ReconcileName, "1,000,000 rows backfilled, then compared --times times: rows/s of both, memory of each process", 75_000);

    public int DefaultTimes => 1;

    public IBenchmark Over(int rows) => this with { Rows = rows };

    public IBenchmark On(string database) => this with { Database = database };

    public Task<BenchmarkResult> RunAsync(int times, TextWriter progress) => DatabaseFigures.RunAsync(
        Name, Database, [Limit.Least("rowsPerSecond", LeastPerSecond)], progress, database => MeasureAsync(database, times, progress));

    private async Task<Dictionary<string, double>> MeasureAsync(string database, int times, TextWriter progress)
    {
        await using var pair = await GoodsPair.StartAsync(database, Rows, progress);
        var rates = new List<double>();
        var backfilled = double.NaN;
        for (var i = 0; i < times; i++)
        {
            if (Name != ReconcileName)
            {
                rates.Add(Rate(await pair.SyncAsync()));
                continue;
            }

            if (i == 0) backfilled = Rate(await pair.SyncAsync());
            var state = await pair.ReconcileAsync();
            if (state.GetProperty("differences").GetInt64() is > 0 and var differences) throw new InvalidOperationException($"{differences} differences where there are none.");
            rates.Add(Rate(state));
        }

        var metrics = new Dictionary<string, double> { ["rows"] = Rows, ["rowsPerSecond"] = Quantiles.Median(rates) };
        if (!double.IsNaN(backfilled)) metrics["backfilledRowsPerSecond"] = backfilled;
        foreach (var (process, peak) in pair.PeakMegabytes()) metrics[process] = peak;
        return metrics;
    }

    private static double Rate(JsonElement state) =>
        state.GetProperty("rows").GetInt64() / (state.GetProperty("finishedAt").GetDateTimeOffset() - state.GetProperty("startedAt").GetDateTimeOffset()).TotalSeconds;
}
