using Microsoft.AspNetCore.Http;
using Strangler.Evidence;
using Strangler.Mirroring;
using Strangler.Mirroring.Comparison;
using Strangler.Stages;
using Strangler.Tests.Forwarding;
using TestKit;

namespace Strangler.Tests.Mirroring;

[TestClass]
public sealed class NoiseTests
{
    private const string Endpoint = "catalog.product";

    [TestMethod]
    public async Task Value_ThatChangesEachTime_IsLearnedAndThenMatches()
    {
        await using var test = await ProxyUnderTest.StartAsync(
            static context => JsonAsync(context, $$"""{"id":"{{Guid.NewGuid()}}","name":"a"}"""), static context => JsonAsync(context, $$"""{"id":"{{Guid.NewGuid()}}","name":"a"}"""));
        test.Publish(Stage.Shadow);
        Assert.AreEqual(ComparisonClass.Noise, await ReadAsync(test));
        Assert.AreEqual("$.id", test.Get<NoiseBook>().Of(Endpoint).Single().Pattern);
        Assert.AreEqual(ComparisonClass.Match, await ReadAsync(test));
        var shown = test.Get<LeftOutBook>().Of(Endpoint).Single(static l => l.By == LeftOutBy.Noise);
        Assert.AreEqual(("$.id", 1L), (shown.Rule, shown.Requests));
    }

    [TestMethod]
    [DataRow("""{"id":"ID","name":"b"}""", "$.name")]
    [DataRow("""{"id":7,"name":"a"}""", "$.id")]
    [DataRow("""{"name":"a"}""", "$.id")]
    public async Task Fault_BesideOrInNoise_IsAMismatch(string service, string place)
    {
        var wrong = false;
        await using var test = await ProxyUnderTest.StartAsync(
            static context => JsonAsync(context, $$"""{"id":"{{Guid.NewGuid()}}","name":"a"}"""),
            context => JsonAsync(context, (wrong ? service : """{"id":"ID","name":"a"}""").Replace("ID", $"{Guid.NewGuid()}", StringComparison.Ordinal)));
        test.Publish(Stage.Shadow);
        await ReadAsync(test);
        Assert.AreEqual(ComparisonClass.Match, await ReadAsync(test));
        wrong = true;
        Assert.AreEqual(ComparisonClass.Mismatch, await ReadAsync(test));
        Assert.AreEqual(place, test.Ledger.GroupsOf(Endpoint).Single().Pattern);
    }

    [TestMethod]
    public async Task Value_OfOneSideAlone_IsNoiseOnTheOtherToo()
    {
        var turn = 0;
        await using var test = await ProxyUnderTest.StartAsync(
            static context => JsonAsync(context, """{"by":"legacy"}"""), context => JsonAsync(context, $$"""{"by":"instance {{Interlocked.Increment(ref turn)}}"}"""));
        test.Publish(Stage.Shadow);
        Assert.AreEqual(ComparisonClass.Noise, await ReadAsync(test));
        Assert.AreEqual(ComparisonClass.Match, await ReadAsync(test));
    }

    [TestMethod]
    public async Task Value_ThatChangedOnce_IsNoNoise()
    {
        var asked = 0;
        // The legacy's price changes between its answer to the client and the second look's last question.
        await using var test = await ProxyUnderTest.StartAsync(
            context => JsonAsync(context, $$"""{"price":{{(Interlocked.Increment(ref asked) < 3 ? 1 : 2)}}}"""), static context => JsonAsync(context, """{"price":3}"""));
        test.Publish(Stage.Shadow);
        Assert.AreEqual(ComparisonClass.Mismatch, await ReadAsync(test));
        Assert.IsEmpty(test.Get<NoiseBook>().Of(Endpoint));
    }

    [TestMethod]
    public async Task WholeBody_ThatChangesEachTime_IsNeverAMatch()
    {
        await using var test = await ProxyUnderTest.StartAsync(static context => context.Response.WriteAsync($"{Guid.NewGuid()}"), static context => context.Response.WriteAsync($"{Guid.NewGuid()}"));
        test.Publish(Stage.Shadow);
        for (var i = 0; i < 3; i++) Assert.AreEqual(ComparisonClass.Noise, await ReadAsync(test));
    }

    [TestMethod]
    public void Noise_QuietForLongEnough_IsForgotten()
    {
        var book = new NoiseBook(TimeProvider.System);
        Difference Of(string path) => new(path, path, DifferenceKind.Value, "1", "2");
        book.Learn("e", [Of("$.a"), Of("$.b")]);
        for (var i = 1; i < NoiseBook.Forgotten; i++) book.Learn("e", [Of("$.b")]);
        Assert.IsTrue(book.ProfileOf("e").Has("$.a", DifferenceKind.Value));
        book.Learn("e", [Of("$.b")]);
        Assert.IsFalse(book.ProfileOf("e").Has("$.a", DifferenceKind.Value));
        Assert.IsTrue(book.ProfileOf("e").Has("$.b", DifferenceKind.Value));
    }

    [TestMethod]
    public async Task Match_OfASample_LearnsAndForgets()
    {
        var stable = false;
        RequestDelegate answer = context => JsonAsync(context, $$"""{"id":"{{(stable ? "x" : Guid.NewGuid())}}"}""");
        await using var test = await ProxyUnderTest.StartAsync(answer, answer, module: "\"compare\": { \"noiseSample\": 1 },");
        test.Publish(Stage.Shadow);
        await ReadAsync(test);
        stable = true;
        for (var i = 0; i < NoiseBook.Forgotten; i++) Assert.AreEqual(ComparisonClass.Match, await ReadAsync(test));
        Assert.IsEmpty(test.Get<NoiseBook>().Of(Endpoint));
    }

    private static Task JsonAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    /// <summary>Reads once and returns the class that it ended in.</summary>
    private static async Task<ComparisonClass> ReadAsync(ProxyUnderTest test)
    {
        var before = test.Ledger.Of(Endpoint);
        await test.Client.GetStringAsync("/api/products/1");
        var after = await Eventually.GetAsync(() => Task.FromResult(test.Ledger.Of(Endpoint)), seen => seen.Compared > before.Compared);
        return after.Counts.Single(c => c.Value > before.Counts[c.Key]).Key;
    }
}
