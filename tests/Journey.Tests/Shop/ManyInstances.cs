using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Shop;

/// <summary>Two instances of each side, each pair on one database, and two proxies that share their state: either proxy knows an instance of the legacy of its own, and both of the service.</summary>
internal sealed class ManyInstances : IAsyncDisposable
{
    private const string Key = "sync-key-of-the-tests";
    private const string AdminKey = "admin-key-of-the-tests";
    private readonly TemporaryDirectory _directory = new();
    private readonly List<FreePort> _ports = [];
    private readonly ShopDatabases _databases;
    private readonly List<TestProcess> _processes = [];

    private ManyInstances(ShopDatabases databases)
    {
        _databases = databases;
        Legacies = [Port(), Port()];
        Services = [Port(), Port()];
        Proxies = [Port(), Port()];
        var admins = new[] { Port(), Port() };
        AdminUrls = admins;
        Admins = [.. admins.Select(static url => new StranglerAdmin(url, AdminKey))];
    }

    public IReadOnlyList<Uri> Legacies { get; }

    public IReadOnlyList<Uri> Services { get; }

    public IReadOnlyList<Uri> Proxies { get; }

    public IReadOnlyList<StranglerAdmin> Admins { get; }

    private IReadOnlyList<Uri> AdminUrls { get; }

    public static async Task<ManyInstances> StartAsync(string provider, string channel)
    {
        var shop = new ManyInstances(await ShopDatabases.CreateAsync(provider, channel));
        try
        {
            // The first of each kind makes the tables and fills them; the second finds them there.
            for (var n = 0; n < 2; n++)
            {
                await shop.StartAsync([
                    shop.Side("legacy", "legacy/Legacy.Host", shop.Legacies[n], shop.Services[n]),
                    shop.Side("catalog", "extracted/Catalog.Service", shop.Services[n], shop.Legacies[n])]);
            }

            await shop.StartAsync(Enumerable.Range(0, 2).Select(shop.Proxy));
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var admin in Admins) admin.Dispose();
        foreach (var process in _processes) await process.DisposeAsync();
        await _databases.DisposeAsync();
        foreach (var port in _ports) port.Dispose();
        _directory.Dispose();
    }

    private Uri Port()
    {
        var port = FreePort.Take();
        _ports.Add(port);
        return new Uri(port.Url);
    }

    private async Task StartAsync(IEnumerable<TestProcessStart> starts)
    {
        // Each task is awaited although another fails, so that none is left running.
        await Task.WhenAll(starts.Select(TestProcess.StartAsync).ToList().Select(async started =>
        {
            var process = await started;
            lock (_processes) _processes.Add(process);
        }));
    }

    private TestProcessStart Side(string name, string project, Uri own, Uri peer) => new(project)
    {
        Name = name,
        Url = own,
        ReadyLimit = TimeSpan.FromMinutes(4),
        Environment = new Dictionary<string, string>(_databases.SettingsOf(name))
        {
            ["Keys__Directory"] = _directory.File("keys"),
            [ShopApi.Setting] = ShopApi.Key,
            ["Seed__Products"] = "200",
            ["Sync__Key"] = Key,
            ["Sync__Peers__catalog"] = Text(peer),
        },
    };

    private TestProcessStart Proxy(int number) => new("proxy/Strangler.Host")
    {
        Name = $"proxy {number}",
        Url = Proxies[number],
        PassUrl = false,
        Health = new Uri(AdminUrls[number], "/healthz").ToString(),
        ReadyLimit = TimeSpan.FromMinutes(4),
        Environment = new Dictionary<string, string>(_databases.ProxySettings)
        {
            ["Strangler__Plan"] = WritePlan(number),
            ["Strangler__State"] = _directory.File($"unused-{number}.db"),
            ["Strangler__AdminKey"] = AdminKey,
            ["Strangler__SyncKey"] = Key,
            ["Strangler__PublicUrl"] = Text(Proxies[number]),
            ["Strangler__AdminUrl"] = Text(AdminUrls[number]),
        },
    };

    private string WritePlan(int number)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var plan = JsonNode.Parse(File.ReadAllText(RepositoryRoot.File(".strangler/plan.json")), documentOptions: options)!;
        plan["legacy"]!["address"] = Text(Legacies[number]);
        plan["modules"]!["catalog"]!["service"]!["addresses"] = new JsonArray(Text(Services[number]), Text(Services[1 - number]));
        var file = _directory.File($"plan-{number}.json");
        File.WriteAllText(file, plan.ToJsonString(JsonSerializerOptions.Web));
        return file;
    }

    private static string Text(Uri url) => url.ToString().TrimEnd('/');
}
