using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Faults.History;
using Faults.Storage;
using Faults.Wire;
using TestKit.Processes;

namespace Faults.Running;

/// <summary>The whole system as real processes that can be killed, stopped and started, with a man in the middle between the sides.</summary>
internal sealed class FaultyShop : IAsyncDisposable
{
    public const string SyncKey = "sync-key-of-the-faults";
    private const string AdminKey = "admin-key-of-the-faults";
    private static readonly string[] _sides = ["legacy", "service"];
    private readonly string _directory;
    private readonly IShopDatabases _databases;

    // Null when the sides send over the wires.
    private readonly PostgresQueues? _queues;
    private readonly SystemDescription _description;
    private readonly List<FreePort> _ports = [];
    private readonly Dictionary<string, TestProcess> _processes = [];
    private readonly Dictionary<string, StranglerAdmin> _admins = [];

    private FaultyShop(string directory, IShopDatabases databases, PostgresQueues? queues)
    {
        (_directory, _databases, _queues) = (directory, databases, queues);
        // Whoever writes waits for as long as the slowest start of a killed process on a busy machine; the default would end in refusals that say nothing about the code.
        _description = SystemDescription.Move(
            RepositoryRoot.File(".strangler/up.json"), RepositoryRoot.File(".strangler/plan.json"), directory, static plan =>
            {
                plan["limits"] = new JsonObject { ["holdWrites"] = "00:01:00" };
                // A service is paused and killed here on purpose, and the stages are the coordinators' to move.
                plan["modules"]!["catalog"]!["canary"] = new JsonObject { ["judge"] = false };
            });
    }

    public IReadOnlyList<string> Proxies { get; private set; } = [];

    public IReadOnlyDictionary<string, ISideDatabase> Databases => _databases.Sides;

    /// <summary>What each side sends goes through its wire, by the sender's name.</summary>
    public Dictionary<string, PeerWire> Wires { get; } = [];

    public ProxyState State => _databases.State;

    public TestProcess this[string name] => _processes[name];

    public StranglerAdmin AdminOf(string proxy) => _admins[proxy];

    public Uri UrlOf(string process) => _processes[process].Url;

    public string PointsOf(string proxy) => Path.Combine(_directory, "points", proxy);

    public static async Task<FaultyShop> StartAsync(Template template, string directory, ShopSetting setting, RunHistory history, int seed)
    {
        var databases = await template.CopyAsync(directory, setting.SmallDisk);
        var shop = new FaultyShop(directory, databases, setting.OverNServiceBus ? databases.Queues : null);
        try
        {
            await shop.StartAllAsync(setting, history, seed);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>See <see cref="IShopDatabases.CrashServer"/>.</summary>
    public Task? CrashServer() => _databases.CrashServer();

    /// <summary>No change arrives at either side until disposed.</summary>
    public IDisposable Cut()
    {
        if (_queues is not null) return _queues.Lock();
        foreach (var wire in Wires.Values) wire.Set([WireFault.Drop], 100);
        return new Mended(this);
    }

    /// <summary>Who is what at this moment, for a message.</summary>
    public string Describe()
    {
        try
        {
            return $"State: {State}; {string.Join("; ", Databases.Values.Select(static d => $"{d.Ownership()}, {d.Backlog()} waiting"))}.";
        }
        catch (DbException error)
        {
            return $"The databases cannot be read: {error.Message}";
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes.Values) await process.DisposeAsync();
        foreach (var wire in Wires.Values) await wire.DisposeAsync();
        foreach (var admin in _admins.Values) admin.Dispose();
        await _databases.DisposeAsync();
        foreach (var port in _ports) port.Dispose();
        _description.Dispose();
    }

    private sealed class Mended(FaultyShop shop) : IDisposable
    {
        public void Dispose()
        {
            foreach (var wire in shop.Wires.Values) wire.Clear();
        }
    }

    private static string NameOf(string side) => side == "service" ? "catalog" : side;

    private async Task StartAllAsync(ShopSetting setting, RunHistory history, int seed)
    {
        Dictionary<string, TestProcessStart> starts = [];
        foreach (var side in _sides)
        {
            starts[side] = _description.StartOf(NameOf(side), _directory, SyncKey, Environment(side, setting)) with { Name = side, Log = Path.Combine(_directory, $"{side}.log") };
        }

        foreach (var (side, other) in new[] { ("legacy", "service"), ("service", "legacy") })
        {
            Wires[side] = await PeerWire.StartAsync(starts[other].Url!, history, seed + side.Length);
            starts[side] = starts[side] with { Environment = new Dictionary<string, string>(starts[side].Environment) { ["Sync__Peers__catalog"] = Wires[side].Address.ToString() } };
        }

        Proxies = setting.TwoProxies ? ["proxy-a", "proxy-b"] : ["proxy-a"];
        foreach (var proxy in Proxies) starts[proxy] = ProxyStart(proxy, setting);
        // Each task is awaited although another fails, so that none is left running.
        var started = starts.Values.Select(static start => TestProcess.StartAsync(start with { Environment = Short(start.Environment) })).ToList();
        await Task.WhenAll(started.Select(async task =>
        {
            var process = await task;
            lock (_processes) _processes.Add(process.Name, process);
        }));
        history.Before = Databases["legacy"].Products();
    }

    // They live for seconds: to profile code in order to compile it once more would cost more than it brings.
    private static Dictionary<string, string> Short(IReadOnlyDictionary<string, string> environment) => new(environment) { ["DOTNET_TieredPGO"] = "0" };

    private Dictionary<string, string> Environment(string side, ShopSetting setting)
    {
        var environment = new Dictionary<string, string>(_databases.SettingsOf(side))
        {
            // What hangs is given up soon enough for a short run.
            ["Sync__SendTimeout"] = "00:00:02",
            ["Sync__LeaseDuration"] = "00:00:02",
            ["Sync__MaximumBackoff"] = "00:00:01",
            ["Sync__AcknowledgeTimeout"] = "00:00:02",
        };
        if (_queues is not null) foreach (var (key, value) in _queues.Settings) environment[key] = value;
        if (setting.Break is { } broken) environment[$"Sync__Break__{broken}"] = "true";
        if (setting.Clocks.TryGetValue(side, out var offset)) environment["Sync__Break__ClockOffset"] = offset.ToString("c", CultureInfo.InvariantCulture);
        if (setting.Break is not null || setting.Clocks.ContainsKey(side)) environment["Sync__Break__Allowed"] = "true";
        return environment;
    }

    private TestProcessStart ProxyStart(string name, ShopSetting setting)
    {
        var (open, admin) = (FreePort.Take(), FreePort.Take());
        _ports.AddRange([open, admin]);
        _admins[name] = new StranglerAdmin(new Uri(admin.Url), AdminKey);
        Directory.CreateDirectory(PointsOf(name));
        var environment = new Dictionary<string, string>(_databases.SettingsOf(name))
        {
            ["Strangler__Plan"] = _description.PlanFile,
            ["Strangler__AdminKey"] = AdminKey,
            ["Strangler__SyncKey"] = SyncKey,
            ["Strangler__PublicUrl"] = open.Url,
            ["Strangler__AdminUrl"] = admin.Url,
            ["Strangler__Break__Allowed"] = "true",
            ["Strangler__Break__Points"] = PointsOf(name),
            ["Strangler__Stages__LeaseDuration"] = "00:00:02",
            ["Strangler__Stages__DrainLimit"] = "00:00:03",
            ["Strangler__Stages__FenceLimit"] = "00:00:03",
            ["Strangler__Stages__PreflightLimit"] = "00:00:03",
        };
        if (setting.Clocks.TryGetValue(name, out var offset)) environment["Strangler__Break__ClockOffset"] = offset.ToString("c", CultureInfo.InvariantCulture);
        return new TestProcessStart("proxy/Strangler.Host")
        {
            Name = name, Url = new Uri(open.Url), PassUrl = false, Health = $"{admin.Url}/healthz", Environment = environment, Log = Path.Combine(_directory, $"{name}.log"),
        };
    }
}
