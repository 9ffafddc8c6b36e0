using Microsoft.AspNetCore.Http;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Stages;
using Strangler.Tests.Forwarding;
using TestKit;

namespace Strangler.Tests.Mirroring;

[TestClass]
public sealed class MirrorTests
{
    [TestMethod]
    [DataRow("same", ComparisonClass.Match)]
    [DataRow("different", ComparisonClass.Mismatch)]
    [DataRow("abort", ComparisonClass.CandidateFailed)]
    [DataRow("slow", ComparisonClass.TimedOut)]
    [DataRow("large", ComparisonClass.TooLarge)]
    [DataRow("late", ComparisonClass.Lag)]
    public async Task Read_AtShadow_EndsInItsClass(string service, ComparisonClass expected)
    {
        var asked = 0;
        await using var test = await ProxyUnderTest.StartAsync(
            static context => context.Response.WriteAsync("same"),
            async context =>
            {
                var turn = Interlocked.Increment(ref asked);
                if (service == "abort") context.Abort();
                else if (service == "slow") await Task.Delay(Timeout.Infinite, context.RequestAborted);
                else if (service == "late") await context.Response.WriteAsync(turn == 1 ? "old" : "same");
                else await context.Response.WriteAsync(service == "large" ? new string('x', 2000) : service);
            },
            extra: $"\"limits\": {{ \"candidateTimeout\": \"{(service == "slow" ? "00:00:00.500" : "00:01:00")}\", \"mirrorBody\": 1000 }},");
        test.Publish(Stage.Shadow);
        Assert.AreEqual("same", await test.Client.GetStringAsync("/api/products/1"));
        var evidence = await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of("catalog.product")), static seen => seen.Compared > 0);
        Assert.AreEqual(1, evidence.Counts[expected], expected.ToString());
        Assert.AreEqual(1, evidence.Compared);
        Assert.AreEqual(1, evidence.ServedByLegacy);
        Assert.HasCount(expected == ComparisonClass.Mismatch ? 1 : 0, test.Ledger.MismatchesOf("catalog.product"));
    }

    [TestMethod]
    public async Task Reads_MoreThanTheQueueHolds_AreShedAndAddUp()
    {
        var go = new TaskCompletionSource();
        await using var test = await ProxyUnderTest.StartAsync(service: async context =>
        {
            await go.Task;
            await ProxyUnderTest.Echo("service")(context);
        }, extra: "\"limits\": { \"mirrorQueue\": 5 },");
        test.Publish(Stage.Shadow);
        for (var i = 0; i < 60; i++) using (await test.Client.GetAsync($"/api/products/{i}")) { }
        var during = test.Ledger.Of("catalog.product");
        Assert.AreEqual(during.Compared, during.Counts[ComparisonClass.Shed]);
        Assert.IsGreaterThan(30, during.Compared);
        go.SetResult();
        var after = await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of("catalog.product")), static seen => seen.Compared == 60);
        Assert.AreEqual(60, after.Counts[ComparisonClass.Shed] + after.Counts[ComparisonClass.Match]);
    }

    [TestMethod]
    public async Task Reads_WithMoreBytesThanMayWait_AreShedUntilThereIsRoom()
    {
        var go = new TaskCompletionSource();
        await using var test = await ProxyUnderTest.StartAsync(
            static context => context.Response.WriteAsync("same"),
            async context =>
            {
                await go.Task;
                await context.Response.WriteAsync("same");
            },
            extra: "\"limits\": { \"mirrorBuffers\": 10 },");
        test.Publish(Stage.Shadow);
        for (var i = 0; i < 3; i++) Assert.AreEqual("same", await test.Client.GetStringAsync($"/api/products/{i}"));
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.product").Counts[ComparisonClass.Shed] == 1);
        go.SetResult();
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.product").Counts[ComparisonClass.Match] == 2 && test.Get<MirrorQueue>().Bodies.Taken == 0);
        Assert.AreEqual("same", await test.Client.GetStringAsync("/api/products/4"));
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.product").Counts[ComparisonClass.Match] == 3);
    }

    [TestMethod]
    public async Task Read_AtCanary_IsAskedOfTheOtherSide()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stage.Canary, 100);
        using var answer = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.product").Counts[ComparisonClass.Match] == 1);
        Assert.IsNull(test.Ledger.LastLegacyCall("catalog"), "A mirrored read is no call of a client.");
    }

    [TestMethod]
    public async Task Read_ThatTheOtherSideRefusesAsAWrite_IsNotAskedOfTheOwnerAgain()
    {
        var legacy = 0;
        await using var test = await ProxyUnderTest.StartAsync(
            context =>
            {
                Interlocked.Increment(ref legacy);
                return context.Response.WriteAsync("counted");
            },
            static context =>
            {
                context.Response.StatusCode = 421;
                context.Response.Headers["Strangler-Not-Owner"] = "catalog;1;follower";
                return Task.CompletedTask;
            });
        test.Publish(Stage.Shadow);
        Assert.AreEqual("counted", await test.Client.GetStringAsync("/api/products/1"));
        var evidence = await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of("catalog.product")), static seen => seen.Compared > 0);
        Assert.AreEqual(1, evidence.Counts[ComparisonClass.Unsupported]);
        Assert.AreEqual(1, legacy);
    }

    [TestMethod]
    public async Task Read_WithForwardedHeaders_IsMirroredWithTheSame()
    {
        await using var test = await ProxyUnderTest.StartAsync(Forwarded, Forwarded, extra: "\"forwardedHeaders\": \"append\",");
        test.Publish(Stage.Shadow);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        request.Headers.Add("X-Forwarded-For", "10.0.0.1");
        using var answer = await test.Client.SendAsync(request);
        StringAssert.StartsWith(await answer.Content.ReadAsStringAsync(), "10.0.0.1, ");
        var evidence = await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of("catalog.product")), static seen => seen.Compared > 0);
        Assert.AreEqual(1, evidence.Counts[ComparisonClass.Match]);

        static Task Forwarded(HttpContext context) => context.Response.WriteAsync(
            $"{context.Request.Headers["X-Forwarded-For"]}|{context.Request.Headers["X-Forwarded-Proto"]}|{context.Request.Headers["X-Forwarded-Host"]}");
    }

    [TestMethod]
    public async Task Write_AtShadow_ReachesOneSideOnly()
    {
        var service = 0;
        await using var test = await ProxyUnderTest.StartAsync(service: context =>
        {
            Interlocked.Increment(ref service);
            return Task.CompletedTask;
        });
        test.Publish(Stage.Shadow);
        using var write = await test.Client.PutAsync("/api/products/1", new StringContent("x"));
        using var head = await test.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/products/1"));
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.product").Compared == 1);
        Assert.AreEqual(1, service);
        Assert.AreEqual(0, test.Ledger.Of("catalog.update").Compared);
    }
}
