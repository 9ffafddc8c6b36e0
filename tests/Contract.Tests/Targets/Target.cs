using System.Collections.Concurrent;

namespace Contract.Tests.Targets;

/// <summary>Where the suite asks: the catalog's own address, where the rest of the shop (signing in) answers, and what the processes behind have written last.</summary>
public sealed record Target(Uri Catalog, Uri Shop, Func<string> Output)
{
    /// <summary>What a test does around each request.</summary>
    public Func<Func<Task>, Task> Around { get; init; } = static request => request();
}

/// <summary>The targets, each started once for all tests.</summary>
[TestClass]
public sealed class RunningTargets
{
    private static readonly List<IAsyncDisposable> _running = [];
    private static readonly ConcurrentDictionary<string, Lazy<Task<Target>>> _targets = new();

    internal static Task<Target> LegacyOn(string provider) => Once($"legacy {provider}", async () =>
    {
        var pair = Add(await ShopPair.StartAsync(provider));
        return new Target(pair.Legacy, pair.Legacy, () => pair.Output);
    });

    internal static Task<Target> ServiceOn(string provider) => Once($"service {provider}", async () =>
    {
        var pair = Add(await ShopPair.StartAsync(provider));
        await pair.HandOverAsync();
        return new Target(pair.Service, pair.Legacy, () => pair.Output);
    });

    internal static Task<Target> ProxyAt(string stage) => Once($"proxy {stage}", async () =>
    {
        var system = Add(await ProxiedShop.StartAsync(stage));
        return new Target(system.PublicUrl, system.PublicUrl, () => string.Join('\n', system.Processes.Select(process => $"{process.Name}:\n{process.Output}")));
    });

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        foreach (var system in _running) await system.DisposeAsync();
    }

    private static Task<Target> Once(string name, Func<Task<Target>> start) => _targets.GetOrAdd(name, _ => new Lazy<Task<Target>>(start)).Value;

    private static T Add<T>(T system)
        where T : IAsyncDisposable
    {
        lock (_running) _running.Add(system);
        return system;
    }
}
