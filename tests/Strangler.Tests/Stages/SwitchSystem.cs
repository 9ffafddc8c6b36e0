using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Strangler.Stages;
using Strangler.Stages.Store;
using Strangler.Stages.Switching;
using TestKit;
using TestKit.Databases;

namespace Strangler.Tests.Stages;

/// <summary>The two sides of a synced module, one store, and as many proxies' state machines on it as a test asks for.</summary>
internal sealed class SwitchSystem : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<ServiceProvider> _proxies = [];
    private readonly List<Proxy> _joined = [];

    private readonly TestDatabase _database;

    private SwitchSystem(FakeSide legacy, FakeSide service, TestDatabase database) => (Legacy, Service, _database) = (legacy, service, database);

    public FakeSide Legacy { get; }

    public FakeSide Service { get; }

    /// <summary>What the proxies take for the time.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string StateFile => _directory.File("state.db");

    public static async Task<SwitchSystem> StartAsync(string provider = TestDatabase.Sqlite, TimeProvider? clock = null)
    {
        var database = await TestDatabase.CreateAsync(provider);
        var (legacy, service) = await FakeSide.StartPairAsync();
        return new SwitchSystem(legacy, service, database) { Clock = clock ?? TimeProvider.System };
    }

    /// <summary>Another proxy on the same store.</summary>
    public Proxy Join(IFaultPoints? faults = null, params (string Key, string Value)[] settings)
    {
        var plan = _directory.File("plan.json");
        File.WriteAllText(plan, $$"""
            { "legacy": { "address": "{{Legacy.Address}}" },
              "modules": { "catalog": { "service": { "addresses": ["{{Service.Address}}"] }, "data": "synced",
                "endpoints": [ { "id": "catalog.read", "match": "GET /read" }, { "id": "catalog.write", "match": "POST /write", "writes": true } ],
                "gates": { "minimumComparisons": 0, "quietBeforeRetirement": "00:00:00" } } } }
            """);
        var values = new Dictionary<string, string?>
        {
            ["Strangler:Plan"] = plan, ["Strangler:State"] = StateFile, ["Strangler:AdminKey"] = "admin", ["Strangler:SyncKey"] = FakeSide.Key,
            ["Strangler:Stages:DrainLimit"] = "00:00:01", ["Strangler:Stages:OpenLimit"] = "00:00:00.300", ["Strangler:Stages:PreflightLimit"] = "00:00:00.300",
            ["Strangler:Stages:AnswerLimit"] = "00:00:05", ["Strangler:Stages:LeaseDuration"] = "00:00:02", ["Strangler:Stages:PollInterval"] = "00:00:00.050",
        };
        if (_database is not SqliteTestDatabase)
        {
            values["Strangler:Database:Provider"] = _database.Provider;
            values["Strangler:Database:ConnectionString"] = _database.ConnectionString;
        }

        foreach (var (key, value) in settings) values[key] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddMetrics();
        services.AddStrangler(configuration);
        services.AddSingleton(Clock);
        if (faults is not null) services.AddSingleton(faults);
        services.AddStranglerStages();
        var provider = services.BuildServiceProvider();
        _proxies.Add(provider);
        var joined = new Proxy(provider);
        _joined.Add(joined);
        return joined;
    }

    /// <summary>Brings the module, with some rows written, to the given stage.</summary>
    public async Task<Proxy> AtAsync(Stage stage)
    {
        var proxy = Join();
        Assert.IsTrue(await Legacy.WriteAsync("before"));
        if (stage > Stage.Legacy)
        {
            var outcome = await proxy.Machine.AdvanceAsync("catalog", new AdvanceRequest(stage), CancellationToken.None);
            Assert.IsFalse(outcome.Refused, string.Join(Environment.NewLine, outcome.Unmet));
        }

        return proxy;
    }

    /// <summary>One owner, the state agrees with it, nothing is held, and everything that was acknowledged is on both sides.</summary>
    public async Task AssertSettledAsync(Proxy proxy, Side owner, long atLeastEpoch)
    {
        var state = (await proxy.Store.StateAsync("catalog", CancellationToken.None))!.State;
        Assert.AreNotEqual(Legacy.IsOwner, Service.IsOwner, $"legacy {Legacy.State} {Legacy.Epoch}, service {Service.State} {Service.Epoch}");
        Assert.AreEqual(owner, state.Owner);
        Assert.AreEqual(owner == Side.Legacy, Legacy.IsOwner);
        Assert.AreEqual((owner == Side.Legacy ? Legacy : Service).Epoch, state.Epoch);
        Assert.IsGreaterThanOrEqualTo(atLeastEpoch, state.Epoch);
        Assert.IsFalse(state.Switching);
        Assert.IsNull(await proxy.Store.OpenSwitchAsync("catalog", CancellationToken.None));
        Assert.IsTrue(await (owner == Side.Legacy ? Legacy : Service).WriteAsync("after"));
        Assert.IsFalse(await (owner == Side.Legacy ? Service : Legacy).WriteAsync("never"));
        CollectionAssert.AreEqual(Legacy.Values(), Service.Values());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _joined) await proxy.StopAsync();
        foreach (var proxy in _proxies) await proxy.DisposeAsync();
        await Legacy.DisposeAsync();
        await Service.DisposeAsync();
        await _database.DisposeAsync();
        _directory.Dispose();
    }

    internal sealed class Proxy(ServiceProvider services)
    {
        private readonly List<IHostedService> _started = [];

        public StageMachine Machine { get; } = services.GetRequiredService<StageMachine>();

        public IStageStore Store { get; } = services.GetRequiredService<IStageStore>();

        public ModuleStates States { get; } = services.GetRequiredService<ModuleStates>();

        public T Get<T>()
            where T : notnull => services.GetRequiredService<T>();

        public async Task StartAsync<T>()
            where T : IHostedService
        {
            foreach (var hosted in services.GetServices<IHostedService>().OfType<T>())
            {
                _started.Add(hosted);
                await hosted.StartAsync(CancellationToken.None);
            }
        }

        /// <summary>Ends what was started, as a host does before it disposes of anything.</summary>
        public async Task StopAsync()
        {
            foreach (var hosted in _started) await hosted.StopAsync(CancellationToken.None);
        }
    }
}

/// <summary>Ends the coordinator at one line, once.</summary>
internal sealed class CrashAt(string point) : IFaultPoints
{
    public bool Reached { get; private set; }

    public void At(string name)
    {
        if (name != point || Reached) return;
        Reached = true;
        throw new SimulatedCrashException();
    }
}

internal sealed class SimulatedCrashException : Exception;
