using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Strangler.Decision;
using Strangler.Evidence.Sampling;
using Strangler.Forwarding;
using Strangler.Stages;
using TestKit;

namespace Strangler.Tests.Forwarding;

[TestClass]
public sealed class OwnershipTests
{
    [TestMethod]
    public async Task Write_RefusedByFormerOwner_IsSentToTheOwnerWithItsBody()
    {
        var body = new string('b', 700_000);
        await using var test = await ProxyUnderTest.StartAsync(ReadThenRefuse, services: static s => s.AddSingleton<IOwnerRefresh, Learns>());
        using var answer = await test.Client.PostAsync("/api/products", new StringContent(body));
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.AreEqual($"POST /api/products {body}", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
        Assert.AreEqual(1, test.Ledger.Of("catalog.create").Retries);
    }

    [TestMethod]
    public async Task Write_RefusedBeforeItsBodyWasRead_IsSentToTheOwnerWithItsBody()
    {
        var body = new string('b', 3_000_000);
        await using var test = await ProxyUnderTest.StartAsync(Refuse, services: static s => s.AddSingleton<IOwnerRefresh, Learns>());
        using var answer = await test.Client.PostAsync("/api/products", new StringContent(body));
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.AreEqual(body.Length + "POST /api/products ".Length, (await answer.Content.ReadAsStringAsync()).Length);
    }

    [TestMethod]
    public async Task UnplannedWrite_Refused_IsSentToTheOwner()
    {
        await using var test = await ProxyUnderTest.StartAsync(ReadThenRefuse, services: static s => s.AddSingleton<IOwnerRefresh, Learns>());
        test.Publish(Stage.Canary);
        using var answer = await test.Client.PostAsync("/other", new StringContent("small"));
        Assert.AreEqual("POST /other small", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
    }

    [TestMethod]
    public async Task Write_NobodyBecomesOwner_Is503WithRetryAfterNever421()
    {
        await using var test = await ProxyUnderTest.StartAsync(Refuse, Refuse, extra: "\"limits\": { \"holdWrites\": \"00:00:00.300\" },");
        using var answer = await test.Client.PostAsync("/api/products", new StringContent("x"));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.IsNotNull(answer.Headers.RetryAfter);
        Assert.IsFalse(answer.Headers.Contains("Strangler-Not-Owner"));
    }

    [TestMethod]
    public async Task Write_WhileSwitching_WaitsAndGoesToTheNewOwner()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        test.Publish(Stage.Canary, 100, switching: true);
        var write = test.Client.PutAsync("/api/products/1", new StringContent("x"));
        await test.Client.GetAsync("/elsewhere");
        Assert.IsFalse(write.IsCompleted);
        Assert.AreEqual(0, test.Get<WritesUnderWay>().Of("catalog"));
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        using var answer = await write;
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
    }

    [TestMethod]
    public async Task Write_WhileSwitchingTooLong_Is503WithRetryAfter()
    {
        await using var test = await ProxyUnderTest.StartAsync(extra: "\"limits\": { \"holdWrites\": \"00:00:00.200\" },");
        test.Publish(Stage.Canary, 100, switching: true);
        using var answer = await test.Client.PutAsync("/api/products/1", new StringContent("x"));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.AreEqual(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
    }

    [TestMethod, BugOfOthers(4)]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Writes_HeldUnderLoad_GoOnWhenTheSwitchEndsNotWhenTheirTimeIsUp(bool aborted)
    {
        // A client would give up long before the proxy does.
        await using var test = await ProxyUnderTest.StartAsync(extra: "\"limits\": { \"holdWrites\": \"01:00:00\" },");
        test.Publish(Stage.Canary, 100, switching: true);
        var writes = Enumerable.Range(0, 200).Select(_ => test.Client.PutAsync("/api/products/1", new StringContent("x"))).ToArray();
        // Reads go by them.
        for (var n = 0; n < 50; n++) (await test.Client.GetAsync("/api/products/1")).Dispose();
        Assert.IsFalse(writes.Any(write => write.IsCompleted));
        test.Publish(aborted ? Stage.Canary : Stage.Extracted, 100, aborted ? Side.Legacy : Side.Service, epoch: 2);
        var answers = await Task.WhenAll(writes);
        Assert.IsTrue(answers.All(answer => answer.StatusCode == HttpStatusCode.OK && answer.Headers.GetValues("X-Side").Single() == (aborted ? "legacy" : "service")));
        Assert.AreEqual(0, test.Get<WritesUnderWay>().Of("catalog"));
    }

    [TestMethod]
    public async Task Write_OwnerIsDownForAMoment_WaitsForIt()
    {
        await using var test = await ProxyUnderTest.StartAsync();
        var port = test.Legacy.Address.Port;
        await test.Legacy.App.StopAsync();
        var write = test.Client.PutAsync("/api/products/1", new StringContent("x"));
        await Eventually.TrueAsync(() => test.Ledger.Of("catalog.update").Retries > 1);
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        using var answer = await write;
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
        Assert.AreNotEqual(0, port);
    }

    [TestMethod]
    [DataRow("POST", null, null, 1, 502)]
    [DataRow("POST", "key-1", null, 2, 200)]
    [DataRow("PUT", null, null, 2, 200)]
    [DataRow("PUT", null, "If-Match: \"1\"", 1, 502)]
    [DataRow("PUT", null, "If-None-Match: *", 1, 502)]
    [DataRow("PUT", null, "If-Unmodified-Since: Mon, 01 Jun 2026 00:00:00 GMT", 1, 502)]
    [DataRow("PUT", "key-1", "If-Match: \"1\"", 2, 200)]
    public async Task Write_ConnectionBreaksAfterSending_IsSentAgainOnlyWhenHarmless(string method, string? key, string? condition, int sent, int status)
    {
        var seen = 0;
        await using var test = await ProxyUnderTest.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await reader.ReadToEndAsync();
            if (Interlocked.Increment(ref seen) == 1) context.Abort();
        });
        using var request = new HttpRequestMessage(new HttpMethod(method), method == "POST" ? "/api/products" : "/api/products/1") { Content = new StringContent("x") };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (condition?.Split(": ") is [var name, var value]) request.Headers.Add(name, value);
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual(sent, seen);
        Assert.AreEqual(status, (int)answer.StatusCode);
    }

    [TestMethod]
    public async Task WritesUnderWay_OfSlowWrite_DrainsWhenItIsAnswered()
    {
        var go = new TaskCompletionSource();
        await using var test = await ProxyUnderTest.StartAsync(_ => go.Task);
        var writes = test.Get<WritesUnderWay>();
        var write = test.Client.PutAsync("/api/products/1", new StringContent("x"));
        await Eventually.TrueAsync(() => writes.Of("catalog") == 1);
        Assert.IsFalse(await writes.DrainedAsync("catalog", TimeSpan.FromMilliseconds(50), default));
        var drained = writes.DrainedAsync("catalog", TimeSpan.FromSeconds(10), default);
        go.SetResult();
        Assert.IsTrue(await drained);
        using var answer = await write;
    }

    [TestMethod]
    [DataRow(502)]
    [DataRow(503)]
    [DataRow(504)]
    [DataRow(0)]
    public async Task Read_ServiceCannotAnswer_FallsBackToTheLegacy(int status)
    {
        await using var test = await ProxyUnderTest.StartAsync(service: async context =>
        {
            context.Response.Headers["X-Side"] = "service";
            if (status == 0) context.Abort();
            else context.Response.StatusCode = status;
            await context.Response.WriteAsync("inside trouble");
        });
        test.Publish(Stage.Extracted, owner: Side.Service, epoch: 2);
        using var answer = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual("GET /api/products/1", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("legacy", answer.Headers.GetValues("X-Side").Single());
        Assert.AreEqual(1, test.Ledger.Of("catalog.product").Fallbacks);
        Assert.AreEqual(1, test.Ledger.Of("catalog.product").ServedByLegacy);
    }

    [TestMethod]
    public async Task Read_ServiceSaysNothing_FallsBackAfterThePlansTime()
    {
        await using var test = await ProxyUnderTest.StartAsync(
            service: static context => Task.Delay(Timeout.Infinite, context.RequestAborted), extra: "\"limits\": { \"serviceTimeout\": \"00:00:00.200\" },");
        test.Publish(Stage.Canary, 100);
        using var answer = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual("legacy", answer.Headers.GetValues("X-Side").Single());
        Assert.AreEqual(1, test.Ledger.Of("catalog.product").Fallbacks);
        Assert.AreEqual((1L, 1L), (Service().Answered, Service().Failed), "the judge sees it as the service's failure");

        SideWindow Service() => test.Ledger.Samples.Of("catalog.product")!.On(Side.Service).Between(0, long.MaxValue, double.MaxValue);
    }

    [TestMethod]
    [DataRow(Stage.Retired, "shared")]
    [DataRow(Stage.Extracted, "none")]
    public async Task Read_ServiceCannotAnswerAndLegacyMustNot_ShowsTheServicesAnswer(Stage stage, string data)
    {
        await using var test = await ProxyUnderTest.StartAsync(service: static context =>
        {
            context.Response.StatusCode = 503;
            return context.Response.WriteAsync("closed");
        }, data: data);
        test.Publish(stage, owner: Side.Service, epoch: 2);
        using var answer = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.AreEqual("closed", await answer.Content.ReadAsStringAsync());
        Assert.IsNull(test.Ledger.LastLegacyCall("catalog"));
    }

    [TestMethod]
    public async Task Read_ServiceCannotAnswerWhoHasJustWritten_IsRefusedRatherThanShownWhatWasBefore()
    {
        var wait = new Positions();
        await using var test = await ProxyUnderTest.StartAsync(
            service: static async context =>
            {
                if (context.Request.Method == "GET") context.Abort();
                context.Response.Headers["Strangler-Position"] = "catalog;2;5";
                await ProxyUnderTest.Echo("service")(context);
            },
            data: "synced", services: services => services.AddSingleton<IPositionWait>(wait));
        test.Publish(Stage.Extracted, 100, Side.Service, epoch: 2);
        using (await test.Client.PutAsync("/api/products/1", new StringContent("x")))
        using (var read = await test.Client.GetAsync("/api/products/1"))
        {
            Assert.AreEqual(HttpStatusCode.ServiceUnavailable, read.StatusCode);
            Assert.AreEqual(TimeSpan.FromSeconds(1), read.Headers.RetryAfter?.Delta);
        }

        wait.Reached = true;
        using var later = await test.Client.GetAsync("/api/products/1");
        Assert.AreEqual("legacy", later.Headers.GetValues("X-Side").Single());
    }

    [TestMethod]
    public async Task Read_CookieNamesALaterEpochThanIsKnown_LooksForTheOwnerFirst()
    {
        var known = new LateNews();
        await using var test = await ProxyUnderTest.StartAsync(data: "synced", services: services => services.AddSingleton<IOwnerRefresh>(known));
        test.Publish(Stage.Canary, 100);
        known.Learn = () => test.Publish(Stage.Extracted, 100, Side.Service, epoch: 2);
        using var read = new HttpRequestMessage(HttpMethod.Get, "/api/products/1");
        read.Headers.Add("Cookie", $"{OwnWrites.Cookie}={test.Get<CookieSigner>().Sign(OwnWrites.Cookie, "catalog_2_5")}");
        using var answer = await test.Client.SendAsync(read);
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single(), "the legacy, which was owner at epoch 1, may not have the write yet");
        Assert.AreEqual(1, known.Asked);
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("session=1")]
    public async Task Read_AfterOwnWrite_IsAnsweredByTheOwnerUntilTheCopyHasIt(string? cookie)
    {
        var wait = new Positions();
        await using var test = await ProxyUnderTest.StartAsync(
            static async context =>
            {
                if (context.Request.Method == "PUT") context.Response.Headers["Strangler-Position"] = "catalog;1;5";
                await ProxyUnderTest.Echo("legacy")(context);
            },
            data: "synced", services: services => services.AddSingleton<IPositionWait>(wait));
        test.Publish(Stage.Canary, 100);
        Assert.AreEqual("service", await SideAsync());
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/products/1") { Content = new StringContent("x") };
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual(cookie is not null, answer.Headers.Contains("Set-Cookie"));
        Assert.AreEqual("legacy", await SideAsync());
        Assert.AreEqual(1, test.Ledger.Of("catalog.product").OwnWriteReads);
        Assert.AreEqual(("catalog", 1, 5), wait.Asked.Last());
        wait.Reached = true;
        Assert.AreEqual("service", await SideAsync());

        async Task<string> SideAsync()
        {
            using var read = await test.Client.GetAsync("/api/products/1");
            return read.Headers.GetValues("X-Side").Single();
        }
    }

    [TestMethod]
    public async Task Read_ThatWaitsForTheCopyToHaveItsWrite_IsCountedAsAWait()
    {
        var wait = new Positions();
        await using var test = await ProxyUnderTest.StartAsync(
            static async context =>
            {
                if (context.Request.Method == "PUT") context.Response.Headers["Strangler-Position"] = "catalog;1;5";
                await ProxyUnderTest.Echo("legacy")(context);
            },
            data: "synced", services: services => services.AddSingleton<IPositionWait>(wait));
        test.Publish(Stage.Canary, 100);
        using var written = await test.Client.PutAsync("/api/products/1", new StringContent("x"));
        wait.Reaching = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = test.Client.GetAsync("/api/products/1");
        await Eventually.TrueAsync(() => !wait.Asked.IsEmpty);
        wait.Reaching.SetResult(true);
        using var answer = await read;
        Assert.AreEqual("service", answer.Headers.GetValues("X-Side").Single());
        var evidence = test.Ledger.Of("catalog.product");
        Assert.AreEqual((1L, 0L), (evidence.OwnWriteWaits, evidence.OwnWriteReads));
    }

    private static async Task ReadThenRefuse(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        await reader.ReadToEndAsync();
        await Refuse(context);
    }

    private static Task Refuse(HttpContext context)
    {
        context.Response.StatusCode = 421;
        context.Response.Headers["Strangler-Not-Owner"] = "catalog;1;fenced";
        return context.Response.WriteAsync("not me");
    }

    private sealed class Learns(ModuleStates states) : IOwnerRefresh
    {
        public Task RefreshAsync(string module, CancellationToken cancellation)
        {
            states.Publish(ModuleState.Initial(module) with { Stage = Stage.Extracted, Owner = Side.Service, Epoch = 2, Version = states.Of(module).Version + 1 });
            return Task.CompletedTask;
        }
    }

    private sealed class Positions : IPositionWait
    {
        public bool Reached { get; set; }

        public TaskCompletionSource<bool>? Reaching { get; set; }

        public ConcurrentQueue<(string, long, long)> Asked { get; } = new();

        public Task<bool> ReachedAsync(string module, long epoch, long position, TimeSpan budget, CancellationToken cancellation)
        {
            Asked.Enqueue((module, epoch, position));
            return Reaching?.Task ?? Task.FromResult(Reached);
        }

        public Task<CopyProgress?> CaughtUpAsync(string module, TimeSpan budget, CancellationToken cancellation) => Task.FromResult<CopyProgress?>(null);
    }

    private sealed class LateNews : IOwnerRefresh
    {
        public int Asked { get; private set; }

        public Action? Learn { get; set; }

        public Task RefreshAsync(string module, CancellationToken cancellation)
        {
            Asked++;
            Learn?.Invoke();
            return Task.CompletedTask;
        }
    }
}
