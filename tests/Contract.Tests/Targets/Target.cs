using System.Collections.Concurrent;

namespace Contract.Tests.Targets;

/// <summary>Where the suite asks: the catalog's own address, and where the rest of the shop (signing in) answers.</summary>
public sealed record Target(Uri Catalog, Uri Shop);

/// <summary>The targets, each started once for all tests.</summary>
[TestClass]
public sealed class RunningTargets
{
    private static readonly List<IAsyncDisposable> _running = [];
    private static readonly ConcurrentDictionary<string, Lazy<Task<Target>>> _proxies = new();

    private static readonly Lazy<Task<Target>> _legacy = new(async () =>
    {
        var pair = Add(await ShopPair.StartAsync());
        return new Target(pair.Legacy, pair.Legacy);
    });

    private static readonly Lazy<Task<Target>> _service = new(async () =>
    {
        var pair = Add(await ShopPair.StartAsync());
        await pair.HandOverAsync();
        return new Target(pair.Service, pair.Legacy);
    });

    internal static Task<Target> Legacy => _legacy.Value;

    internal static Task<Target> Service => _service.Value;

    internal static Task<Target> ProxyAt(string stage) => _proxies.GetOrAdd(stage, static name => new Lazy<Task<Target>>(async () =>
    {
        var system = Add(await ProxiedShop.StartAsync(name));
        return new Target(system.PublicUrl, system.PublicUrl);
    })).Value;

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        foreach (var system in _running) await system.DisposeAsync();
    }

    private static T Add<T>(T system)
        where T : IAsyncDisposable
    {
        lock (_running) _running.Add(system);
        return system;
    }
}
