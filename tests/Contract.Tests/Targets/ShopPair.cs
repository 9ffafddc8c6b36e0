using System.Net.Http.Json;
using System.Text.Json;
using TestKit;
using TestKit.Databases;
using TestKit.Processes;

namespace Contract.Tests.Targets;

/// <summary>The monolith and the service as real processes with databases of their own.</summary>
internal sealed class ShopPair : IAsyncDisposable
{
    private const string Key = "key-of-the-contract-tests";
    private readonly TemporaryDirectory _directory = new();
    private readonly FreePort _legacyPort = FreePort.Take();
    private readonly FreePort _servicePort = FreePort.Take();
    private readonly Dictionary<string, TestDatabase> _databases = [];
    private TestProcess? _legacy;
    private TestProcess? _service;

    public Uri Legacy => new(_legacyPort.Url);

    public Uri Service => new(_servicePort.Url);

    public string Output => $"legacy:\n{_legacy?.Output}\ncatalog:\n{_service?.Output}";

    /// <summary>Both on databases of the given kind.</summary>
    public static async Task<ShopPair> StartAsync(string provider = TestDatabase.Sqlite)
    {
        var pair = new ShopPair();
        foreach (var name in new[] { "legacy", "catalog" }) pair._databases[name] = await TestDatabase.CreateAsync(provider);
        pair._legacy = await TestProcess.StartAsync(pair.Start("legacy", "legacy/Legacy.Host", pair._legacyPort, pair._servicePort));
        pair._service = await TestProcess.StartAsync(pair.Start("catalog", "extracted/Catalog.Service", pair._servicePort, pair._legacyPort));
        return pair;
    }

    /// <summary>Fills the service from the monolith and makes it the owner, as the proxy would.</summary>
    public async Task HandOverAsync()
    {
        using var legacy = Client(Legacy);
        using var service = Client(Service);
        var epoch = (await legacy.GetFromJsonAsync<JsonElement>("")).GetProperty("epoch").GetInt64();
        await PostAsync(legacy, "capture", new { enabled = true });
        await PostAsync(service, "follow", new { epoch, reset = true });
        await PostAsync(legacy, "backfill", new { restart = true });
        await Eventually.GetAsync(
            () => legacy.GetFromJsonAsync<JsonElement>(""),
            status => status.GetProperty("backfill").GetProperty("state").GetString() == "complete" && status.GetProperty("pending").GetInt32() == 0,
            TimeSpan.FromSeconds(60),
            "The backfill");
        var fenced = await PostAsync(legacy, "fence", new { epoch });
        await PostAsync(legacy, "drain", new { position = fenced.GetProperty("position").GetInt64(), timeoutMs = 10_000 });
        await PostAsync(service, "open", new { epoch = epoch + 1, keys = fenced.GetProperty("keys"), capture = true });
        await PostAsync(legacy, "follow", new { epoch = epoch + 1 });
    }

    public async ValueTask DisposeAsync()
    {
        if (_legacy is not null) await _legacy.DisposeAsync();
        if (_service is not null) await _service.DisposeAsync();
        foreach (var database in _databases.Values) await database.DisposeAsync();
        _legacyPort.Dispose();
        _servicePort.Dispose();
        _directory.Dispose();
    }

    private TestProcessStart Start(string name, string project, FreePort own, FreePort peer) => new(project)
    {
        Name = name,
        Url = new Uri(own.Url),
        Environment = new Dictionary<string, string>
        {
            ["Database__Provider"] = _databases[name].Provider,
            ["Database__ConnectionString"] = _databases[name].ConnectionString,
            ["Keys__Directory"] = _directory.File("keys"),
            [ShopApi.Setting] = ShopApi.Key,
            ["Sync__Key"] = Key,
            ["Sync__Peers__catalog"] = peer.Url,
        },
    };

    private static HttpClient Client(Uri side)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(side, "/_sync/modules/catalog") };
        client.DefaultRequestHeaders.Add("Strangler-Key", Key);
        return client;
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string action, object body)
    {
        using var answer = await client.PostAsJsonAsync($"catalog/{action}", body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.IsTrue(answer.IsSuccessStatusCode, $"{action} answered {(int)answer.StatusCode}: {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
