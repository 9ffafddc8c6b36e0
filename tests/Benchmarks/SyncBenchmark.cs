using System.Diagnostics;
using Benchmarks.Goods;

namespace Benchmarks;

/// <summary>An outbox that holds 100,000 changes, from the moment the receiver is back until it has acknowledged the last.</summary>
internal sealed record SyncBenchmark(int Changes = 100_000, string? Database = null) : IBenchmark
{
    public string Name => "sync";

    public string About => "an outbox of 100,000 changes, until the last is applied and acknowledged: changes/s";

    public int DefaultTimes => 3;

    public IBenchmark Over(int rows) => this with { Changes = rows };

    public IBenchmark On(string database) => this with { Database = database };

    public Task<BenchmarkResult> RunAsync(int times, TextWriter progress) => DatabaseFigures.RunAsync(
        Name, Database, [Limit.Least("changesPerSecond", 5_000)], progress, database => MeasureAsync(database, times, progress));

    private async Task<Dictionary<string, double>> MeasureAsync(string database, int times, TextWriter progress)
    {
        await using var pair = await GoodsPair.StartAsync(database, Changes, progress);
        await pair.SyncAsync();
        var rates = new List<double>();
        for (var i = 0; i < times; i++)
        {
            await pair.Follower.KillAsync();
            await pair.PostAsync($"/touch?rows={Changes}");
            await pair.Follower.RestartAsync();
            // From the first that is acknowledged: how long the relay takes to notice that the receiver is back is its back-off, not its rate.
            while (await pair.PendingAsync() is var pending && pending >= Changes) await Task.Delay(1);
            var left = await pair.PendingAsync();
            var watch = Stopwatch.StartNew();
            await pair.DrainAsync();
            rates.Add(left / watch.Elapsed.TotalSeconds);
            await progress.WriteLineAsync($"{database} run {i + 1} of {times}: {rates[^1]:0} changes/s");
        }

        return new Dictionary<string, double> (pair.PeakMegabytes()) { ["changesPerSecond"] = Quantiles.Median(rates) };
    }
}
