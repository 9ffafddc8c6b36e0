using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Strangler.Tests.Admin;

[TestClass]
public sealed class AdminApiTests
{
    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("the-admin-keY")]
    [DataRow("the-admin-key-and-more")]
    public async Task Call_WithoutTheKey_IsRefused(string? key)
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        using var client = new HttpClient { BaseAddress = proxy.AdminUrl };
        if (key is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Strangler-Key", key);
        foreach (var path in (string[])["/admin/status", "/admin/audit", "/admin/modules/prices/mismatches"])
        {
            using var answer = await client.GetAsync(path);
            Assert.AreEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.AreEqual("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }

        using var posted = await client.PostAsync("/admin/modules/prices/advance", null);
        Assert.AreEqual(HttpStatusCode.Unauthorized, posted.StatusCode);
        Assert.AreEqual("Legacy", (string?)(await proxy.ModuleAsync("prices"))["stage"]);
    }

    [TestMethod]
    public async Task PublicListener_AdminPath_BelongsToTheApplication()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/status");
        request.Headers.Host = proxy.AdminUrl.Authority;
        request.Headers.Add("Strangler-Key", ProxyOverPlainServers.Key);
        using var answer = await proxy.Public.SendAsync(request);
        Assert.AreEqual("the application's own page, by legacy", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("front page", await proxy.Public.GetStringAsync("/"));
    }

    [TestMethod]
    public async Task AdminListener_OtherPaths_AreNotForwarded()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        using var answer = await proxy.Admin.GetAsync("/convert");
        Assert.AreEqual(HttpStatusCode.NotFound, answer.StatusCode);
        using var page = await proxy.Admin.GetAsync("/");
        Assert.AreEqual("text/html", page.Content.Headers.ContentType?.MediaType);
        StringAssert.Contains(page.Headers.GetValues("Content-Security-Policy").Single(), "default-src 'none'");
        var html = await page.Content.ReadAsStringAsync();
        Assert.DoesNotContain("http://", html);
        Assert.DoesNotContain("https://", html);
    }

    [TestMethod]
    [DataRow("/admin/modules/other/advance", "{}", 404, "prices, rates")]
    [DataRow("/admin/modules/prices/advance", """{"to":"Nowhere"}""", 400, "Extracted")]
    [DataRow("/admin/modules/prices/advance", """{"percent":101}""", 400, "1 to 100")]
    [DataRow("/admin/modules/prices/advance", """{"percent":10}""", 400, "Canary")]
    [DataRow("/admin/modules/prices/advance", """{"force":true}""", 400, "--reason")]
    [DataRow("/admin/modules/prices/advance", "{", 400, "JSON")]
    [DataRow("/admin/modules/prices/rollback", "{}", 400, "Legacy")]
    [DataRow("/admin/modules/prices/hold", "{}", 400, "endpoint")]
    [DataRow("/admin/modules/prices/hold", """{"endpoint":"prices.two","stage":"Shadow"}""", 400, "prices.one")]
    [DataRow("/admin/modules/prices/hold", """{"endpoint":"prices.set","stage":"Shadow"}""", 400, "writes")]
    [DataRow("/admin/modules/prices/backfill", "{}", 400, "shared")]
    [DataRow("/admin/modules/prices/parked/discard", """{"positions":[1]}""", 400, "shared")]
    [DataRow("/admin/modules/rates/reconcile", "{}", 400, "none")]
    public async Task Call_ThatMakesNoSense_SaysHowToMendIt(string path, string body, int status, string says)
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using var answer = await proxy.Admin.PostAsync(path, content);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.AreEqual(status, (int)answer.StatusCode, problem.ToJsonString());
        StringAssert.Contains((string?)problem["title"], says);
        Assert.IsNotNull((string?)problem["mend"]);
    }

    [TestMethod]
    [DataRow("""{"percent":101}""", 400)]
    [DataRow(null, 409)]
    public async Task Call_OverHttp2WithoutALength_IsReadAsItIs(string? body, int status)
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        proxy.ServiceFails = true;
        await proxy.PostAsync("/admin/modules/prices/advance", new { to = "Shadow" });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(proxy.AdminHttp2Url, "/admin/modules/prices/advance")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Strangler-Key", ProxyOverPlainServers.Key);
        if (body is not null) request.Content = new StreamContent(new BodyOfUnknownLength(Encoding.UTF8.GetBytes(body)));
        using var client = new HttpClient();
        using var answer = await client.SendAsync(request);
        Assert.AreEqual(status, (int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Quiet_AfterALegacyCall_NamesTheEndpointAndTheTime()
    {
        var (proxy, _, _) = await ProxyOverPlainServers.StartSyncedAsync();
        await using var owned = proxy;
        await proxy.PostAsync("/admin/modules/catalog/advance", new { to = "Extracted" });
        async Task<string> QuietAsync() => (string)(await proxy.ModuleAsync("catalog"))["conditions"]!.AsArray().Single(c => (string?)c!["name"] == "legacy quiet")!["measured"]!;
        StringAssert.Matches(await QuietAsync(), new Regex(@"^for 00:00:\d\d: at \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ the module came to Extracted$"));

        using var answer = await proxy.Public.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri($"{proxy.PublicUrl}read/a%2Fb", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })));
        StringAssert.Matches(await QuietAsync(), new Regex(@"Z GET /read/\{id\}, its path spelled ambiguously, was sent to the legacy$"));
    }

    [TestMethod]
    public async Task Status_OwnerDoesNotAnswer_SaysUnknownRatherThanNothing()
    {
        var (proxy, legacy, _) = await ProxyOverPlainServers.StartSyncedAsync();
        await using var owned = proxy;
        Assert.AreEqual(0, (int)(await proxy.ModuleAsync("catalog"))["sync"]!["pending"]!);
        legacy.Fault = _ => "down";
        var module = await proxy.ModuleAsync("catalog");
        Assert.IsNull(module["sync"]!["pending"]);
        Assert.IsNull(module["sync"]!["lagSeconds"]);
        StringAssert.Contains(string.Join(" ", module["unmet"]!.AsArray()), "legacy sync");
    }

    [TestMethod]
    public async Task Status_HasTheAgreedShape()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        var module = await proxy.ModuleAsync("prices");
        foreach (var field in (string[])["name", "stage", "percent", "owner", "epoch", "sync", "endpoints", "unmet", "data", "switching", "fallbacks", "conditions"])
            Assert.IsNotNull(module[field], field);
        foreach (var field in (string[])["pending", "parked", "lagSeconds"]) Assert.IsNotNull(module["sync"]![field], field);
        var endpoint = module["endpoints"]![0]!;
        Assert.AreEqual("prices.one", (string?)endpoint["id"]);
        Assert.AreEqual("Legacy", (string?)endpoint["stage"]);
        Assert.AreEqual(0, (int)endpoint["counts"]!["Match"]!);
        var condition = module["conditions"]![0]!;
        Assert.AreEqual("service healthy", (string?)condition["name"]);
        Assert.IsTrue((bool)condition["met"]!);
    }

    private sealed class BodyOfUnknownLength(byte[] body) : MemoryStream(body)
    {
        public override bool CanSeek => false;
    }
}
