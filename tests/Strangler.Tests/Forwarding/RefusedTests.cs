using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Forwarding;
using Strangler.Stages;

namespace Strangler.Tests.Forwarding;

/// <summary>What becomes of a request that a side has refused, where it cannot simply be sent to the owner.</summary>
[TestClass]
public sealed class RefusedTests
{
    [TestMethod]
    public async Task Read_RefusedAndNobodyElseOwns_Is503Never421()
    {
        await using var test = await ProxyUnderTest.StartAsync(Refuse, Refuse, extra: "\"limits\": { \"holdWrites\": \"00:00:00\" },");
        using var answer = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.AreNotEqual("", await answer.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Write_RefusedAndTheOwnerCannotBeLearnt_WaitsForItsPublication()
    {
        await using var test = await ProxyUnderTest.StartAsync(Refuse, services: static s => s.AddSingleton<IOwnerRefresh, Fails>());
        var write = test.Client.PutAsync("/api/products/1", new StringContent("x"));
        await TestKit.Eventually.TrueAsync(() => test.Ledger.Of("catalog.update").Retries > 0);
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        using var answer = await write;
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
    }

    [TestMethod]
    public async Task ReadWithABody_Refused_Is503AndNotSentWithoutIt()
    {
        var asked = 0;
        await using var test = await ProxyUnderTest.StartAsync(Refuse, context =>
        {
            Interlocked.Increment(ref asked);
            return ProxyUnderTest.Echo("service")(context);
        }, services: static s => s.AddSingleton<IOwnerRefresh, Learns>());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1") { Content = new StringContent("search") };
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.AreEqual(0, asked);
    }

    [TestMethod]
    public async Task Read_RefusedAndThenBrokenOffByTheOwner_IsNotSentAgain()
    {
        var asked = 0;
        await using var test = await ProxyUnderTest.StartAsync(Refuse, context =>
        {
            if (Interlocked.Increment(ref asked) == 1) context.Abort();
            return Task.CompletedTask;
        }, services: static s => s.AddSingleton<IOwnerRefresh, Learns>());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.AreEqual(1, asked);
    }

    [TestMethod]
    [DataRow("POST", 502, 0)]
    [DataRow("PUT", 200, 1)]
    public async Task WriteWithKey_OutcomeUnknownAndOwnerChanges_IsNotSentToTheNewOwnerForItsKeyAlone(string method, int status, int sent)
    {
        var asked = 0;
        var test = default(ProxyUnderTest)!;
        await using var started = test = await ProxyUnderTest.StartAsync(
            context =>
            {
                test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
                context.Abort();
                return Task.CompletedTask;
            },
            context =>
            {
                Interlocked.Increment(ref asked);
                return ProxyUnderTest.Echo("service")(context);
            });
        using var request = new HttpRequestMessage(new HttpMethod(method), method == "POST" ? "/api/products" : "/api/products/1") { Content = new StringContent("x") };
        request.Headers.Add("Idempotency-Key", "key-1");
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual(status, (int)answer.StatusCode);
        Assert.AreEqual(sent, asked);
        Assert.AreEqual(0, test.Get<WritesUnderWay>().Of("catalog"));
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = 421;
        context.Response.Headers["Strangler-Not-Owner"] = "catalog;1;fenced";
        return Task.CompletedTask;
    }

    private sealed class Fails : IOwnerRefresh
    {
        public Task RefreshAsync(string module, CancellationToken cancellation) => Task.FromException(new InvalidOperationException("The store is busy."));
    }

    private sealed class Learns(ModuleStates states) : IOwnerRefresh
    {
        public Task RefreshAsync(string module, CancellationToken cancellation)
        {
            states.Publish(ModuleState.Initial(module) with { Stage = Stage.Extracted, Owner = Side.Service, Epoch = 2, Version = states.Of(module).Version + 1 });
            return Task.CompletedTask;
        }
    }
}
