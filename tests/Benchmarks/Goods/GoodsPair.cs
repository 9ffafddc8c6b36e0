using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using TestKit.Databases;
using TestKit.Processes;

namespace Benchmarks.Goods;

/// <summary>An owner with goods and its empty follower, as processes on databases of their own.</summary>
internal sealed class GoodsPair : IAsyncDisposable
{
    private const string Key = "benchmark";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenReports = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WithoutHeadway = TimeSpan.FromMinutes(2);
    private readonly List<IAsyncDisposable> _held = [];

    /// <summary>What the sides can send their changes over.</summary>
    public static IReadOnlyList<string> Channels { get; } = [ChannelSettings.Http, ChannelSettings.NServiceBus];

    public required TestProcess Owner { get; init; }

    public required TestProcess Follower { get; init; }

    public required HttpClient OwnerClient { get; init; }

    public required HttpClient FollowerClient { get; init; }

    public required TextWriter Progress { get; init; }

    public static async Task<GoodsPair> StartAsync(string provider, int rows, TextWriter progress, string channel = ChannelSettings.Http)
    {
        await progress.WriteLineAsync($"{provider}: {rows} rows are made");
        var ports = (Owner: FreePort.Take(), Follower: FreePort.Take());
        var databases = (Owner: await TestDatabase.CreateAsync(provider), Follower: await TestDatabase.CreateAsync(provider));
        var queues = channel == ChannelSettings.NServiceBus ? await TestDatabase.CreateAsync(TestDatabase.PostgreSql) : null;
        var pair = new GoodsPair
        {
            Owner = await StartAsync("legacy", databases.Owner, ports.Owner, ports.Follower, queues),
            Follower = await StartAsync("service", databases.Follower, ports.Follower, ports.Owner, queues),
            OwnerClient = Client(ports.Owner),
            FollowerClient = Client(ports.Follower),
            Progress = progress,
        };
        pair._held.AddRange([pair.Owner, pair.Follower, databases.Owner, databases.Follower]);
        if (queues is not null) pair._held.Add(queues);
        await pair.PostAsync($"/fill?rows={rows}");
        return pair;
    }

    /// <summary>Makes the follower one, and copies everything to it.</summary>
    public async Task<JsonElement> SyncAsync()
    {
        (await FollowerClient.PostAsJsonAsync($"/_sync/modules/{GoodsServer.Module}/follow", new { epoch = 0, reset = true })).EnsureSuccessStatusCode().Dispose();
        await StepAsync("capture", new { enabled = true });
        return await JobAsync("backfill", new { restart = true });
    }

    public Task<JsonElement> ReconcileAsync() => JobAsync("reconcile", new { repair = false });

    /// <summary>Waits until the follower has acknowledged everything.</summary>
    public async Task DrainAsync()
    {
        while (!(await StepAsync("drain", new { position = long.MaxValue, timeoutMs = 60_000 })).GetProperty("drained").GetBoolean())
        {
        }
    }

    public async Task<long> PendingAsync() =>
        (await OwnerClient.GetFromJsonAsync<JsonElement>($"/_sync/modules/{GoodsServer.Module}")).GetProperty("pending").GetInt64();

    public async Task PostAsync(string path)
    {
        using var answer = await OwnerClient.PostAsync(path, null);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}\n{Owner.Output}");
    }

    /// <summary>The most that each process has kept in memory since it was started, in megabytes.</summary>
    public Dictionary<string, double> PeakMegabytes() => new()
    {
        [DatabaseFigures.OwnerPeak] = ProcessMemory.Peak(Owner.Id),
        [DatabaseFigures.FollowerPeak] = ProcessMemory.Peak(Follower.Id),
    };

    public async ValueTask DisposeAsync()
    {
        OwnerClient.Dispose();
        FollowerClient.Dispose();
        foreach (var held in _held) await held.DisposeAsync();
    }

    /// <summary>Runs a job to its end, which comes in bounded time: a job that makes no headway is given up.</summary>
    private async Task<JsonElement> JobAsync(string job, object body)
    {
        await StepAsync(job, body);
        var (told, moved) = (Stopwatch.StartNew(), Stopwatch.StartNew());
        for (var before = -1L; ;)
        {
            var state = (await OwnerClient.GetFromJsonAsync<JsonElement>($"/_sync/modules/{GoodsServer.Module}")).GetProperty(job);
            var rows = state.GetProperty("rows").GetInt64();
            if (rows > before) moved.Restart();
            before = rows;
            var ended = state.GetProperty("state").GetString() is "complete" or "failed";
            if (ended || told.Elapsed > BetweenReports)
            {
                told.Restart();
                await Progress.WriteLineAsync($"{job}: {rows} rows, {state.GetProperty("rowsPerSecond").GetDouble():0} a second, {ProcessMemory.Resident(Owner.Id):0} and {ProcessMemory.Resident(Follower.Id):0} MB");
            }

            if (ended && state.GetProperty("state").GetString() == "failed") throw new InvalidOperationException($"{job} failed: {state.GetProperty("error")}");
            if (ended) return state;
            if (moved.Elapsed > WithoutHeadway) throw new TimeoutException($"{job} stands still at {rows} rows.");
            await Task.Delay(BetweenLooks);
        }
    }

    private async Task<JsonElement> StepAsync(string step, object body)
    {
        using var answer = await OwnerClient.PostAsJsonAsync($"/_sync/modules/{GoodsServer.Module}/{step}", body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{step} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer.Content.Headers.ContentLength is 0 ? default : await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<TestProcess> StartAsync(string side, TestDatabase database, FreePort port, FreePort peer, TestDatabase? queues) =>
        TestProcess.StartAsync(new TestProcessStart(typeof(GoodsPair).Assembly.Location)
        {
            Name = side,
            Url = new Uri(port.Url),
            Arguments = [GoodsServer.Mode],
            Environment = new Dictionary<string, string>(queues is null ? [] : ChannelSettings.OverNServiceBus(side, side == "legacy" ? "service" : "legacy", GoodsServer.Module, queues))
            {
                ["Database__Provider"] = database.Provider,
                // As docs/databases.md advises.
                ["Database__ConnectionString"] = database.Provider == TestDatabase.PostgreSql ? database.ConnectionString + ";Max Auto Prepare=50" : database.ConnectionString,
                ["Sync__Side"] = side,
                ["Sync__Key"] = Key,
                ["Sync__Peers__goods"] = peer.Url,
                // As "up" starts processes.
                ["DOTNET_gcServer"] = "0",
                ["DOTNET_TieredPGO"] = "0",
            },
        });

    private static HttpClient Client(FreePort port)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(port.Url), Timeout = TimeSpan.FromMinutes(10) };
        client.DefaultRequestHeaders.Add("Strangler-Key", Key);
        return client;
    }
}
