using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Benchmarks.Load;
using TestKit;
using TestKit.Processes;

namespace Benchmarks;

/// <summary>
/// How long a write waits while ownership changes hands: 200 writes/s through the public URL, the catalog switched there and back.
/// The pause of a switch is the longest that any one write around it took, less the median write.
/// </summary>
internal sealed class SwitchBenchmark : IBenchmark
{
    private const string Module = "catalog";
    private const int PerSecond = 200;
    private const int Products = 1000;
    private const int WarmUpWrites = 2000;
    private const int WarmUpSwitches = 10;
    private const double SteadyMilliseconds = 25;
    private static readonly TimeSpan Around = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentQueue<string> _refusals = new();

    public string Name => "switch";

    public string About => "the pause of writes in an ownership switch at 200 writes/s; --times 100 for the full count";

    public int DefaultTimes => 20;

    public async Task<BenchmarkResult> RunAsync(int times, TextWriter progress)
    {
        // As "up" starts them.
        var environment = new Dictionary<string, string> { ["DOTNET_gcServer"] = "0", ["DOTNET_TieredPGO"] = "0" };
        await using var system = await StranglerSystem.StartAsync(new StranglerSystemOptions { Environment = environment, ProxyEnvironment = environment });
        system.Public.WithShopKey();
        await PrepareAsync(system);
        var bodies = await BodiesAsync(system.Public);
        await WarmAsync(system.Public, bodies);
        var load = new OpenLoop(PerSecond, number => WriteAsync(system.Public, bodies[number % bodies.Count], number));
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(stop.Token);
        var switches = new List<(TimeSpan From, TimeSpan To)>();
        var cold = new List<(TimeSpan From, TimeSpan To)>();
        var counted = TimeSpan.Zero;
        try
        {
            for (var i = 0; i < WarmUpSwitches; i++)
            {
                await SteadyAsync(load);
                cold.Add(await TimedAsync(system, load, i));
            }

            await SteadyAsync(load);
            counted = load.Now;
            for (var i = 0; i < times; i++)
            {
                var (from, to) = await TimedAsync(system, load, i);
                switches.Add((from, to));
                await progress.WriteLineAsync($"switch {i + 1} of {times}: took {(switches[^1].To - from).TotalMilliseconds:0} ms");
                await Task.Delay(Around + Around, CancellationToken.None);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }

        var result = Result([.. load.Samples.Where(s => s.Due >= counted)], [.. load.Samples], switches, out var pauses);
        await progress.WriteLineAsync($"pauses in ms: {string.Join(' ', pauses.Select(static p => p.ToString("0", CultureInfo.InvariantCulture)))}");
        result.Metrics["coldPauseWorstMilliseconds"] = Pauses([.. load.Samples], cold, result.Metrics["medianWriteMilliseconds"]).Max();
        var failed = load.Samples.Where(static s => !s.Good).ToList();
        if (failed.Count > 0) await progress.WriteLineAsync($"failed: {failed.Count} of those due from {failed.Min(static s => s.Due).TotalSeconds:0.0} s to {failed.Max(static s => s.Due).TotalSeconds:0.0} s; counted from {counted.TotalSeconds:0.0} s on");
        foreach (var refusal in _refusals.Take(5)) await progress.WriteLineAsync($"refused: {refusal}");
        return result;
    }

    private BenchmarkResult Result(List<Sample> samples, List<Sample> all, List<(TimeSpan From, TimeSpan To)> switches, out List<double> pauses)
    {
        var median = Quantiles.Median(samples.Select(static s => s.Milliseconds));
        pauses = Pauses(samples, switches, median);
        return new BenchmarkResult(
            Name,
            new Dictionary<string, double>
            {
                ["switches"] = pauses.Count,
                ["writes"] = samples.Count,
                ["failed"] = all.Count(static s => !s.Good),
                ["medianWriteMilliseconds"] = median,
                ["pauseP50Milliseconds"] = Quantiles.Of(pauses, 0.5),
                ["pauseP99Milliseconds"] = Quantiles.Of(pauses, 0.99),
                ["switchP50Milliseconds"] = Quantiles.Median(switches.Select(static w => (w.To - w.From).TotalMilliseconds)),
            },
            [Limit.Most("pauseP50Milliseconds", 30), Limit.Most("pauseP99Milliseconds", 100), Limit.Most("failed", 0)]);
    }

    private static List<double> Pauses(List<Sample> samples, List<(TimeSpan From, TimeSpan To)> switches, double median) =>
        [.. switches.Select(w => samples.Where(s => s.Due >= w.From - Around && s.Due <= w.To + Around).Max(static s => s.Milliseconds) - median)];

    private static async Task<(TimeSpan From, TimeSpan To)> TimedAsync(StranglerSystem system, OpenLoop load, int number)
    {
        var from = load.Now;
        await SwitchAsync(system, number);
        return (from, load.Now);
    }

    private static Task SwitchAsync(StranglerSystem system, int number) => number % 2 == 0
        ? system.Admin.AdvanceAsync(Module, "Extracted", force: true, reason: "benchmark")
        : system.Admin.RollbackAsync(Module, "Canary");

    /// <summary>
    /// Just started processes compile for seconds, and at a fixed rate writes would pile up meanwhile: that is start-up, not a switch. So at first each of a few
    /// clients waits for its answer.
    /// </summary>
    private async Task WarmAsync(HttpClient client, List<Dictionary<string, JsonElement>> bodies)
    {
        var number = -1;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            while (Interlocked.Increment(ref number) is var mine && mine < WarmUpWrites) await WriteAsync(client, bodies[mine % bodies.Count], mine);
        }));
    }

    /// <summary>Waits until the system keeps up with the writes: those of the last second took as long as writes take.</summary>
    private static Task SteadyAsync(OpenLoop load) => Eventually.GetAsync(
        () =>
        {
            var since = load.Now - TimeSpan.FromSeconds(1);
            var recent = load.Samples.Where(s => s.Due >= since).Select(static s => s.Milliseconds).ToList();
            return Task.FromResult(recent.Count >= PerSecond * 3 / 4 ? Quantiles.Of(recent, 0.9) : double.MaxValue);
        },
        static p90 => p90 < SteadyMilliseconds,
        TimeSpan.FromSeconds(60),
        $"90% of the writes of one second take less than {SteadyMilliseconds} ms");

    private static async Task PrepareAsync(StranglerSystem system)
    {
        await system.Admin.AdvanceWhenAllowedAsync(Module, "Syncing");
        // Entering Syncing starts the backfill, and Shadow is refused until it is complete and a reconcile has found no difference.
        await Eventually.TrueAsync(
            async () =>
            {
                await system.Admin.ReconcileAsync(Module);
                using var answer = await system.Admin.Client.PostAsJsonAsync($"/admin/modules/{Module}/advance", new { to = "Shadow" });
                return answer.IsSuccessStatusCode;
            },
            TimeSpan.FromMinutes(2),
            "Backfill and reconcile are done");
        await system.Admin.AdvanceAsync(Module, "Canary", percent: 100, force: true, reason: "benchmark");
    }

    private static async Task<List<Dictionary<string, JsonElement>>> BodiesAsync(HttpClient client)
    {
        // Enough products that two writes under way are hardly ever for the same one: those would rightly be refused as conflicts.
        var bodies = new List<Dictionary<string, JsonElement>>();
        for (var page = 1; page <= Products / 100; page++)
        {
            var list = await client.GetFromJsonAsync<JsonElement>($"/api/products?page={page}&pageSize=100&sort=id");
            bodies.AddRange(list.GetProperty("items").EnumerateArray().Select(static p => p.EnumerateObject().Where(static f => f.Name != "version").ToDictionary(static f => f.Name, static f => f.Value)));
        }

        return bodies;
    }

    private async Task<bool> WriteAsync(HttpClient client, Dictionary<string, JsonElement> product, int number)
    {
        var body = product.ToDictionary(static f => f.Key, static f => (object)f.Value);
        body["price"] = 1 + (number % 10_000) / 100m;
        using var answer = await client.PutAsJsonAsync($"/api/products/{product["id"].GetInt64()}", body);
        if (!answer.IsSuccessStatusCode) _refusals.Enqueue($"{(int)answer.StatusCode} for product {product["id"]}: {await answer.Content.ReadAsStringAsync()}");
        return answer.IsSuccessStatusCode;
    }
}
