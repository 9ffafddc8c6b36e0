using Microsoft.AspNetCore.Http;
using Strangler.Decision;
using Strangler.Stages;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class CanaryTests
{
    [TestMethod]
    public async Task FiveHundredClients_ThroughTheProxy_AreSplitWithinFivePointsAndStay()
    {
        await using var test = await ProxyUnderTest.StartAsync(extra: "\"clients\": { \"header\": \"X-Client\" },");
        test.Publish(Stage.Canary, 20);
        var at20 = await ChosenAsync();
        Assert.AreEqual(20, at20.Count / 5.0, 5.0);
        test.Publish(Stage.Canary, 60);
        var at60 = await ChosenAsync();
        Assert.AreEqual(60, at60.Count / 5.0, 5.0);
        Assert.IsTrue(at20.IsSubsetOf(at60), "Nobody moves back");

        async Task<HashSet<int>> ChosenAsync()
        {
            var chosen = new HashSet<int>();
            for (var i = 0; i < 500; i++)
            {
                if (await SideAsync(test, ("X-Client", $"client-{i}")) == "service") chosen.Add(i);
            }

            return chosen;
        }
    }

    [TestMethod]
    [DataRow(Stage.Shadow, "service", "service")]
    [DataRow(Stage.Canary, "legacy", "legacy")]
    [DataRow(Stage.Extracted, "legacy", "legacy")]
    [DataRow(Stage.Syncing, "service", "legacy")]
    public async Task Tester_WithAToken_IsAnsweredByTheSideItNames(Stage stage, string asked, string answered)
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(stage, 100, stage == Stage.Extracted ? Side.Service : Side.Legacy);
        var token = test.Get<SideToken>().Make(Enum.Parse<Side>(asked, ignoreCase: true), DateTimeOffset.MaxValue.AddDays(-1));
        Assert.AreEqual(answered, await SideAsync(test, (SideToken.Header, token)));
    }

    [TestMethod]
    public async Task Token_ExpiredOrNotTheProxysOwn_ChangesNothing()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stage.Canary, 0);
        var good = test.Get<SideToken>().Make(Side.Service, DateTimeOffset.MaxValue.AddDays(-1));
        Assert.AreEqual("service", await SideAsync(test, (SideToken.Header, good)));
        var signer = test.Get<CookieSigner>();
        foreach (var bad in (string[])
        [
            test.Get<SideToken>().Make(Side.Service, DateTimeOffset.UnixEpoch), good.Replace("service", "legacy", StringComparison.Ordinal), good[..^1] + (good[^1] == 'A' ? 'B' : 'A'), "service", "service;9999999999",
            signer.Sign("strangler-client", "service;9999999999"), signer.Sign(SideToken.Header, "elsewhere;9999999999"), signer.Sign(SideToken.Header, "service;soon"),
        ])
            Assert.AreEqual("legacy", await SideAsync(test, (SideToken.Header, bad)), bad);
    }

    [TestMethod]
    public async Task Token_IsShownToNoUpstreamAndMovesNoWrite()
    {
        await using var test = await ProxyUnderTest.StartAsync(Headers("legacy"), Headers("service"));
        test.Publish(Stage.Canary, 0);
        var token = test.Get<SideToken>().Make(Side.Service, DateTimeOffset.MaxValue.AddDays(-1));
        using var read = Request(HttpMethod.Get, token);
        using var answer = await test.Client.SendAsync(read);
        Assert.AreEqual("service: none", await answer.Content.ReadAsStringAsync());
        using var write = Request(HttpMethod.Put, token);
        using var written = await test.Client.SendAsync(write);
        Assert.AreEqual("legacy: none", await written.Content.ReadAsStringAsync());
        Assert.IsNull(test.Ledger.Samples.Of("catalog.product"), "A tester's requests are no sample of what clients meet");

        static RequestDelegate Headers(string name) => context =>
            context.Response.WriteAsync($"{name}: {context.Request.Headers[SideToken.Header].FirstOrDefault() ?? "none"}");

        static HttpRequestMessage Request(HttpMethod method, string token)
        {
            var request = new HttpRequestMessage(method, "/api/products/1");
            request.Headers.TryAddWithoutValidation(SideToken.Header, token);
            return request;
        }
    }

    private static async Task<string> SideAsync(ProxyUnderTest test, (string Name, string Value) header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        request.Headers.TryAddWithoutValidation(header.Name, header.Value);
        using var answer = await test.Client.SendAsync(request);
        return answer.Headers.GetValues("X-Side").Single();
    }
}
