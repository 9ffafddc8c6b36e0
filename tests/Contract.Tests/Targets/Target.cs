namespace Contract.Tests.Targets;

/// <summary>Where the suite asks: the catalog's own address, and where the rest of the shop (signing in) answers.</summary>
public sealed record Target(Uri Catalog, Uri Shop);

/// <summary>The targets, each started once for all tests.</summary>
[TestClass]
public sealed class RunningTargets
{
    private static readonly List<ShopPair> _pairs = [];

    private static readonly Lazy<Task<Target>> _legacy = new(async () =>
    {
        var pair = await AddAsync();
        return new Target(pair.Legacy, pair.Legacy);
    });

    private static readonly Lazy<Task<Target>> _service = new(async () =>
    {
        var pair = await AddAsync();
        await pair.HandOverAsync();
        return new Target(pair.Service, pair.Legacy);
    });

    internal static Task<Target> Legacy => _legacy.Value;

    internal static Task<Target> Service => _service.Value;

    [AssemblyCleanup]
    public static async Task StopAsync()
    {
        foreach (var pair in _pairs) await pair.DisposeAsync();
    }

    private static async Task<ShopPair> AddAsync()
    {
        var pair = await ShopPair.StartAsync();
        lock (_pairs) _pairs.Add(pair);
        return pair;
    }
}
