using System.Net.Http.Json;
using Benchmarks.Goods;
using Benchmarks.Load;

namespace Benchmarks;

/// <summary>How far the copy is behind while the owner takes 200 writes/s.</summary>
internal sealed record LagBenchmark(string? Database = null, string Channel = GoodsPair.Http) : IBenchmark
{
    private const int PerSecond = 200;
    private const int Rows = 10_000;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);

    public string Name => "lag";

    public string About => "from the owner's commit to the receiver's at 200 writes/s; --times is the seconds";

    public int DefaultTimes => 30;

    // A message has a queue to cross, twice with its acknowledgement.
    private double MostMilliseconds => Channel == GoodsPair.Http ? 100 : 250;

    public IBenchmark On(string database) => this with { Database = database };

    public IBenchmark Via(string channel) => this with { Channel = channel };

    public Task<BenchmarkResult> RunAsync(int times, TextWriter progress) => DatabaseFigures.RunAsync(
        Name, Database, [Limit.Most("lagP99Milliseconds", MostMilliseconds), Limit.Most("failed", 0)], progress, database => MeasureAsync(database, times, progress));

    private async Task<Dictionary<string, double>> MeasureAsync(string database, int seconds, TextWriter progress)
    {
        await using var pair = await GoodsPair.StartAsync(database, Rows, progress, Channel);
        await pair.SyncAsync();
        var load = new OpenLoop(PerSecond, number => WriteAsync(pair.OwnerClient, number));
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(stop.Token);
        await Task.Delay(WarmUp);
        (await pair.OwnerClient.DeleteAsync(new Uri("/lags", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await stop.CancelAsync();
        await writing;
        await pair.DrainAsync();
        var lags = (await pair.OwnerClient.GetFromJsonAsync<double[]>("/lags"))!.Select(static s => s * 1000).ToList();
        await progress.WriteLineAsync($"{database} over {Channel}: {lags.Count} changes");
        return new Dictionary<string, double>(pair.PeakMegabytes())
        {
            ["changes"] = lags.Count,
            ["failed"] = load.Samples.Count(static s => !s.Good),
            ["lagP50Milliseconds"] = Quantiles.Median(lags),
            ["lagP99Milliseconds"] = Quantiles.Of(lags, 0.99),
            ["lagMaximumMilliseconds"] = lags.Max(),
        };
    }

    private static async Task<bool> WriteAsync(HttpClient client, int number)
    {
        using var answer = await client.PutAsync(new Uri($"/goods/{1 + number * 7919L % Rows}?cents={number}", UriKind.Relative), null);
        return answer.IsSuccessStatusCode;
    }
}
