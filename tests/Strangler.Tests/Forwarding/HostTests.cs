using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TestKit;
using TestKit.Processes;

namespace Strangler.Tests.Forwarding;

/// <summary>What only the host's own settings decide.</summary>
[TestClass]
public sealed class HostTests
{
    [TestMethod]
    public async Task Trace_OfTheClient_ReachesTheSideAsItCameAndNoneIsMadeUp()
    {
        using var directory = new TemporaryDirectory();
        await using var legacy = await WebHost.StartAsync(static app => app.Run(static context => context.Response.WriteAsync(
            $"{context.Request.Headers.TraceParent}|{context.Request.Headers.TraceState}|{context.Request.Headers.Baggage}")));
        await using var proxy = await StranglerProxy.StartAsync($$"""{ "legacy": { "address": "{{legacy.Address}}" }, "modules": {} }""", directory);
        using var client = new HttpClient { BaseAddress = proxy.Url };

        using var traced = new HttpRequestMessage(HttpMethod.Get, "/");
        traced.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        traced.Headers.Add("tracestate", "shop=1");
        traced.Headers.Add("baggage", "a=b");
        using var answer = await client.SendAsync(traced);

        Assert.AreEqual("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01|shop=1|a=b", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("||", await client.GetStringAsync(new Uri("/", UriKind.Relative)));
    }
}
