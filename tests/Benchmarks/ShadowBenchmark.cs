using System.Diagnostics;
using Benchmarks.Load;
using Benchmarks.Servers;
using TestKit;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>What comparing costs the clients: the same read at stage Legacy and at stage Shadow, through one proxy, in rounds that take turns.</summary>
internal sealed class ShadowBenchmark : IBenchmark
{
    private const string Plain = "plain";
    private const string Mirrored = "mirrored";
    private const int Connections = 32;
    private const int WarmUpRounds = 16;
    private const double Offered = 2;
    private const int MostUnderWay = 256;
    private const int RoundsPerOverload = 5;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Sustained = TimeSpan.FromSeconds(5);

    // The proxy needs a second to tell an overload from a burst, and several such seconds to find out for how long to leave off comparing.
    private static readonly TimeSpan OverloadRound = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OverloadLasts = TimeSpan.FromSeconds(20);

    public string Name => "shadow";

    public string About => "reads at stage Shadow against reads at stage Legacy: throughput and what is compared, then p99 at twice the load that the machine carries";

    public int DefaultTimes => 40;

    public async Task<BenchmarkResult> RunAsync(int times, TextWriter progress)
    {
        await using var legacy = await UpstreamAsync("legacy");
        await using var service = await UpstreamAsync("service");
        using var directory = new TemporaryDirectory();
        await using var proxy = await StranglerProxy.StartAsync(Plan(legacy.Url, service.Url), directory);
        await proxy.Admin.AdvanceAsync(Mirrored, "Shadow");

        var metrics = new Dictionary<string, double>();
        await ThroughputAsync(proxy, times, metrics, progress);
        await OverloadAsync(proxy, Math.Max(1, times / RoundsPerOverload), metrics, progress);
        return new BenchmarkResult(
            Name,
            metrics,
            [
                Limit.Least("throughputRatio", 0.50), Limit.Least("comparedShare", 0.99), Limit.Most("overloadP99Ratio", 1.2),
                Limit.Most("mismatched", 0), Limit.Most("failed", 0),
            ]);
    }

    /// <summary>As many reads as 32 connections bring. A round at Shadow lasts until the last of its reads is compared: what is put off is not saved.</summary>
    private static async Task ThroughputAsync(StranglerProxy proxy, int times, Dictionary<string, double> metrics, TextWriter progress)
    {
        for (var i = 0; i < WarmUpRounds; i++)
        {
            await PlainAsync(proxy);
            await MirroredAsync(proxy);
        }

        var before = await MirrorTally.DrainedAsync(proxy.Admin, Mirrored);
        var rounds = new List<(ClosedRound Plain, ClosedRound Mirrored)>();
        for (var i = 0; i < times; i++)
        {
            var first = i % 2 == 0 ? await PlainAsync(proxy) : await MirroredAsync(proxy);
            var second = i % 2 == 0 ? await MirroredAsync(proxy) : await PlainAsync(proxy);
            rounds.Add(i % 2 == 0 ? (first, second) : (second, first));
            var (a, b) = rounds[^1];
            if (i % 10 == 9) await progress.WriteLineAsync($"round {i + 1} of {times}: Legacy {a.Throughput:0}/s, Shadow {b.Throughput:0}/s, p99 {a.Load.P99:0.0} and {b.Load.P99:0.0} ms");
        }

        var seen = (await MirrorTally.DrainedAsync(proxy.Admin, Mirrored)).Since(before);
        metrics["legacyPerSecond"] = Quantiles.Median(rounds.Select(static r => r.Plain.Throughput));
        metrics["shadowPerSecond"] = Quantiles.Median(rounds.Select(static r => r.Mirrored.Throughput));
        metrics["throughputRatio"] = Quantiles.Median(rounds.Select(static r => r.Mirrored.Throughput / r.Plain.Throughput));
        metrics["clientThroughputRatio"] = Quantiles.Median(rounds.Select(static r => r.Mirrored.Load.Throughput / r.Plain.Load.Throughput));
        metrics["legacyMicrosecondsOfProcessor"] = rounds.Sum(static r => r.Plain.Processor.TotalMicroseconds) / rounds.Sum(static r => r.Plain.Load.Requests);
        metrics["shadowMicrosecondsOfProcessor"] = rounds.Sum(static r => r.Mirrored.Processor.TotalMicroseconds) / rounds.Sum(static r => r.Mirrored.Load.Requests);
        metrics["comparedShare"] = seen.ComparedShare;
        metrics["shed"] = seen.Shed;
        metrics["mismatched"] = seen.Mismatched;
        metrics["failed"] = rounds.Sum(static r => r.Plain.Load.Failed + r.Mirrored.Load.Failed);

        // Short rounds leave the queue no time to stand.
        before = await MirrorTally.OfAsync(proxy.Admin, Mirrored);
        var sustained = await ClosedLoop.RunAsync(Of(proxy, Mirrored), Connections, Sustained);
        metrics["sustainedShadowPerSecond"] = sustained.Throughput;
        metrics["sustainedComparedShare"] = (await MirrorTally.DrainedAsync(proxy.Admin, Mirrored)).Since(before).ComparedShare;
        metrics["failed"] += sustained.Failed;
    }

    /// <summary>Twice what was carried a moment ago. The proxy may give up comparing, and its clients should not notice that it ever began.</summary>
    private static async Task OverloadAsync(StranglerProxy proxy, int times, Dictionary<string, double> metrics, TextWriter progress)
    {
        var perSecond = metrics["legacyPerSecond"] * Offered;
        using var load = new Overload(perSecond, MostUnderWay);
        await load.RunAsync(Of(proxy, Plain), OverloadRound);
        var before = await MirrorTally.DrainedAsync(proxy.Admin, Mirrored);
        var onset = await load.RunAsync(Of(proxy, Mirrored), OverloadLasts);
        await progress.WriteLineAsync($"{perSecond:0}/s are offered for {OverloadLasts.TotalSeconds:0} s at Shadow: {onset.Throughput:0}/s answered, p99 {onset.P99:0} ms");

        var rounds = new List<(OverloadResult Plain, OverloadResult Mirrored)>();
        for (var i = 0; i < times; i++)
        {
            var first = await OneAsync(i % 2 == 0 ? Plain : Mirrored);
            var second = await OneAsync(i % 2 == 0 ? Mirrored : Plain);
            rounds.Add(i % 2 == 0 ? (first, second) : (second, first));
            var (a, b) = rounds[^1];
            await progress.WriteLineAsync($"overload {i + 1} of {times}: Legacy {a.Throughput:0}/s p99 {a.P99:0} ms, Shadow {b.Throughput:0}/s p99 {b.P99:0} ms");
        }

        var seen = (await MirrorTally.DrainedAsync(proxy.Admin, Mirrored)).Since(before);
        metrics["overloadOfferedPerSecond"] = perSecond;
        metrics["overloadLegacyP99Milliseconds"] = Quantiles.Median(rounds.Select(static r => r.Plain.P99));
        metrics["overloadShadowP99Milliseconds"] = Quantiles.Median(rounds.Select(static r => r.Mirrored.P99));
        metrics["overloadP99Ratio"] = Quantiles.Median(rounds.Select(static r => r.Mirrored.P99 / r.Plain.P99));
        metrics["overloadP99RatioOfAll"] = Quantiles.Of(rounds.SelectMany(static r => r.Mirrored.Latencies), 0.99) / Quantiles.Of(rounds.SelectMany(static r => r.Plain.Latencies), 0.99);
        metrics["overloadOnsetP99Milliseconds"] = onset.P99;
        metrics["overloadShed"] = seen.Shed;
        metrics["overloadCompared"] = seen.Compared;
        metrics["overloadTurnedAway"] = rounds.Sum(static r => r.Plain.TurnedAway + r.Mirrored.TurnedAway);
        metrics["mismatched"] += seen.Mismatched;
        metrics["failed"] += onset.Failed + rounds.Sum(static r => r.Plain.Failed + r.Mirrored.Failed);

        async Task<OverloadResult> OneAsync(string module)
        {
            var result = await load.RunAsync(Of(proxy, module), OverloadRound);
            // What a round leaves to compare must not be done at the next one's expense.
            await MirrorTally.DrainedAsync(proxy.Admin, Mirrored);
            return result;
        }
    }

    private static async Task<ClosedRound> PlainAsync(StranglerProxy proxy)
    {
        var before = proxy.Process.ProcessorTime;
        var load = await ClosedLoop.RunAsync(Of(proxy, Plain), Connections, Round);
        return new ClosedRound(load, load.Throughput, proxy.Process.ProcessorTime - before);
    }

    private static async Task<ClosedRound> MirroredAsync(StranglerProxy proxy)
    {
        var before = proxy.Process.ProcessorTime;
        var watch = Stopwatch.StartNew();
        var load = await ClosedLoop.RunAsync(Of(proxy, Mirrored), Connections, Round);
        await MirrorTally.DrainedAsync(proxy.Admin, Mirrored);
        return new ClosedRound(load, load.Requests / watch.Elapsed.TotalSeconds, proxy.Process.ProcessorTime - before);
    }

    private static Uri Of(StranglerProxy proxy, string module) => new(proxy.Url, $"/{module}/items/42");

    private static Task<TestProcess> UpstreamAsync(string name) =>
        TestProcess.StartAsync(new TestProcessStart(typeof(ShadowBenchmark).Assembly.Location) { Name = name, Arguments = [UpstreamServer.Mode] });

    private static string Plan(Uri legacy, Uri service) => $$"""
        {
          "legacy": { "address": "{{legacy}}" },
          "modules": {
            "{{Plain}}": {
              "service": { "addresses": ["{{service}}"] },
              "data": "none",
              "endpoints": [ { "id": "{{Plain}}.item", "match": "GET /{{Plain}}/items/{id}" } ]
            },
            "{{Mirrored}}": {
              "service": { "addresses": ["{{service}}"] },
              "data": "none",
              "endpoints": [ { "id": "{{Mirrored}}.item", "match": "GET /{{Mirrored}}/items/{id}" } ]
            }
          }
        }
        """;

    /// <summary>The load as the clients saw it, requests per second until all work was done, and the proxy's processor time.</summary>
    private sealed record ClosedRound(LoadResult Load, double Throughput, TimeSpan Processor);
}
