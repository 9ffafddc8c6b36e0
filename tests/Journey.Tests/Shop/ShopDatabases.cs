using TestKit.Databases;
using TestKit.Processes;

namespace Journey.Tests.Shop;

/// <summary>What the processes of one shop keep: a database of each side and of the proxies, and one of queues where the sides are to use NServiceBus.</summary>
internal sealed class ShopDatabases : IAsyncDisposable
{
    private const string Proxy = "proxy";
    private const string Queues = "queues";
    private static readonly Dictionary<string, string> _otherSide = new() { ["legacy"] = "catalog", ["catalog"] = "legacy" };
    private readonly Dictionary<string, TestDatabase> _databases = [];

    private ShopDatabases()
    {
    }

    /// <summary>What a proxy is told; nothing where its state is a file of its own.</summary>
    public IReadOnlyDictionary<string, string> ProxySettings => _databases[Proxy].Provider switch
    {
        TestDatabase.Sqlite => new Dictionary<string, string>(),
        // Everything is on one server, which may be slow: changes are older there, and how long writes wait is measured elsewhere.
        TestDatabase.SqlServer => new Dictionary<string, string>(SettingsOf(Proxy, "Strangler__Database__")) { ["Strangler__Stages__PreflightLag"] = "00:00:05" },
        _ => SettingsOf(Proxy, "Strangler__Database__"),
    };

    /// <summary>Empty databases; the test is inconclusive where there is no such server, or where the shop is built without the channel.</summary>
    public static async Task<ShopDatabases> CreateAsync(string provider, string channel)
    {
        RequireBuiltWith(channel);
        var databases = new ShopDatabases();
        try
        {
            string[] names = [.. _otherSide.Keys, Proxy];
            foreach (var name in channel == ChannelSettings.NServiceBus ? [.. names, Queues] : names) databases._databases[name] = await TestDatabase.CreateAsync(provider);
            return databases;
        }
        catch
        {
            await databases.DisposeAsync();
            throw;
        }
    }

    /// <summary>The test is inconclusive where the shop's programs do not have the channel.</summary>
    public static void RequireBuiltWith(string channel)
    {
#if !NSERVICEBUS
        if (channel == ChannelSettings.NServiceBus) Assert.Inconclusive("The shop is built without NServiceBus. Build and test it with -p:NServiceBus=true.");
#endif
    }

    /// <summary>What a process of a side is told.</summary>
    public IReadOnlyDictionary<string, string> SettingsOf(string side)
    {
        var settings = SettingsOf(side, "Database__");
        if (!_databases.TryGetValue(Queues, out var queues)) return settings;
        return settings.Concat(ChannelSettings.OverNServiceBus(side, _otherSide[side], "catalog", queues)).ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var database in _databases.Values) await database.DisposeAsync();
    }

    private Dictionary<string, string> SettingsOf(string name, string prefix) => new()
    {
        [$"{prefix}Provider"] = _databases[name].Provider,
        [$"{prefix}ConnectionString"] = _databases[name].ConnectionString,
    };
}
