using Benchmarks.Load;
using Benchmarks.Servers;
using TestKit;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>Strangler.Host against YARP alone, each a process of its own before the same upstream, in rounds that take turns.</summary>
internal sealed class PassthroughBenchmark : IBenchmark
{
    private const int Connections = 32;
    private const int Generations = 5;
    private static readonly (string Label, int Size, int WarmUpRounds)[] Bodies = [("100B", 100, 20), ("10KB", 10_240, 8)];

    // Short ones and many of them: what else happens on a shared machine lasts about a second, and should meet both.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    public string Name => "passthrough";

    public string About => "an endpoint of the plan at stage Legacy against YARP alone: throughput and p99, 32 connections, 100 B and 10 KB";

    public int DefaultTimes => 60;

    public async Task<BenchmarkResult> RunAsync(int times, TextWriter progress)
    {
        var self = typeof(PassthroughBenchmark).Assembly.Location;
        await using var upstream = await TestProcess.StartAsync(new TestProcessStart(self) { Name = "upstream", Arguments = [UpstreamServer.Mode] });
        var seen = Bodies.ToDictionary(static body => body.Label, static _ => new Comparison());
        // One process is a few hundredths faster than the next of the same program, for as long as it lives: both are started anew several times.
        for (var generation = 1; generation <= Generations; generation++)
        {
            await using var bare = await TestProcess.StartAsync(new TestProcessStart(self)
            {
                Name = "yarp",
                Arguments = [BareProxyServer.Mode, "--upstream", upstream.Url.ToString()],
                // As every web project, Strangler.Host among them. This program is none, and would start with the other collector.
                Environment = new Dictionary<string, string> { ["DOTNET_gcServer"] = "1" },
            });
            using var directory = new TemporaryDirectory();
            await using var strangler = await StranglerProxy.StartAsync(Plan(upstream.Url, bare.Url), directory);
            foreach (var (label, size, warmUp) in Bodies)
            {
                await CompareAsync($"/bytes/{size}", bare, strangler.Process, warmUp, Math.Max(1, times / Generations), seen[label]);
                await progress.WriteLineAsync($"{label} generation {generation} of {Generations}: throughput x{seen[label].ThroughputRatio(generation):0.000}");
            }
        }

        var metrics = new Dictionary<string, double>();
        foreach (var (label, comparison) in seen) comparison.Tell(label, metrics);
        return new BenchmarkResult(
            Name,
            metrics,
            [
                Limit.Least("throughputRatio100B", 0.95), Limit.Most("p99Ratio100B", 1.10),
                Limit.Least("throughputRatio10KB", 0.95), Limit.Most("p99Ratio10KB", 1.10),
                Limit.Most("failed", 0),
            ]);
    }

    private static async Task CompareAsync(string path, TestProcess bareProcess, TestProcess stranglerProcess, int warmUp, int times, Comparison comparison)
    {
        var (bare, strangler) = (new Uri(bareProcess.Url, path), new Uri(stranglerProcess.Url, path));
        // Until the runtime has compiled both for good: a proxy runs for weeks, its first seconds are measured by startup.
        for (var i = 0; i < warmUp; i++)
        {
            foreach (var url in new[] { bare, strangler }) await ClosedLoop.RunAsync(url, Connections, Round);
        }

        var (bareCpu, stranglerCpu) = (bareProcess.ProcessorTime, stranglerProcess.ProcessorTime);
        var rounds = new List<(LoadResult Bare, LoadResult Strangler)>();
        for (var i = 0; i < times; i++)
        {
            // Taking turns in who goes first: what drifts on the machine drifts for both.
            var first = await ClosedLoop.RunAsync(i % 2 == 0 ? bare : strangler, Connections, Round);
            var second = await ClosedLoop.RunAsync(i % 2 == 0 ? strangler : bare, Connections, Round);
            rounds.Add(i % 2 == 0 ? (first, second) : (second, first));
        }

        comparison.Generations.Add(rounds);
        comparison.BareCpu += bareProcess.ProcessorTime - bareCpu;
        comparison.StranglerCpu += stranglerProcess.ProcessorTime - stranglerCpu;
    }

    /// <summary>What was measured with one size of body.</summary>
    private sealed class Comparison
    {
        public List<List<(LoadResult Bare, LoadResult Strangler)>> Generations { get; } = [];

        public TimeSpan BareCpu { get; set; }

        public TimeSpan StranglerCpu { get; set; }

        public double ThroughputRatio(int generation) => Quantiles.Median(Generations[generation - 1].Select(static r => r.Strangler.Throughput / r.Bare.Throughput));

        public void Tell(string label, Dictionary<string, double> metrics)
        {
            var rounds = Generations.SelectMany(static generation => generation).ToList();
            metrics["yarpPerSecond" + label] = Quantiles.Median(rounds.Select(static r => r.Bare.Throughput));
            metrics["stranglerPerSecond" + label] = Quantiles.Median(rounds.Select(static r => r.Strangler.Throughput));
            metrics["yarpMicrosecondsOfProcessor" + label] = BareCpu.TotalMicroseconds / rounds.Sum(static r => r.Bare.Requests);
            metrics["stranglerMicrosecondsOfProcessor" + label] = StranglerCpu.TotalMicroseconds / rounds.Sum(static r => r.Strangler.Requests);
            metrics["throughputRatio" + label] = Quantiles.Median(rounds.Select(static r => r.Strangler.Throughput / r.Bare.Throughput));
            metrics["p99Ratio" + label] = Quantiles.Median(rounds.Select(static r => r.Strangler.P99 / r.Bare.P99));
            metrics["failed"] = metrics.GetValueOrDefault("failed") + rounds.Sum(static r => r.Bare.Failed + r.Strangler.Failed);
        }
    }

    // The service is never asked at stage Legacy; it only has to be another server than the legacy.
    private static string Plan(Uri upstream, Uri service) => $$"""
        {
          "legacy": { "address": "{{upstream}}" },
          "modules": {
            "bytes": {
              "service": { "addresses": ["{{service}}"] },
              "data": "none",
              "endpoints": [ { "id": "bytes.read", "match": "GET /bytes/{size}" } ]
            }
          }
        }
        """;
}
