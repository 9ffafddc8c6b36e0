using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Strangler.Admin;
using Strangler.Stages;
using Strangler.Tests.Stages;
using TestKit;

namespace Strangler.Tests.Admin;

/// <summary>A whole proxy, public and admin listener, in front of two servers that know nothing of it. One module is shared, one keeps no data.</summary>
internal sealed class ProxyOverPlainServers : IAsyncDisposable
{
    public const string Key = "the-admin-key";
    private readonly TemporaryDirectory _directory = new();
    private readonly IAsyncDisposable _legacy;
    private readonly IAsyncDisposable _service;
    private WebApplication? _app;

    private ProxyOverPlainServers(IAsyncDisposable legacy, IAsyncDisposable service) => (_legacy, _service) = (legacy, service);

    public Uri PublicUrl { get; private set; } = null!;

    public Uri AdminUrl { get; private set; } = null!;

    /// <summary>The same as <see cref="AdminUrl"/> for callers of HTTP/2.</summary>
    public Uri AdminHttp2Url { get; private set; } = null!;

    public HttpClient Public { get; private set; } = null!;

    public HttpClient Admin { get; private set; } = null!;

    public string Directory => _directory.Path;

    public bool ServiceFails { get; set; }

    public static async Task<ProxyOverPlainServers> StartAsync()
    {
        ProxyOverPlainServers? made = null;
        void Map(WebApplication app, string name)
        {
            app.MapGet("/", () => "front page");
            app.MapGet("/prices/{id}", (string id) => made!.ServiceFails && name == "service" ? Microsoft.AspNetCore.Http.Results.StatusCode(503) : Microsoft.AspNetCore.Http.Results.Text($"price of {id}"));
            app.MapPost("/prices/{id}", () => name);
            app.MapGet("/convert", () => "1.5");
            app.MapGet("/admin/status", () => $"the application's own page, by {name}");
        }

        var (legacy, service) = (await WebHost.StartAsync(app => Map(app, "legacy")), await WebHost.StartAsync(app => Map(app, "service")));
        made = new ProxyOverPlainServers(legacy, service);
        await made.StartProxyAsync($$"""
            { "legacy": { "address": "{{legacy.Address}}" },
              "modules": {
                "prices": { "service": { "addresses": ["{{service.Address}}"] }, "data": "shared",
                  "endpoints": [ { "id": "prices.one", "match": "GET /prices/{id}" }, { "id": "prices.set", "match": "POST /prices/{id}", "writes": true } ],
                  "gates": { "minimumComparisons": 5, "quietBeforeRetirement": "00:00:00" } },
                "rates": { "service": { "addresses": ["{{service.Address}}"] }, "data": "none",
                  "endpoints": [ { "id": "rates.convert", "match": "GET /convert" } ], "gates": { "minimumComparisons": 5, "quietBeforeRetirement": "00:00:00" } } } }
            """);
        return made;
    }

    /// <summary>The same in front of the two sides of a synced module, catalog.</summary>
    public static async Task<(ProxyOverPlainServers Proxy, FakeSide Legacy, FakeSide Service)> StartSyncedAsync()
    {
        var (legacy, service) = await FakeSide.StartPairAsync();
        var made = new ProxyOverPlainServers(legacy, service);
        await made.StartProxyAsync($$"""
            { "legacy": { "address": "{{legacy.Address}}" },
              "modules": { "catalog": { "service": { "addresses": ["{{service.Address}}"] }, "data": "synced",
                "endpoints": [ { "id": "catalog.read", "match": "GET /read/{id}" }, { "id": "catalog.write", "match": "POST /write", "writes": true } ],
                "gates": { "minimumComparisons": 0, "quietBeforeRetirement": "01:00:00" } } } }
            """);
        return (made, legacy, service);
    }

    public async Task<JsonObject> PostAsync(string path, object? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await Admin.PostAsJsonAsync(path, body ?? new { });
        var text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(expected, answer.StatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    public async Task<JsonNode> ModuleAsync(string module) => (await Admin.GetFromJsonAsync<JsonObject>($"/admin/status?module={module}"))!["modules"]![0]!;

    public async ValueTask DisposeAsync()
    {
        Public.Dispose();
        Admin.Dispose();
        await _app!.DisposeAsync();
        await _legacy.DisposeAsync();
        await _service.DisposeAsync();
        _directory.Dispose();
    }

    private async Task StartProxyAsync(string text)
    {
        var plan = _directory.File("plan.json");
        await File.WriteAllTextAsync(plan, text);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Strangler:Plan"] = plan, ["Strangler:State"] = _directory.File("state.db"), ["Strangler:AdminKey"] = Key, ["Strangler:SyncKey"] = FakeSide.Key });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ConfigureStrangler();
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseStranglerAdmin());
            kestrel.Listen(IPAddress.Loopback, 0, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                listener.UseStranglerAdmin();
            });
        });
        builder.Services.AddStrangler(builder.Configuration);
        builder.Services.AddStranglerStages();
        _app = builder.Build();
        _app.UseStrangler();
        _app.UseRouting();
        _app.MapStranglerAdmin();
        await _app.StartAsync();
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a)).ToArray();
        (PublicUrl, AdminUrl, AdminHttp2Url) = (addresses[0], addresses[1], addresses[2]);
        Public = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = PublicUrl };
        Admin = new HttpClient { BaseAddress = AdminUrl };
        Admin.DefaultRequestHeaders.Add("Strangler-Key", Key);
    }
}
