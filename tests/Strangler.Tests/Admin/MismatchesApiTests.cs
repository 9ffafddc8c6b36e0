using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TestKit;

namespace Strangler.Tests.Admin;

[TestClass]
public sealed class MismatchesApiTests
{
    private const string Secret = "opensesame";

    [TestMethod]
    public async Task Mismatches_OfAModule_AreGroupedRedactedAndAskedAgain()
    {
        await using var proxy = await ProxyOverPlainServers.StartAsync();
        await proxy.PostAsync("/admin/modules/prices/advance", new { to = "Shadow" });
        proxy.ServiceFails = true;
        for (var i = 0; i < 3; i++) await ReadAsync(proxy, $"/prices/{i}");
        var found = await Eventually.GetAsync(() => MismatchesAsync(proxy), static seen => (long?)seen["groups"]!.AsArray().FirstOrDefault()?["count"] == 3);
        var group = found["groups"]![0]!;
        Assert.AreEqual("prices.one Value status 200 503", $"{group["endpointId"]} {group["kind"]} {group["path"]} {group["example"]!["legacy"]} {group["example"]!["service"]}");
        Assert.DoesNotContain(Secret, found.ToJsonString());
        Assert.AreEqual("(redacted)", group["request"]!["headers"]!.AsArray().Single(static h => (string?)h!["key"] == "Cookie")!["value"]!.ToString());
        Assert.AreEqual(3L, (long)(await proxy.ModuleAsync("prices"))["endpoints"]![0]!["takenIn"]!);

        var still = await proxy.PostAsync($"/admin/modules/prices/mismatches/{group["id"]}/ask");
        Assert.AreEqual("Mismatch true 200 503", $"{still["class"]} {still["stillThere"]} {still["legacy"]!["status"]} {still["service"]!["status"]}");
        Assert.AreEqual("Cookie", string.Join(", ", still["askedWithout"]!.AsArray()));
        proxy.ServiceFails = false;
        var mended = await proxy.PostAsync($"/admin/modules/prices/mismatches/{group["id"]}/ask");
        Assert.AreEqual("Match false", $"{mended["class"]} {mended["stillThere"]}");
        await proxy.PostAsync("/admin/modules/prices/mismatches/00000000/ask", null, HttpStatusCode.BadRequest);
        await proxy.PostAsync("/admin/modules/other/mismatches/00000000/ask", null, HttpStatusCode.NotFound);
    }

    private static async Task ReadAsync(ProxyOverPlainServers proxy, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"session={Secret}");
        using var answer = await proxy.Public.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task<JsonObject> MismatchesAsync(ProxyOverPlainServers proxy) => (await proxy.Admin.GetFromJsonAsync<JsonObject>("/admin/modules/prices/mismatches"))!;
}
