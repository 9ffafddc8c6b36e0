using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.DryRuns;
using Strangler.Stages;
using Strangler.Tests.Forwarding;
using TestKit;

namespace Strangler.Tests.Mirroring.DryRuns;

[TestClass]
public sealed class DryRunTests
{
    private const string Endpoint = "catalog.update";

    /// <summary>For so long, in milliseconds, nothing has come to the copy.</summary>
    private const long Still = 600_000;

    private static async Task<EndpointEvidence> WriteAsync(ProxyUnderTest test, string endpoint = Endpoint)
    {
        using var answer = endpoint == Endpoint
            ? await test.Client.PutAsJsonAsync("/api/products/7", new { price = 1 })
            : await test.Client.PostAsJsonAsync("/api/products", new { price = 1 });
        Assert.IsFalse(answer.Headers.Any(static header => header.Key.StartsWith("Strangler-", StringComparison.OrdinalIgnoreCase)), "An internal header reached the client.");
        return await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of(endpoint)), static seen => seen.Compared > 0);
    }

    private static async Task EndsAsync(DryRunSides sides, ComparisonClass expected, string? difference = null, string? reason = null, string limits = "")
    {
        await using var test = await sides.StartAsync(limits: limits);
        test.Publish(Stage.Shadow);
        var seen = await WriteAsync(test);
        Assert.AreEqual(1, seen.Counts[expected], $"{expected}, but was {string.Join(", ", seen.Counts.Where(static count => count.Value > 0))}");
        Assert.AreEqual(1, seen.Compared);
        Assert.AreEqual(difference, test.Ledger.MismatchesOf(Endpoint).SingleOrDefault()?.Difference);
        Assert.AreEqual(reason, test.Get<DryRunNotes>().Of(Endpoint)?.Reasons.Keys.SingleOrDefault());
        await Eventually.TrueAsync(() => test.Get<MirrorQueue>().Bodies.Taken == 0);
    }

    [TestMethod]
    public Task AnswersAndChangesAlike_Match() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), ServiceChanges = DryRunSides.Row(7, 1.5m) }, ComparisonClass.Match);

    [TestMethod]
    public Task AnswersDiffer_Mismatch() =>
        EndsAsync(new DryRunSides { Service = static context => { context.Response.StatusCode = 409; return Task.CompletedTask; }, Since = new AppliedSince(true, false, false, false, Still) }, ComparisonClass.Mismatch, "status: legacy 200, service 409");

    [TestMethod]
    public Task ChangesDiffer_MismatchNamesTheValue() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), ServiceChanges = DryRunSides.Row(7, 1.4m) }, ComparisonClass.Mismatch, "changes[product 7].price: legacy 1.5, service 1.4");

    [TestMethod]
    public Task ChangeOfTheLegacyOnly_Mismatch() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m) }, ComparisonClass.Mismatch, "changes[product 7]: the service lacks catalog.product-changed/1");

    [TestMethod]
    public Task ChangeWhereTheOwnerWroteNothing_AndTheCopyWasAheadWhenTheDryRunBegan_Lag() =>
        EndsAsync(new DryRunSides { ServiceChanges = DryRunSides.Row(7, 1.5m), Since = new AppliedSince(true, false, false, false, 0) }, ComparisonClass.Lag, reason: "other changes arrived meanwhile");

    [TestMethod]
    public Task ChangeWhereTheOwnerWroteNothing_Mismatch() =>
        EndsAsync(new DryRunSides { ServiceChanges = DryRunSides.Row(7, 1.5m), Since = new AppliedSince(true, false, false, false, Still) }, ComparisonClass.Mismatch, "changes[product 7]: the legacy lacks catalog.product-changed/1");

    [TestMethod]
    public Task DifferentWhereTheOwnerWroteNothing_AndOthersArrived_Lag() =>
        EndsAsync(new DryRunSides { ServiceChanges = DryRunSides.Row(7, 1.5m), Since = new AppliedSince(true, true, false, false) }, ComparisonClass.Lag, reason: "other changes arrived meanwhile");

    [TestMethod]
    public Task DifferentWhileTheCopyWasBehind_Lag() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), Since = new AppliedSince(true, true, true, true) }, ComparisonClass.Lag, reason: "the copy was behind");

    [TestMethod]
    public Task BegunAfterTheWriteHadArrived_SaysNothingEvenIfAlike() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), ServiceChanges = DryRunSides.Row(7, 1.5m), Applied = 5, Since = new AppliedSince(true, false, false, false) }, ComparisonClass.Lag, reason: "the write had been applied already");

    [TestMethod]
    public Task LaterOnesAppliedButNotTheWriteItself_Alike_Match() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), ServiceChanges = DryRunSides.Row(7, 1.5m), Applied = 9 }, ComparisonClass.Match);

    [TestMethod]
    public Task DifferentAndTheCopyDoesNotCatchUp_Lag() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), CatchesUp = false }, ComparisonClass.Lag, reason: "the copy did not catch up in time");

    [TestMethod]
    public Task DifferentAndTheCopyHasForgotten_Lag() =>
        EndsAsync(new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1.5m), Since = new AppliedSince(false, false, false, false) }, ComparisonClass.Lag, reason: "the copy no longer knows how far it was");

    [TestMethod]
    public Task DifferentWithoutReadingAnything_Mismatch() =>
        EndsAsync(new DryRunSides { Service = static context => { context.Response.StatusCode = 400; return Task.CompletedTask; }, Applied = null, CatchesUp = false }, ComparisonClass.Mismatch, "status: legacy 200, service 400");

    [TestMethod]
    public Task Refused_UnsupportedWithItsReason() =>
        EndsAsync(new DryRunSides { Outcome = "unsupported;it%20sends%20a%20mail" }, ComparisonClass.Unsupported, reason: "it sends a mail");

    [TestMethod]
    public Task AnswerThatDoesNotSayItWasDry_Unsupported() =>
        EndsAsync(new DryRunSides { Outcome = "" }, ComparisonClass.Unsupported, reason: "the service answered 200 without saying that it was a dry run");

    [TestMethod]
    public Task Busy_Shed() => EndsAsync(new DryRunSides { Outcome = "busy" }, ComparisonClass.Shed);

    [TestMethod]
    public Task TooLateAtTheService_TimedOut() => EndsAsync(new DryRunSides { Outcome = "late" }, ComparisonClass.TimedOut);

    [TestMethod]
    public Task BrokenOff_CandidateFailed() =>
        EndsAsync(new DryRunSides { Service = static context => { context.Abort(); return Task.CompletedTask; } }, ComparisonClass.CandidateFailed);

    [TestMethod]
    public Task ServicesAnswerTooLong_TooLarge() =>
        EndsAsync(new DryRunSides { Service = static context => context.Response.WriteAsync(new string('x', 2000)) }, ComparisonClass.TooLarge, limits: "\"mirrorBody\": 1000");

    [TestMethod]
    public async Task GeneratedKeys_ThatDifferByAGap_ArePaired()
    {
        var sides = new DryRunSides
        {
            Legacy = static context => context.Response.WriteAsJsonAsync(new { id = 7, next = "/api/products/7", price = 9 }),
            Service = static context => context.Response.WriteAsJsonAsync(new { id = 12, next = "/api/products/12", price = 9 }),
            LegacyChanges = DryRunSides.Row(7, 9m),
            ServiceChanges = DryRunSides.Row(12, 9m),
        };
        await using var test = await sides.StartAsync();
        test.Publish(Stage.Shadow);
        var seen = await WriteAsync(test, "catalog.create");
        Assert.AreEqual(1, seen.Counts[ComparisonClass.Match], test.Ledger.MismatchesOf("catalog.create") is [var found, ..] ? found.Difference : null);
        Assert.AreEqual(1, test.Get<DryRunNotes>().Of("catalog.create")!.KeysPaired);
    }

    [TestMethod]
    public async Task ClientsOwnInternalHeaders_StartNothingAndAskForNothing()
    {
        var sides = new DryRunSides { LegacyChanges = DryRunSides.Row(7, 1m) };
        await using var test = await sides.StartAsync();
        foreach (var (stage, told) in new[] { (Stage.Syncing, ""), (Stage.Shadow, "catalog") })
        {
            test.Publish(stage);
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/products/7") { Content = new StringContent("{}") };
            request.Headers.Add("Strangler-Dry-Run", "catalog");
            request.Headers.Add("Strangler-Changes", "another");
            request.Headers.Add("Strangler-Key", DryRunSides.Key);
            using var answer = await test.Client.SendAsync(request);
            Assert.IsFalse(answer.Headers.Contains("Strangler-Changes"));
            var seen = sides.AtLegacy.Last();
            Assert.AreEqual((told, told.Length == 0 ? "" : DryRunSides.Key, ""), (seen["Strangler-Changes"].ToString(), seen["Strangler-Key"].ToString(), seen["Strangler-Dry-Run"].ToString()));
        }
    }

    [TestMethod]
    [DataRow("synced", Stage.Syncing)]
    [DataRow("synced", Stage.Extracted)]
    [DataRow("shared", Stage.Shadow)]
    public async Task WhereTheServiceIsNoCopy_NothingIsRunDry(string data, Stage stage)
    {
        var sides = new DryRunSides();
        await using var test = await sides.StartAsync(data);
        test.Publish(stage, owner: stage == Stage.Extracted ? Side.Service : Side.Legacy);
        using (await test.Client.PutAsJsonAsync("/api/products/7", new { price = 1 }))
        {
        }

        Assert.AreEqual(0, test.Ledger.Of(Endpoint).Compared);
        Assert.IsFalse(sides.AtService.Any(static headers => headers.ContainsKey("Strangler-Dry-Run")));
    }

    [TestMethod]
    public async Task ServiceThatHangs_DelaysNoClient()
    {
        var go = new TaskCompletionSource();
        var sides = new DryRunSides { Service = async context => await go.Task.WaitAsync(context.RequestAborted) };
        await using var test = await sides.StartAsync(limits: "\"mirrorQueue\": 3");
        test.Publish(Stage.Shadow);
        for (var index = 0; index < 20; index++)
        {
            using var answer = await test.Client.PutAsJsonAsync("/api/products/7", new { price = 1 });
            Assert.AreEqual("same", await answer.Content.ReadAsStringAsync());
        }

        Assert.IsGreaterThanOrEqualTo(10, test.Ledger.Of(Endpoint).Counts[ComparisonClass.Shed]);
        go.SetResult();
        await Eventually.TrueAsync(() => test.Ledger.Of(Endpoint).Compared == 20 && test.Get<MirrorQueue>().Bodies.Taken == 0);
    }

    [TestMethod]
    public async Task DryRun_ComesAfterAllOfTheRequestHasGoneToTheOwner()
    {
        var sides = new DryRunSides();
        await using var test = await sides.StartAsync();
        test.Publish(Stage.Shadow);
        using var client = await test.ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes("PUT /api/products/7 HTTP/1.1\r\nHost: shop\r\nContent-Length: 10\r\nConnection: close\r\n\r\n12345"));
        await Eventually.TrueAsync(() => sides.AtLegacy.Count == 1);
        Assert.IsEmpty(sides.AtService);
        await stream.WriteAsync("67890"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.Contains("200 OK", await reader.ReadToEndAsync());
        await Eventually.TrueAsync(() => sides.AtService.Count == 1 && test.Ledger.Of(Endpoint).Counts[ComparisonClass.Match] == 1);
    }

    [TestMethod]
    public async Task RequestTooLong_GoesToTheOwnerAlone()
    {
        var sides = new DryRunSides();
        await using var test = await sides.StartAsync(limits: "\"mirrorBody\": 1000");
        test.Publish(Stage.Shadow);
        foreach (var content in new HttpContent[] { new StringContent(new string('x', 2000)), new StreamContent(new MemoryStream(new byte[2000])) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "/api/products/7") { Content = content };
            request.Headers.TransferEncodingChunked = content is StreamContent;
            using var answer = await test.Client.SendAsync(request);
            Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.AreEqual(2, test.Ledger.Of(Endpoint).Counts[ComparisonClass.TooLarge]);
        Assert.AreEqual(2, test.Ledger.Of(Endpoint).Compared);
        Assert.IsEmpty(sides.AtService);
    }

    [TestMethod]
    public async Task BodyAndHeaders_ReachTheServiceAsTheyCame()
    {
        var seen = "";
        var sides = new DryRunSides { Service = context =>
        {
            seen = $"{context.Request.ContentType} {context.Request.ContentLength} {context.Request.Headers.IfMatch} {context.Request.Headers.Cookie} {context.Request.Headers["Strangler-Dry-Run"]} {context.Request.Host}";
            return context.Response.WriteAsync("same");
        } };
        await using var test = await sides.StartAsync();
        test.Publish(Stage.Canary);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/products/7") { Content = new StringContent("{\"a\":1}", Encoding.UTF8, "application/json") };
        request.Headers.Host = "shop.example";
        request.Headers.TryAddWithoutValidation("If-Match", "\"1\"");
        request.Headers.TryAddWithoutValidation("Cookie", "session=s");
        using (await test.Client.SendAsync(request))
        {
        }

        await Eventually.TrueAsync(() => test.Ledger.Of(Endpoint).Counts[ComparisonClass.Match] == 1);
        Assert.AreEqual("application/json; charset=utf-8 7 \"1\" session=s catalog shop.example", seen);
    }
}
