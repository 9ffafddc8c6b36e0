using Benchmarks.Goods;

namespace Benchmarks;

/// <summary>A million rows copied to an empty follower, and both compared.</summary>
internal sealed class CopyBenchmark(string name, string about, string job, double leastPerSecond) : IBenchmark
{
    private const int Rows = 1_000_000;

    public static CopyBenchmark Backfill { get; } = new("backfill", "1,000,000 rows to an empty follower: rows/s, memory", "backfill", 25_000);

    public static CopyBenchmark Reconcile { get; } = new("reconcile", "1,000,000 rows of both sides compared: rows/s, memory", "reconcile", 75_000);

    public string Name => name;

    public string About => about;

    public int DefaultTimes => 1;

    public Task<BenchmarkResult> RunAsync(int times, TextWriter progress) => DatabaseFigures.RunAsync(
        Name, [Limit.Least("rowsPerSecond", leastPerSecond), Limit.Most("peakMegabytes", 300)], progress, database => MeasureAsync(database, times, progress));

    private async Task<Dictionary<string, double>> MeasureAsync(string database, int times, TextWriter progress)
    {
        await using var pair = await GoodsPair.StartAsync(database, Rows);
        var rates = new List<double>();
        var differences = 0L;
        for (var i = 0; i < times; i++)
        {
            var state = job == "reconcile" && i > 0 ? default : await pair.SyncAsync();
            if (job == "reconcile")
            {
                state = await pair.ReconcileAsync();
                differences += state.GetProperty("differences").GetInt64();
            }

            var seconds = (state.GetProperty("finishedAt").GetDateTimeOffset() - state.GetProperty("startedAt").GetDateTimeOffset()).TotalSeconds;
            rates.Add(state.GetProperty("rows").GetInt64() / seconds);
            await progress.WriteLineAsync($"{database} run {i + 1} of {times}: {state.GetProperty("rows")} rows in {seconds:0.0} s, {pair.PeakMegabytes():0} MB");
        }

        if (differences > 0) throw new InvalidOperationException($"{differences} differences where there are none.");
        return new Dictionary<string, double> { ["rowsPerSecond"] = Quantiles.Median(rates), ["peakMegabytes"] = pair.PeakMegabytes() };
    }
}
