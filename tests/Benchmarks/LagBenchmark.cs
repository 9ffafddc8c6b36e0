using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Benchmarks.Goods;
using Benchmarks.Load;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>How far the copy is behind while the owner takes 200 writes/s.</summary>
internal sealed record LagBenchmark(string? Database = null, string Channel = ChannelSettings.Http) : IBenchmark
{
    private const int PerSecond = 200;
    private const int Rows = 10_000;

    // Looked for at the follower until it is there: often enough for a quantile, seldom enough to cost nothing.
    private const int WritesForEachLook = 20;
    // Just started processes compile for seconds on two cores, and what they fall behind meanwhile takes longer to make good: that is start-up, not lag.
    private const int WarmUpPerSecond = 50;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LeadIn = TimeSpan.FromSeconds(5);

    public string Name => "lag";

    public string About => "from the owner's commit to the receiver's, and to its acknowledgement, at 200 writes/s; --times is the seconds";

    public int DefaultTimes => 30;

    // A message has a queue to cross, at which the transports look every 100 ms.
    private double MostMilliseconds => Channel == ChannelSettings.Http ? 100 : 250;

    public IBenchmark On(string database) => this with { Database = database };

    public IBenchmark Via(string channel) => this with { Channel = channel };

    public Task<BenchmarkResult> RunAsync(int times, TextWriter progress) => DatabaseFigures.RunAsync(
        Name, Database, [Limit.Most("lagP99Milliseconds", MostMilliseconds), Limit.Most("failed", 0)], progress, database => MeasureAsync(database, times, progress));

    private async Task<Dictionary<string, double>> MeasureAsync(string database, int seconds, TextWriter progress)
    {
        await using var pair = await GoodsPair.StartAsync(database, Rows, progress, Channel);
        await pair.SyncAsync();
        await WarmUpAsync(pair);
        var looks = new ConcurrentQueue<Task<double>>();
        var load = new OpenLoop(PerSecond, number => number % WritesForEachLook == 0 ? LookAsync(pair, number, looks) : WriteAsync(pair.OwnerClient, number));
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(stop.Token);
        await Task.Delay(LeadIn);
        looks.Clear();
        (await pair.OwnerClient.DeleteAsync(new Uri("/lags", UriKind.Relative))).EnsureSuccessStatusCode().Dispose();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await stop.CancelAsync();
        await writing;
        await pair.DrainAsync();
        var acknowledged = (await pair.OwnerClient.GetFromJsonAsync<double[]>("/lags"))!.Select(static s => s * 1000).ToList();
        var lags = await Task.WhenAll(looks);
        await progress.WriteLineAsync($"{database} over {Channel}: {acknowledged.Count} changes, {lags.Length} looked for");
        return new Dictionary<string, double>(pair.PeakMegabytes())
        {
            ["changes"] = acknowledged.Count,
            ["failed"] = load.Samples.Count(static s => !s.Good),
            ["lagP50Milliseconds"] = Quantiles.Median(lags),
            ["lagP99Milliseconds"] = Quantiles.Of(lags, 0.99),
            ["lagMaximumMilliseconds"] = lags.Max(),
            ["acknowledgedP99Milliseconds"] = Quantiles.Of(acknowledged, 0.99),
        };
    }

    private static async Task WarmUpAsync(GoodsPair pair)
    {
        using var stop = new CancellationTokenSource(WarmUp);
        await new OpenLoop(WarmUpPerSecond, number => WriteAsync(pair.OwnerClient, number)).RunAsync(stop.Token);
        await pair.DrainAsync();
    }

    private static async Task<bool> WriteAsync(HttpClient client, int number)
    {
        using var answer = await client.PutAsync(Write(number), null);
        return answer.IsSuccessStatusCode;
    }

    private static async Task<bool> LookAsync(GoodsPair pair, int number, ConcurrentQueue<Task<double>> looks)
    {
        using var answer = await pair.OwnerClient.PutAsync(Write(number), null);
        if (!answer.IsSuccessStatusCode) return false;
        looks.Enqueue(SeenAsync(pair.FollowerClient, number, await answer.Content.ReadFromJsonAsync<long>()));
        return true;
    }

    // What is there before the follower is asked is taken for as old as the question.
    private static async Task<double> SeenAsync(HttpClient follower, int number, long committed) =>
        Stopwatch.GetElapsedTime(committed, await follower.GetFromJsonAsync<long>(new Uri($"/goods/{Good(number)}/seen?cents={Cents(number)}", UriKind.Relative))).TotalMilliseconds;

    // Rows come again after 10,000 writes, and with larger numbers.
    private static long Good(int number) => 1 + number * 7919L % Rows;

    private static Uri Write(int number) => new($"/goods/{Good(number)}?cents={Cents(number)}", UriKind.Relative);

    // More than any good costs at first.
    private static long Cents(int number) => 1_000_000 + number;
}
