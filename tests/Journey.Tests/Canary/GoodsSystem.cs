using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using TestKit;
using TestKit.Processes;

namespace Journey.Tests.Canary;

/// <summary>Two servers that know nothing of each other as legacy and service, and two proxies over one state before them. All are processes.</summary>
internal sealed class GoodsSystem : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<StranglerProxy> _proxies = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseProxy = false });
    private TestProcess _legacy = null!;

    public TestProcess Service { get; private set; } = null!;

    public IReadOnlyList<Uri> Public => [.. _proxies.Select(static p => p.Url)];

    public StranglerAdmin Admin => _proxies[0].Admin;

    public static async Task<GoodsSystem> StartAsync()
    {
        var system = new GoodsSystem();
        try
        {
            system._legacy = await TestProcess.StartAsync(new TestProcessStart("tests/FakeServer") { Name = "legacy" });
            system.Service = await TestProcess.StartAsync(new TestProcessStart("tests/FakeServer") { Name = "service" });
            // The least slowdown is what a shared machine does not make by itself.
            system._proxies.Add(await StranglerProxy.StartAsync($$"""
                { "legacy": { "address": "{{system._legacy.Url}}" },
                  "clients": { "header": "X-Client" },
                  "modules": { "goods": { "service": { "addresses": ["{{system.Service.Url}}"] }, "data": "shared",
                    "endpoints": [ { "id": "goods.one", "match": "GET /goods/{id}" } ],
                    "gates": { "minimumComparisons": 20 },
                    "canary": { "minimumSlowdown": "00:00:00.100", "maximumLatencyRatio": 1.1 } } } }
                """, system._directory));
            system._proxies.Add(await StranglerProxy.StartAnotherAsync("second proxy", system._directory));
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the service answers from now on; without arguments as it should.</summary>
    public async Task ServiceAsync(string query = "")
    {
        using var answer = await _client.PostAsync(new Uri(Service.Url, "/fake" + query), null);
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
    }

    public async Task<int> ServiceFailuresAsync() => int.Parse(await _client.GetStringAsync(new Uri(Service.Url, "/fake/failed")), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The judge's entries of the audit log, oldest first.</summary>
    public async Task<JsonObject[]> JudgedAsync()
    {
        var log = JsonNode.Parse(await Admin.Client.GetStringAsync("/admin/audit?module=goods&limit=1000"))!;
        return [.. log["entries"]!.AsArray().OfType<JsonObject>().Where(static e => (string?)e["action"] == "judged").Reverse()];
    }

    public async Task<JsonElement> StatusAsync() => await Admin.StatusAsync("goods");

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var proxy in _proxies) await proxy.DisposeAsync();
        foreach (var server in new[] { Service, _legacy }.OfType<TestProcess>()) await server.DisposeAsync();
        _directory.Dispose();
    }
}
