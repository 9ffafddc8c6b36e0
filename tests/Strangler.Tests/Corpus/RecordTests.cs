using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Strangler.Corpus;
using Strangler.Evidence;
using Strangler.Plan;
using Strangler.Stages;
using Strangler.Tests.Forwarding;
using TestKit;

namespace Strangler.Tests.Corpus;

[TestClass]
public sealed class RecordTests
{
    private const string Har = """
        { "log": { "version": "1.2", "entries": [
          { "startedDateTime": "2026-01-02T03:04:05.000Z",
            "request": { "method": "GET", "url": "https://shop.example/goods/7?full=1", "headers": [ { "name": ":authority", "value": "shop.example" }, { "name": "Cookie", "value": "session=1" } ] },
            "response": { "status": 200, "headers": [ { "name": "Content-Type", "value": "application/json" }, { "name": "Content-Encoding", "value": "br" } ], "content": { "text": "{\"card\":\"4111\",\"name\":\"a\"}" } } },
          { "request": { "method": "GET", "url": "https://shop.example/goods/seven", "headers": [] }, "response": { "status": 404, "headers": [], "content": {} } },
          { "request": { "method": "POST", "url": "https://shop.example/goods", "headers": [], "postData": { "text": "name=a&password=b" } }, "response": { "status": 0, "headers": [], "content": {} } }
        ] } }
        """;

    private static readonly PlannedModule Goods = new(
        "goods", [new Uri("http://127.0.0.1:1")], DataMode.None, [new PlannedEndpoint("goods.one", "GET", "/goods/{id:int}", false), new PlannedEndpoint("goods.add", "POST", "/goods", true)],
        new CompareRules([]) { RedactedHeaders = ["X-Account"], RedactedPaths = ["$.card"] }, new GateLimits());

    [TestMethod]
    public async Task Recording_HoldsWhatWasAskedAndAnsweredWithoutCredentials()
    {
        await using var test = await ProxyUnderTest.StartAsync(
            static async context =>
            {
                context.Response.Headers.Append("Set-Cookie", "session=secret; path=/; httponly");
                await context.Response.WriteAsync("""{"id":7}""");
            },
            static context => context.Response.WriteAsync("service"));
        test.Publish(Stage.Legacy);
        var recorder = test.Get<Recorder>();
        using var recording = recorder.Begin("catalog");
        Assert.ThrowsExactly<StageRequestException>(() => recorder.Begin("catalog"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/products/7?a=b");
        request.Headers.Add("Cookie", "session=secret");
        request.Headers.Add("Authorization", "Bearer secret");
        request.Headers.Add("X-Api-Key", "secret");
        using var answer = await test.Client.SendAsync(request);
        Assert.AreEqual("""{"id":7}""", await answer.Content.ReadAsStringAsync());

        var kept = await FirstAsync(recording);
        Assert.AreEqual(("GET", "/api/products/7?a=b", "Legacy", 200, """{"id":7}"""), (kept.Request.Method, kept.Request.Target, kept.By, kept.Answer.Status, kept.Answer.Body));
        Assert.DoesNotContain("secret", kept.ToJson());
        Assert.AreEqual("session=(redacted); path=/; httponly", kept.Answer.Headers.Single(static h => h.Name == "Set-Cookie").Value);
        Assert.AreEqual(kept.ToJson(), Exchange.Of(kept.ToJson()).ToJson());

        recording.Dispose();
        using var unheard = await test.Client.GetAsync("/api/products/8");
        Assert.IsNull(recorder.Of("catalog"));
    }

    [TestMethod]
    public async Task Archive_OfABrowser_BecomesExchangesOfThePlansEndpoints()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("a.har"), Har);

        var import = await HarFile.ReadAsync(directory.File("a.har"), Goods, CancellationToken.None);

        Assert.AreEqual((1, 1, 1), (import.Exchanges.Count, import.Others, import.Dropped));
        var one = import.Exchanges[0];
        Assert.AreEqual(("goods.one", "GET", "/goods/7?full=1", 200), (one.Endpoint, one.Request.Method, one.Request.Target, one.Answer.Status));
        Assert.AreEqual("""{"card":"(redacted)","name":"a"}""", one.Answer.Body);
        Assert.IsFalse(one.Answer.Headers.Any(static h => h.Name == "Content-Encoding"), "it is kept unpacked");
        CollectionAssert.AreEqual((string[])["Cookie: (redacted)", "Host: shop.example"], one.Request.Headers.Select(static h => $"{h.Name}: {h.Value}").ToArray());

        await File.WriteAllTextAsync(directory.File("b.har"), """{"log":7}""");
        var wrong = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => HarFile.ReadAsync(directory.File("b.har"), Goods, CancellationToken.None));
        StringAssert.Contains(wrong.Message, "b.har");
    }

    [TestMethod]
    public void Form_OrPage_WithSecrets_IsKeptWithoutThem()
    {
        var form = Redacted("application/x-www-form-urlencoded", "name=a+b&Password=b&card=4111&__RequestVerificationToken=c");
        Assert.AreEqual("name=a%20b&Password=%28redacted%29&card=%28redacted%29&__RequestVerificationToken=%28redacted%29", form);
        var page = Redacted("text/html", """<form><input name="__RequestVerificationToken" type="hidden" value="abc"><input name="b" value="c"></form>""");
        Assert.AreEqual("""<form><input name="__RequestVerificationToken" type="hidden" value="(redacted)"><input name="b" value="c"></form>""", page);
        // What is to be redacted cannot be found there.
        Assert.IsNull(Redacted("application/json", """{"card":"4111" """));
    }

    [TestMethod]
    public async Task Replay_ComparesWithWhatWasRecorded()
    {
        var (price, served) = ("1", 0);
        await using var server = await WebHost.StartAsync((WebApplication app) => app.Run(async context =>
        {
            served++;
            context.Response.ContentType = "application/json";
            context.Response.Headers["X-Account"] = $"{served}";
            await context.Response.WriteAsync($$"""{"price":{{price}},"card":"{{served}}","turn":{{served}}}""");
        }));
        using var client = new HttpClient { BaseAddress = server.Address };
        var replay = new CorpusReplay(client, Goods, [], TimeSpan.FromSeconds(30));
        var read = Recorded("goods.one", "GET", "/goods/7");

        Assert.AreEqual(ComparisonClass.Match, (await replay.AskAsync("1", read, writes: false, CancellationToken.None)).Class, "the turn differs each time and is left out; the card and the account are redacted");
        price = "2";
        var differs = await replay.AskAsync("1", read, writes: false, CancellationToken.None);
        Assert.AreEqual(ComparisonClass.Mismatch, differs.Class);
        Assert.AreEqual(("$.price", "1", "2"), (differs.Differences.Single().Path, differs.Differences.Single().Legacy, differs.Differences.Single().Service));

        var before = served;
        Assert.AreEqual(ComparisonClass.Unsupported, (await replay.AskAsync("2", Recorded("goods.add", "POST", "/goods"), writes: false, CancellationToken.None)).Class);
        Assert.AreEqual(before, served, "a write is not sent unless it is asked for");
        await Assert.ThrowsExactlyAsync<InvalidDataException>(() => replay.AskAsync("3", Recorded("goods.gone", "GET", "/"), writes: false, CancellationToken.None));
    }

    [TestMethod]
    public async Task Target_ThatNamesAnotherServer_IsAskedOfTheOneThatIsNamed()
    {
        var seen = "";
        await using var server = await WebHost.StartAsync((WebApplication app) => app.Run(context =>
        {
            seen = context.Request.Headers["X-Mine"].ToString();
            return context.Response.WriteAsync("{}");
        }));
        using var client = new HttpClient { BaseAddress = server.Address };
        var replay = new CorpusReplay(client, Goods, [new ExchangeHeader("X-Mine", "secret")], TimeSpan.FromSeconds(30));

        // Resolved as a link, it would take the credential to another host.
        var outcome = await replay.AskAsync("1", Recorded("goods.one", "GET", "//127.0.0.2:9/goods/7"), writes: false, CancellationToken.None);

        Assert.AreEqual(("secret", ComparisonClass.Mismatch), (seen, outcome.Class));
    }

    [TestMethod]
    [DataRow("""{"endpoint":"a"}""", "request.method")]
    [DataRow("""{"endpoint":"a","request":{"method":"GET","target":"/","headers":[{"name":"A"}]},"answer":{"status":200,"headers":[]}}""", "header")]
    [DataRow("""{"endpoint":"a","request":{"method":"GET","target":"/","headers":[]},"answer":{"status":200,"headers":[],"bodyBase64":"?"}}""", "base 64")]
    public async Task File_ThatIsNoExchange_IsNamedWithWhatIsWrong(string text, string wrong)
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory.File("0001-a.json"), text);
        var error = await Assert.ThrowsExactlyAsync<InvalidDataException>(() => CorpusFolder.ReadAsync(directory.Path, CancellationToken.None));
        StringAssert.Contains(error.Message, "0001-a.json");
        StringAssert.Contains(error.Message, wrong);
    }

    private static Exchange Recorded(string endpoint, string method, string target) => new(
        endpoint, default, "Legacy", new ExchangeRequest(method, target, []),
        new ExchangeAnswer(200, [new ExchangeHeader("Content-Type", "application/json")], """{"price":1,"card":"(redacted)","turn":0}"""));

    private static string? Redacted(string type, string body) => ExchangeRedaction.Answer(
        Strangler.Mirroring.MirrorAnswer.Of(200, [new("Content-Type", type)], System.Text.Encoding.UTF8.GetBytes(body), []), Strangler.Mirroring.Comparison.RuleBook.Of(Goods.Compare))?.Body;

    private static async Task<Exchange> FirstAsync(Recording recording)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var exchange in recording.ReadAllAsync(limit.Token)) return exchange;
        throw new InvalidOperationException("The recording has ended.");
    }
}
